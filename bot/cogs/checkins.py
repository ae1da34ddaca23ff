"""`/checkin`, and the faces under its questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from re import Match
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.checkins.question import KEY_FORMAT
from bot.cogs.answers import answer, guild_of, require_manager
from bot.cogs.listening import POSTING, default_settings, lack_in, settings_of
from bot.command_errors import Refusal, permission_names
from bot.i18n import Phrases, phrases_for
from bot.prompts import next_moment
from bot.services import Services
from bot.views import checkins as views
from bot.views.listeners import pattern_ear
from bot.views.times import WEEKDAYS
from storage.checkins import CheckinAnswer, CheckinSettings
from storage.records import GuildSettings

EVERY_DAY: Final = -1
OPEN_FOR: Final = {False: timedelta(hours=24), True: timedelta(days=7)}
"""How long a question can be answered, by whether it is asked once a week."""


class CheckinDesk:
    """Takes answers down."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def ears(self) -> list[type[discord.ui.DynamicItem[Any]]]:
        """Return what hears the faces, to be registered once."""
        return [pattern_ear(views.FACE, self._face_clicked)]

    async def _face_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        services, face = self._services, int(match["face"])
        self._require_open(settings_of(guild, services), match["name"], say)
        await interaction.response.defer(ephemeral=True, thinking=True)
        author = services.roster.author(guild.id, interaction.user.id)
        self._require_agreed(guild.id, author, interaction.id, say)
        given = CheckinAnswer(guild.id, match["name"], author, face, services.clock.now())
        refused = services.roster.refuses(guild.id, author)
        if refused or not await services.store.answer_checkin(given):
            raise Refusal(
                say(
                    "You have opted out, so nothing is kept of you, your answer neither. "
                    "`/privacy opt-in` changes that."
                )
            )
        await answer(interaction, views.noted(face, say))

    def _require_agreed(self, guild_id: int, author: bytes, clicked: int, say: Phrases) -> None:
        """Refuse who has not agreed, where each is asked first."""
        roster = self._services.roster
        if not roster.refuses(guild_id, author) and not roster.accepts(guild_id, author, clicked):
            raise Refusal(
                say(
                    "This server asks each member first. You have not agreed, so nothing is kept "
                    "of you, your answer neither. `/privacy opt-in` changes that."
                )
            )

    def _require_open(self, settings: GuildSettings, name: str, say: Phrases) -> None:
        chosen = settings.checkins
        if chosen.channel_id is None:
            raise Refusal(say("There are no check-ins here any more, so nothing was noted."))
        asked = datetime.strptime(name, KEY_FORMAT).replace(tzinfo=UTC)
        if self._services.clock.now() - asked >= OPEN_FOR[chosen.weekday is not None]:
            raise Refusal(say("This question is over. Please answer the newest one."))


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class CheckinCog(
    commands.GroupCog,
    group_name="checkin",
    group_description=locale_str("Ask members how they are, with five faces; off by default"),
):
    """For those who run the server."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(
        name="on", description=locale_str("Ask members how they are, every day or once a week")
    )
    @app_commands.describe(
        channel=locale_str("Where; this channel if left out"),
        weekday=locale_str("Every day if left out"),
        hour=locale_str("The hour, by the server's timezone; 18 if left out"),
    )
    @app_commands.choices(
        weekday=[
            Choice(name=locale_str("Every day"), value=EVERY_DAY),
            *(Choice(name=locale_str(name), value=day) for day, name in enumerate(WEEKDAYS)),
        ]
    )
    async def on(
        self,
        interaction: discord.Interaction,
        channel: discord.TextChannel | None = None,
        weekday: Choice[int] | None = None,
        hour: app_commands.Range[int, 0, 23] = 18,
    ) -> None:
        """Switch check-ins on, or ask elsewhere or at another time."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        channel_id = interaction.channel_id if channel is None else channel.id
        place = guild.get_channel(channel_id or 0)
        if not isinstance(place, discord.TextChannel):
            raise Refusal(say("Choose a text channel of this server."))
        lack = lack_in(guild, place.id, POSTING)
        if lack is not None:
            needed = permission_names(tuple(lack.permissions), say)
            raise Refusal(
                say("{channel}: I need {permissions}.", channel=place.mention, permissions=needed)
            )
        await interaction.response.defer(ephemeral=True, thinking=True)
        every_day = weekday is None or weekday.value == EVERY_DAY
        chosen = CheckinSettings(
            place.id,
            None if every_day or weekday is None else weekday.value,
            hour,
            self._services.clock.now(),
        )
        await self._change(interaction, lambda found: replace(found, checkins=chosen))
        await self._show(interaction)

    @app_commands.command(name="off", description=locale_str("Stop asking members how they are"))
    async def off(self, interaction: discord.Interaction) -> None:
        """Switch check-ins off; what was answered stays until it is too old."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._change(interaction, lambda found: replace(found, checkins=CheckinSettings()))
        await self._show(interaction)

    @app_commands.command(
        name="status", description=locale_str("Show whether, where and when members are asked")
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Show what was chosen."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction)

    async def _show(self, interaction: discord.Interaction) -> None:
        settings = settings_of(guild_of(interaction), self._services)
        chosen, now = settings.checkins, self._services.clock.now()
        upcoming = None
        if chosen.channel_id is not None:
            upcoming = next_moment(settings, now, chosen.weekday, (chosen.hour, 0))
        await answer(interaction, views.chosen_line(chosen, upcoming, phrases_for(interaction)))

    async def _change(
        self,
        interaction: discord.Interaction,
        edit: Callable[[GuildSettings], GuildSettings],
    ) -> None:
        guild = guild_of(interaction)
        default = default_settings(guild, self._services)
        await self._services.roster.change(guild.id, edit, default, by=interaction.user.id)
