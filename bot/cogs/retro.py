"""`/retro`: writing retrospectives, their form, the reminder, and how many take part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cogs.answers import answer, guild_of, require_manager
from bot.cogs.listening import default_settings, settings_of
from bot.cogs.moments import complete_time
from bot.cogs.retro_desk import RetroDesk
from bot.command_errors import Refusal
from bot.i18n import phrases_for
from bot.services import Services
from bot.views import retro as views
from bot.views.times import WEEKDAYS
from reports.period import Week, zone_of
from reports.retro.forms import FORMS
from reports.retro.week import participation_of
from reports.wording.retro import form_name
from storage.records import GuildSettings
from storage.retrospectives import RetroReminder


async def form_choices(interaction: discord.Interaction, typed: str) -> list[Choice[str]]:
    """Return the forms whose names hold what was typed, in the language of the reader."""
    language = phrases_for(interaction).language
    wanted = typed.casefold().strip()
    named = ((key, form_name(key, language)) for key in FORMS)
    return [
        Choice(name=name, value=key) for key, name in named if wanted in f"{key} {name}".casefold()
    ]


@app_commands.guild_only()
class RetroCog(
    commands.GroupCog,
    group_name="retro",
    group_description=locale_str("Retrospectives: write one, choose the form, see how many do"),
):
    """Translates the commands into calls."""

    def __init__(self, services: Services, desk: RetroDesk) -> None:
        self._services = services
        self._desk = desk

    @app_commands.command(
        name="write", description=locale_str("Write a retrospective in the form of the channel")
    )
    @app_commands.describe(form=locale_str("Another form than that of the channel"))
    @app_commands.autocomplete(form=form_choices)
    async def write(self, interaction: discord.Interaction, form: str | None = None) -> None:
        """Open the dialog."""
        await self._desk.open_dialog(interaction, _known_form(interaction, form))

    @app_commands.command(
        name="form", description=locale_str("Choose the form of a channel for retrospectives")
    )
    @app_commands.describe(
        form=locale_str("What /retro write asks for"),
        channel=locale_str("A channel for retrospectives; this one if left out"),
    )
    @app_commands.autocomplete(form=form_choices)
    async def form(
        self,
        interaction: discord.Interaction,
        form: str,
        channel: discord.TextChannel | discord.ForumChannel | None = None,
    ) -> None:
        """Set the form of a channel."""
        require_manager(interaction)
        say = phrases_for(interaction)
        chosen = _known_form(interaction, form)
        assert chosen is not None
        channel_id = self._desk.channel_of(interaction, None if channel is None else channel.id)
        await interaction.response.defer(ephemeral=True, thinking=True)

        def edit(settings: GuildSettings) -> GuildSettings:
            forms = tuple(settings.retro.with_form(channel_id, chosen))
            return replace(settings, retro=replace(settings.retro, forms=forms))

        await self._change(interaction, edit)
        await answer(interaction, views.form_state(channel_id, chosen, say))

    @app_commands.command(
        name="remind", description=locale_str("Remind people to write, once a week; off by default")
    )
    @app_commands.describe(
        weekday=locale_str("The day, by the server's timezone"),
        at=locale_str("The time, such as 17:30"),
        channel=locale_str("Where; this channel if left out"),
        role=locale_str("A role to ping; nobody if left out"),
        off=locale_str("Send no more reminders"),
    )
    @app_commands.choices(
        weekday=[Choice(name=locale_str(name), value=day) for day, name in enumerate(WEEKDAYS)]
    )
    @app_commands.autocomplete(at=complete_time)
    async def remind(
        self,
        interaction: discord.Interaction,
        weekday: Choice[int] | None = None,
        at: app_commands.Range[str, 1, 5] | None = None,
        channel: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        off: bool = False,
    ) -> None:
        """Set, show or end the reminder."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        reminder = settings_of(guild, self._services).retro.reminder
        if off:
            reminder = None
        elif weekday is not None and at is not None:
            channel_id = channel.id if channel is not None else interaction.channel_id or 0
            reminder = self._reminder(interaction, weekday.value, at, channel_id, role)
        elif weekday is not None or at is not None:
            raise Refusal(say("Choose both a weekday and a time."))
        await interaction.response.defer(ephemeral=True, thinking=True)
        if off or weekday is not None:
            await self._change(
                interaction,
                lambda found: replace(found, retro=replace(found.retro, reminder=reminder)),
            )
        timezone = settings_of(guild, self._services).timezone
        await answer(interaction, views.reminder_state(reminder, timezone, say))

    @app_commands.command(
        name="status", description=locale_str("See how many people write retrospectives")
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Tell the rate of participation, never who."""
        guild, say = guild_of(interaction), phrases_for(interaction)
        self._desk.channel_of(interaction, None)
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = settings_of(guild, self._services)
        today = self._services.clock.now().astimezone(zone_of(settings.timezone)).date()
        year, number, _ = today.isocalendar()
        week = Week(year, number)
        store = self._services.store
        now = await participation_of(store, settings, week)
        before = await participation_of(store, settings, week.previous())
        await answer(
            interaction, views.participation_message(now, before, settings.minimum_group, say)
        )

    def _reminder(
        self,
        interaction: discord.Interaction,
        weekday: int,
        at: str,
        channel_id: int,
        role: discord.Role | None,
    ) -> RetroReminder:
        guild, say = guild_of(interaction), phrases_for(interaction)
        moment = _time(at)
        if moment is None:
            raise Refusal(say("I could not read the time. Write it like 17:30."))
        place = guild.get_channel(channel_id)
        if not isinstance(place, discord.TextChannel):
            raise Refusal(say("A reminder needs a text channel. Choose one."))
        may = place.permissions_for(guild.me)
        if not (may.view_channel and may.send_messages):
            raise Refusal(
                say(
                    "I may not write in {channel}. Allow Send Messages there, or choose "
                    "another channel.",
                    channel=place.mention,
                )
            )
        if role is not None and role.is_default():
            raise Refusal(say("I do not ping everybody. Choose a role, or none."))
        self._desk.channel_of(interaction, None, any_of_them=True)
        return RetroReminder(
            channel_id,
            weekday,
            moment.hour,
            moment.minute,
            since=self._services.clock.now(),
            role_id=None if role is None else role.id,
        )

    async def _change(self, interaction: discord.Interaction, edit: views.Edit) -> None:
        guild = guild_of(interaction)
        default = default_settings(guild, self._services)
        await self._services.roster.change(guild.id, edit, default, by=interaction.user.id)


def _known_form(interaction: discord.Interaction, form: str | None) -> str | None:
    """Return the key of a form that was chosen, or typed by its name.

    Raises:
        Refusal: There is no such form.
    """
    if form is None or form in FORMS:
        return form
    say = phrases_for(interaction)
    wanted = form.casefold().strip()
    names: Sequence[tuple[str, str]] = [
        (key, name) for key in FORMS for name in (key, *(form_name(key, x) for x in ("ko", "en")))
    ]
    for key, name in names:
        if wanted and wanted == name.casefold():
            return key
    raise Refusal(say("I do not know this form. Choose one from the list."))


def _time(text: str) -> time | None:
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day
    except ValueError:
        return None
