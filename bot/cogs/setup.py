"""`/setup`: one panel for every choice. The panel keeps no state; a click reads what holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_of, require_manager
from bot.cogs.choices import Choice, choose
from bot.cogs.listening import (
    POSTING,
    Lack,
    Listening,
    lack_in,
    reading_lacks,
    settings_of,
)
from bot.cogs.timezones import COMMON, label_of, resolve
from bot.cogs.zone_option import complete_timezone
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.views import setup as panel
from bot.views.layout import Layout
from bot.views.listeners import ChannelsEar, Listener, ValueEar
from storage.records import GuildSettings


class SetupPanel:
    """Shows the panel, and saves what is clicked in it."""

    def __init__(self, services: Services, listening: Listening) -> None:
        self._services = services
        self._listening = listening

    def listener(self) -> Listener:
        """Return what hears the panel, to be registered once."""
        return Listener(
            ChannelsEar(panel.CHANNELS, self._channels_chosen),
            ChannelsEar(panel.REPORT_CHANNEL, self._report_channel_chosen),
            ValueEar(panel.WEEKDAY, self._weekday_chosen),
            ValueEar(panel.HOUR, self._hour_chosen),
            ValueEar(panel.TIMEZONE, self._timezone_chosen),
            ValueEar(panel.LANGUAGE, self._language_chosen),
            ValueEar(panel.THEME, self._theme_chosen),
            check=require_manager,
        )

    async def shown(
        self, guild: discord.Guild, say: Phrases, refused: Sequence[Lack] = ()
    ) -> Layout:
        """Return the panel with what holds now; notices that still fail are posted first.

        Args:
            guild: Whose settings.
            say: The reader's language.
            refused: Channels that could not be added just now.
        """
        notices = await self._listening.notify(guild)
        settings = settings_of(guild, self._services)
        state = panel.SetupState(
            _without_gone(guild, settings),
            self._timezones(settings.timezone, say),
            self._problems(guild, settings, [*refused, *notices], say),
            self._services.schedule.next_time(guild.id),
        )
        return panel.setup_panel(state, say)

    def _timezones(self, chosen: str, say: Phrases) -> list[tuple[str, str]]:
        now = self._services.clock.now()
        names = list(COMMON) if chosen in COMMON else [chosen, *COMMON]
        return [(label_of(name, now, say), name) for name in names]

    def _problems(
        self, guild: discord.Guild, settings: GuildSettings, lacks: list[Lack], say: Phrases
    ) -> list[str]:
        lines = []
        if not settings.channels:
            lines.append(say("Choose at least one channel to listen to."))
        if settings.report.channel_id is None:
            lines.append(say("Choose a channel for the report."))
        else:
            posting = lack_in(guild, settings.report.channel_id, POSTING)
            lacks = [*lacks, *([posting] if posting else [])]
        lacks = [*reading_lacks(guild, settings), *lacks]
        return lines + [
            panel.missing_line(lack.channel_id, lack.permissions, say)
            for lack in dict.fromkeys(lacks)
        ]

    async def _channels_chosen(
        self, interaction: discord.Interaction, chosen: Sequence[int]
    ) -> None:
        await interaction.response.defer()
        guild = guild_of(interaction)
        monitored = [each.channel_id for each in settings_of(guild, self._services).channels]
        for channel_id in monitored[: panel.SHOWN_CHANNELS]:
            if channel_id not in chosen:
                await self._listening.remove(guild, channel_id)
        additions = [
            await self._listening.add(guild, channel_id)
            for channel_id in chosen
            if channel_id not in monitored
        ]
        refused = [addition.refused for addition in additions if addition.refused is not None]
        await self._refresh(interaction, refused)

    async def _report_channel_chosen(
        self, interaction: discord.Interaction, chosen: Sequence[int]
    ) -> None:
        choice = Choice(channel_id=chosen[0], planned_by=interaction.user.id)
        await self._choose(interaction, choice)

    async def _weekday_chosen(self, interaction: discord.Interaction, value: str) -> None:
        await self._choose(interaction, Choice(weekday=int(value)))

    async def _hour_chosen(self, interaction: discord.Interaction, value: str) -> None:
        await self._choose(interaction, Choice(hour=int(value)))

    async def _timezone_chosen(self, interaction: discord.Interaction, value: str) -> None:
        timezone = resolve(value, phrases_for(interaction))
        await self._choose(interaction, Choice(timezone=timezone))

    async def _language_chosen(self, interaction: discord.Interaction, value: str) -> None:
        await self._choose(interaction, Choice(language=value))

    async def _theme_chosen(self, interaction: discord.Interaction, value: str) -> None:
        await self._choose(interaction, Choice(theme=value))

    async def _choose(self, interaction: discord.Interaction, choice: Choice) -> None:
        await interaction.response.defer()
        await choose(self._services, guild_of(interaction), choice)
        await self._refresh(interaction)

    async def _refresh(
        self, interaction: discord.Interaction, refused: Sequence[Lack] = ()
    ) -> None:
        view = await self.shown(guild_of(interaction), phrases_for(interaction), refused)
        await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)


def _without_gone(guild: discord.Guild, settings: GuildSettings) -> GuildSettings:
    """Leave out channels that are gone: a select menu must not name them."""
    report = settings.report
    gone = guild.get_channel(report.channel_id or 0) is None
    return replace(
        settings,
        channels=tuple(c for c in settings.channels if guild.get_channel(c.channel_id)),
        report=replace(report, channel_id=None) if gone else report,
    )


class SetupCog(commands.Cog):
    """The command that opens the panel."""

    def __init__(self, services: Services, setup_panel: SetupPanel) -> None:
        self._services = services
        self._panel = setup_panel

    @app_commands.command(
        name="setup",
        description=locale_str("Choose what Nunchi listens to and when it reports"),
    )
    @app_commands.describe(
        timezone=locale_str("Timezone of the report: begin to type a city"),
    )
    @app_commands.autocomplete(timezone=complete_timezone)
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def setup(self, interaction: discord.Interaction, timezone: str | None = None) -> None:
        """Open the panel, with another timezone if one is given."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if timezone is not None:
            await choose(self._services, guild, Choice(timezone=resolve(timezone, say)))
        await answer(interaction, await self._panel.shown(guild, say))
