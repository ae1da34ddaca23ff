"""`/setup` and `/settings`: one panel for every choice.

The panel keeps no state: a click is checked again, changes only what was clicked, and shows what
holds then. So two administrators at once do not lose each other's changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from re import Match
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_of, require_manager
from bot.cogs.choices import Choice, choose, decide
from bot.cogs.listening import (
    POSTING,
    Lack,
    Listening,
    default_settings,
    lack_in,
    reading_lacks,
    settings_of,
)
from bot.cogs.permission_check import Shortage, shortages
from bot.cogs.switches import SWITCHES, Switch, switch_called
from bot.cogs.timezones import COMMON, label_of, resolve
from bot.cogs.zone_option import complete_timezone
from bot.command_errors import Refusal
from bot.i18n import Phrases, phrases_for, phrases_in
from bot.services import Services
from bot.views import setup as panel
from bot.views import setup_history as history
from bot.views import setup_pages as pages
from bot.views.consent_change import CONFIRM, changed_to_explicit, confirm_explicit
from bot.views.layout import Layout
from bot.views.listeners import ButtonEar, ChannelsEar, Listener, ValueEar, pattern_ear
from bot.views.notice import notice_preview
from bot.views.permission_check import Missing, check_result
from bot.views.retention_change import SHORTER, confirm_shorter
from bot.views.setup import Page
from storage.records import ConsentMode, GuildSettings


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
            ValueEar(pages.CONSENT, self._consent_chosen),
            ValueEar(pages.RETENTION, self._retention_chosen),
            ValueEar(pages.MINIMUM, self._minimum_chosen),
            ButtonEar(CONFIRM, self._explicit_confirmed),
            ButtonEar(panel.page_id(Page.BASICS), self._basics_clicked),
            ButtonEar(panel.page_id(Page.PRIVACY), self._privacy_clicked),
            ButtonEar(panel.page_id(Page.EXTRAS), self._extras_clicked),
            ButtonEar(panel.page_id(Page.HISTORY), self._history_clicked),
            ButtonEar(panel.PREVIEW, self._preview_clicked),
            ButtonEar(panel.CHECK, self._check_clicked),
            ButtonEar(panel.OPEN, self._open_clicked),
            check=require_manager,
        )

    def ears(self) -> tuple[type[discord.ui.DynamicItem[Any]], ...]:
        """Return what hears the buttons that carry more than their name, to be added once."""
        return (
            pattern_ear(pages.SWITCH, self._switched),
            pattern_ear(SHORTER, self._shorter_confirmed),
            pattern_ear(history.HISTORY_PAGE, self._history_turned),
        )

    # Showing

    async def shown(
        self,
        guild: discord.Guild,
        say: Phrases,
        page: Page = Page.BASICS,
        refused: Sequence[Lack] = (),
    ) -> Layout:
        """Return a page of the panel with what holds now.

        Args:
            guild: Whose settings.
            say: The reader's language.
            page: Which page.
            refused: Channels that could not be added just now.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        if page is Page.BASICS:
            return await self._basics(guild, say, refused)
        if page is Page.HISTORY:
            return await self._history(guild, say, 0)
        settings = self._settings(guild)
        if page is Page.PRIVACY:
            return pages.privacy_page(settings, say)
        return pages.extras_page(settings, [_state(each, settings, say) for each in SWITCHES], say)

    async def _basics(self, guild: discord.Guild, say: Phrases, refused: Sequence[Lack]) -> Layout:
        # Notices that still fail are posted first.
        notices = await self._listening.notify(guild)
        settings = settings_of(guild, self._services)
        state = panel.SetupState(
            _without_gone(guild, settings),
            self._timezones(settings.timezone, say),
            self._problems(guild, settings, [*refused, *notices], say),
            self._services.schedule.next_time(guild.id),
        )
        return panel.basics_page(state, say)

    async def _history(self, guild: discord.Guild, say: Phrases, page: int) -> Layout:
        store = self._services.store
        total = await store.count_changes(guild.id)
        # Retention may have taken the page that a button leads to.
        page = min(page, max(0, -(-total // history.PER_PAGE) - 1))
        changes = await store.changes(
            guild.id, skip=page * history.PER_PAGE, limit=history.PER_PAGE
        )
        return history.history_page(self._settings(guild), changes, page, total, say)

    def _settings(self, guild: discord.Guild) -> GuildSettings:
        return _without_gone(guild, settings_of(guild, self._services))

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
            for lack in _by_channel(lacks)
        ]

    # Choosing

    async def _channels_chosen(
        self, interaction: discord.Interaction, chosen: Sequence[int]
    ) -> None:
        await interaction.response.defer()
        guild, by = guild_of(interaction), interaction.user.id
        for channel_id in _shown_as_chosen(interaction) - set(chosen):
            await self._listening.remove(guild, channel_id, by=by)
        monitored = {each.channel_id for each in settings_of(guild, self._services).channels}
        additions = [
            await self._listening.add(guild, channel_id, by=by)
            for channel_id in chosen
            if channel_id not in monitored
        ]
        refused = [addition.refused for addition in additions if addition.refused is not None]
        await self._refresh(interaction, Page.BASICS, refused)

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
        await self._choose(interaction, Choice(theme=value), Page.EXTRAS)

    async def _consent_chosen(self, interaction: discord.Interaction, value: str) -> None:
        mode, guild = ConsentMode(value), guild_of(interaction)
        asks_already = settings_of(guild, self._services).consent is ConsentMode.EXPLICIT
        if mode is ConsentMode.EXPLICIT and not asks_already:
            await interaction.response.defer()
            settings, say = self._settings(guild), phrases_for(interaction)
            agreed = await self._services.privacy.agreed(guild.id)
            view = confirm_explicit(agreed, settings.minimum_group, say)
            await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)
            return
        await self._change_consent(interaction, mode)
        await self._refresh(interaction, Page.PRIVACY)

    async def _explicit_confirmed(self, interaction: discord.Interaction) -> None:
        removed = await self._change_consent(interaction, ConsentMode.EXPLICIT)
        view = changed_to_explicit(removed, phrases_for(interaction))
        await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)

    async def _change_consent(self, interaction: discord.Interaction, mode: ConsentMode) -> int:
        guild = guild_of(interaction)
        await interaction.response.defer()
        return await self._services.privacy.change_consent_mode(
            guild.id,
            mode,
            default=default_settings(guild, self._services),
            by=interaction.user.id,
        )

    async def _retention_chosen(self, interaction: discord.Interaction, value: str) -> None:
        days, guild, say = int(value), guild_of(interaction), phrases_for(interaction)
        shorter = days < settings_of(guild, self._services).retention_days
        await interaction.response.defer()
        if shorter and await self._has_older(guild.id, days):
            await _show(interaction, confirm_shorter(days, say))
            return
        await self._keep_for(interaction, days)

    async def _has_older(self, guild_id: int, days: int) -> bool:
        before = self._services.clock.now() - timedelta(days=days)
        return bool(await self._services.store.places_before(guild_id, before, 1))

    async def _shorter_confirmed(self, interaction: discord.Interaction, match: Match[str]) -> None:
        require_manager(interaction)
        await interaction.response.defer()
        await self._keep_for(interaction, int(match["days"]))

    async def _keep_for(self, interaction: discord.Interaction, days: int) -> None:
        choice = Choice(retention_days=days)
        await choose(self._services, guild_of(interaction), choice, by=interaction.user.id)
        await self._refresh(interaction, Page.PRIVACY)

    async def _minimum_chosen(self, interaction: discord.Interaction, value: str) -> None:
        await self._choose(interaction, Choice(minimum_group=int(value)), Page.PRIVACY)

    async def _choose(
        self, interaction: discord.Interaction, choice: Choice, page: Page = Page.BASICS
    ) -> None:
        await interaction.response.defer()
        await choose(self._services, guild_of(interaction), choice, by=interaction.user.id)
        await self._refresh(interaction, page)

    async def _switched(self, interaction: discord.Interaction, match: Match[str]) -> None:
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        switch, on = switch_called(match["key"]), match["state"] == "on"
        if switch is None:
            raise Refusal(say("This is no longer here. Open `/settings` again."))
        await interaction.response.defer()
        now, turned = self._services.clock.now(), switch.turned
        await decide(
            self._services,
            guild,
            lambda settings: turned(settings, on, now),
            by=interaction.user.id,
        )
        await self._refresh(interaction, Page.EXTRAS)

    # Buttons

    async def _open_clicked(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        view = await self.shown(guild_of(interaction), phrases_for(interaction))
        await answer(interaction, view)

    async def _basics_clicked(self, interaction: discord.Interaction) -> None:
        await self._turn_to(interaction, Page.BASICS)

    async def _privacy_clicked(self, interaction: discord.Interaction) -> None:
        await self._turn_to(interaction, Page.PRIVACY)

    async def _extras_clicked(self, interaction: discord.Interaction) -> None:
        await self._turn_to(interaction, Page.EXTRAS)

    async def _history_clicked(self, interaction: discord.Interaction) -> None:
        await self._turn_to(interaction, Page.HISTORY)

    async def _turn_to(self, interaction: discord.Interaction, page: Page) -> None:
        await interaction.response.defer()
        await self._refresh(interaction, page)

    async def _history_turned(self, interaction: discord.Interaction, match: Match[str]) -> None:
        require_manager(interaction)
        await interaction.response.defer()
        guild, say = guild_of(interaction), phrases_for(interaction)
        await _show(interaction, await self._history(guild, say, int(match["page"])))

    async def _preview_clicked(self, interaction: discord.Interaction) -> None:
        guild, reader = guild_of(interaction), phrases_for(interaction)
        settings = settings_of(guild, self._services)
        practice = self._listening.practice(settings)
        await answer(interaction, notice_preview(phrases_in(settings.language), practice, reader))

    async def _check_clicked(self, interaction: discord.Interaction) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        found = shortages(guild, settings_of(guild, self._services))
        gone = [Missing(each.channel_id) for each in found if not each.needs]
        needed = _missing(found, say, optional=False)
        welcome = _missing(found, say, optional=True)
        await answer(interaction, check_result([*gone, *needed], welcome, say))

    async def _refresh(
        self, interaction: discord.Interaction, page: Page, refused: Sequence[Lack] = ()
    ) -> None:
        say = phrases_for(interaction)
        await _show(interaction, await self.shown(guild_of(interaction), say, page, refused))


async def _show(interaction: discord.Interaction, view: Layout) -> None:
    await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)


def _by_channel(lacks: Iterable[Lack]) -> list[Lack]:
    """Return what is lacking with each channel named once."""
    merged: dict[int, Lack] = {}
    for lack in lacks:
        known = merged.setdefault(lack.channel_id, lack)
        both = dict.fromkeys((*known.permissions, *lack.permissions))
        merged[lack.channel_id] = replace(lack, permissions=tuple(both))
    return list(merged.values())


def _missing(found: Sequence[Shortage], say: Phrases, *, optional: bool) -> list[Missing]:
    """Return each lacking permission once a channel, with all that it is for."""
    purposes: dict[tuple[int, str], list[str]] = {}
    for each in found:
        for need in each.needs:
            if need.optional is optional:
                purposes.setdefault((each.channel_id, need.name), []).append(say(need.purpose))
    return [
        Missing(channel_id, permission, ", ".join(dict.fromkeys(reasons)))
        for (channel_id, permission), reasons in purposes.items()
    ]


def _state(switch: Switch, settings: GuildSettings, say: Phrases) -> pages.SwitchState:
    on = switch.is_on(settings)
    fixed = switch.elsewhere is not None and not on
    meaning = say(switch.meaning)
    if fixed and switch.elsewhere is not None:
        meaning = f"{meaning} {say(switch.elsewhere)}"
    return pages.SwitchState(switch.key, say(switch.name), meaning, on=on, fixed=fixed)


def _shown_as_chosen(interaction: discord.Interaction) -> set[int]:
    """Return the channels that the clicked menu showed as chosen.

    What somebody else has added since was not in sight, so it was not taken away either.
    """
    message = interaction.message
    return {
        default.id
        for part in _parts(message.components if message else ())
        if isinstance(part, discord.SelectMenu) and part.custom_id == panel.CHANNELS
        for default in part.default_values
    }


def _parts(components: Iterable[object]) -> Iterator[object]:
    """Yield components with those inside of them."""
    for component in components:
        yield component
        yield from _parts(getattr(component, "children", ()))


def _without_gone(guild: discord.Guild, settings: GuildSettings) -> GuildSettings:
    """Leave out channels that are gone: a select menu must not name them."""
    report = settings.report
    gone = guild.get_channel(report.channel_id or 0) is None
    return replace(
        settings,
        channels=tuple(c for c in settings.channels if guild.get_channel(c.channel_id)),
        report=replace(report, channel_id=None) if gone else report,
    )


PAGE_CHOICES: Final = [
    app_commands.Choice(name=locale_str(name), value=page.value)
    for page, name in panel.PAGE_NAMES.items()
]


class SetupCog(commands.Cog):
    """The commands that open the panel."""

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
        await self._open(interaction, Page.BASICS, timezone)

    @app_commands.command(
        name="settings",
        description=locale_str("Show and change what holds in this server, and who changed it"),
    )
    @app_commands.describe(
        page=locale_str("What to show first"),
        timezone=locale_str("Timezone of the report: begin to type a city"),
    )
    @app_commands.choices(page=PAGE_CHOICES)
    @app_commands.autocomplete(timezone=complete_timezone)
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def settings(
        self,
        interaction: discord.Interaction,
        page: str = Page.BASICS.value,
        timezone: str | None = None,
    ) -> None:
        """Open the same panel at a page."""
        await self._open(interaction, Page(page), timezone)

    async def _open(
        self, interaction: discord.Interaction, page: Page, timezone: str | None
    ) -> None:
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if timezone is not None:
            choice = Choice(timezone=resolve(timezone, say))
            await choose(self._services, guild, choice, by=interaction.user.id)
        await answer(interaction, await self._panel.shown(guild, say, page))
