"""`/report`: a report now, past ones, and when they appear by themselves."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.clock import snowflake_time
from bot.cogs.answers import NOBODY, answer, guild_of, require_manager
from bot.cogs.choices import Choice, choose
from bot.cogs.listening import POSTING, lack_in, settings_of
from bot.cogs.moments import complete_first_day
from bot.cogs.periods import LAST, complete_period, last_days
from bot.cogs.periods import resolve as resolve_period
from bot.cogs.report_desk import ReportDesk
from bot.cogs.timezones import resolve
from bot.cogs.zone_option import complete_timezone
from bot.command_errors import Refusal, permission_names
from bot.delivery import Rendered, deliver, open_thread
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.views.setup import LANGUAGE_LABELS, THEME_NAMES, missing_line
from bot.views.times import TIME_FORMAT, WEEKDAYS, next_report, weekday_name
from reports.monthly import LONGEST, Period, on_demand_key
from reports.period import at_local, zone_of
from storage.errors import StoreUnavailable
from storage.records import GuildSettings

logger = logging.getLogger(__name__)

LONGEST_PERIOD: Final = 100
"""Characters of a period: a name in the list is as long at most (Discord's limit)."""

_LONGEST_PAUSE: Final = timedelta(days=366)

_WEEKDAY_CHOICES = [
    app_commands.Choice(name=locale_str(name), value=number) for number, name in enumerate(WEEKDAYS)
]
_LANGUAGE_CHOICES = [
    app_commands.Choice(name=label, value=code) for code, label in LANGUAGE_LABELS.items()
]
_THEME_CHOICES = [
    app_commands.Choice(name=locale_str(name), value=theme) for theme, name in THEME_NAMES.items()
]
_ALSO_CHOICES = [
    app_commands.Choice(name=locale_str("a report on each month too"), value="monthly"),
    app_commands.Choice(name=locale_str("no monthly reports"), value="no-monthly"),
    app_commands.Choice(name=locale_str("a thread under each report"), value="thread"),
    app_commands.Choice(name=locale_str("no threads"), value="no-thread"),
    app_commands.Choice(name=locale_str("links to joyful messages of who agreed"), value="bright"),
    app_commands.Choice(name=locale_str("no links to joyful messages"), value="no-bright"),
]


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class ReportCog(
    commands.GroupCog,
    group_name="report",
    group_description=locale_str("Post and plan the reports"),
):
    """Posts a report, and plans the next ones."""

    def __init__(self, services: Services, desk: ReportDesk) -> None:
        self._services = services
        self._desk = desk

    @app_commands.command(name="now", description=locale_str("Post a report in this channel now"))
    @app_commands.describe(
        period=locale_str("A week or month: last week if you leave it out"),
        days=locale_str("On so many last days instead, 1 to 90"),
    )
    @app_commands.autocomplete(period=complete_period)
    @app_commands.checks.cooldown(3, 60.0, key=lambda interaction: interaction.guild_id)
    async def now(
        self,
        interaction: discord.Interaction,
        period: app_commands.Range[str, 1, LONGEST_PERIOD] = LAST,
        days: app_commands.Range[int, 1, LONGEST] | None = None,
    ) -> None:
        """Post a report for everybody."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        channel = _postable(interaction, say)
        settings = settings_of(guild, self._services)
        chosen = self._period(settings, period, days, say)
        await interaction.response.defer(ephemeral=True, thinking=True)
        rendered = await self._services.reporter.render(
            guild.id, chosen, settings.language, place_id=interaction.channel_id
        )
        files = interaction.app_permissions.attach_files
        # A channel of an interaction may be partial; only it knows what holds in it.
        posted = await deliver(channel, rendered, f"{interaction.id:x}", files=files)
        await self._remember(guild, interaction, rendered, posted)
        if settings.report.thread:
            await open_thread(posted, chosen, settings.language)
        note = "" if files else "\n" + _without_pictures(say)
        await answer(interaction, say("Posted: {link}", link=posted.jump_url) + note)

    @app_commands.command(
        name="preview", description=locale_str("Show a report to you alone, without posting it")
    )
    @app_commands.describe(
        period=locale_str("A week or month: last week if you leave it out"),
        days=locale_str("On so many last days instead, 1 to 90"),
    )
    @app_commands.autocomplete(period=complete_period)
    @app_commands.checks.cooldown(3, 60.0, key=lambda interaction: interaction.guild_id)
    async def preview(
        self,
        interaction: discord.Interaction,
        period: app_commands.Range[str, 1, LONGEST_PERIOD] = LAST,
        days: app_commands.Range[int, 1, LONGEST] | None = None,
    ) -> None:
        """Show a report as it would be posted."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        settings = settings_of(guild, self._services)
        chosen = self._period(settings, period, days, say)
        await interaction.response.defer(ephemeral=True, thinking=True)
        rendered = await self._services.reporter.render(
            guild.id,
            chosen,
            settings.language,
            place_id=settings.report.channel_id or interaction.channel_id,
        )
        if interaction.app_permissions.attach_files:
            message = rendered.message()
            await interaction.followup.send(
                view=message.view, files=message.files, ephemeral=True, allowed_mentions=NOBODY
            )
        else:
            await answer(interaction, rendered.text)
        if not rendered.report.messages and _before_listening(settings, chosen):
            await interaction.followup.send(
                say(
                    "I did not listen yet then. `/monitor backfill` reads what was written before."
                ),
                ephemeral=True,
            )

    @app_commands.command(
        name="pause", description=locale_str("Post no planned reports for a while, or resume")
    )
    @app_commands.describe(
        until=locale_str("First day with reports again, such as 2026-12-24"),
        resume=locale_str("End the pause now"),
    )
    @app_commands.autocomplete(until=complete_first_day)
    async def pause(
        self, interaction: discord.Interaction, until: str | None = None, resume: bool = False
    ) -> None:
        """Begin or end a pause; what comes due in it is skipped for good."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        settings = settings_of(guild, self._services)
        if resume:
            choice = Choice(paused=False)
        elif until is None:
            choice = Choice(paused=True)
        else:
            choice = Choice(paused_until=self._first_day(settings, until, say))
        await interaction.response.defer(ephemeral=True, thinking=True)
        await choose(self._services, guild, choice, by=interaction.user.id)
        await answer(interaction, self._described(guild, say))

    @app_commands.command(name="history", description=locale_str("List the past reports"))
    async def history(self, interaction: discord.Interaction) -> None:
        """Show the first page of the past reports."""
        require_manager(interaction)
        guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, await self._desk.history(interaction, 0))

    async def _remember(
        self,
        guild: discord.Guild,
        interaction: discord.Interaction,
        rendered: Rendered,
        posted: discord.Message,
    ) -> None:
        key = on_demand_key(rendered.period, interaction.id)
        try:
            await self._services.reporter.record(guild.id, key, posted.channel.id, posted.id)
        except StoreUnavailable as error:
            logger.warning("guild %d: a report is missing in the history: %s", guild.id, error)

    def _period(
        self, settings: GuildSettings, which: str, days: int | None, say: Phrases
    ) -> Period:
        now = self._services.clock.now()
        if days is not None:
            return last_days(days, settings, now)
        return resolve_period(which, settings, now, say)

    def _first_day(self, settings: GuildSettings, typed: str, say: Phrases) -> datetime:
        now, zone = self._services.clock.now(), zone_of(settings.timezone)
        try:
            moment = at_local(date.fromisoformat(typed.strip()), 0, zone)
        except (ValueError, OverflowError):
            raise Refusal(say("Write the day like 2026-12-24.")) from None
        if not now < moment <= now + _LONGEST_PAUSE:
            raise Refusal(say("Choose a day within the next twelve months."))
        return moment.astimezone(UTC)

    @app_commands.command(
        name="schedule",
        description=locale_str("Show or change when and where the reports appear"),
    )
    @app_commands.describe(
        weekday=locale_str("Day of the week"),
        hour=locale_str("Hour of the day, 0 to 23"),
        timezone=locale_str("Timezone of the report: begin to type a city"),
        channel=locale_str("Where the report appears"),
        language=locale_str("Language of the report and the notices"),
        theme=locale_str("Look of the pictures"),
        also=locale_str("Monthly reports, and threads under reports"),
    )
    @app_commands.choices(weekday=_WEEKDAY_CHOICES)
    @app_commands.choices(language=_LANGUAGE_CHOICES, theme=_THEME_CHOICES, also=_ALSO_CHOICES)
    @app_commands.autocomplete(timezone=complete_timezone)
    async def schedule(
        self,
        interaction: discord.Interaction,
        weekday: int | None = None,
        hour: app_commands.Range[int, 0, 23] | None = None,
        timezone: str | None = None,
        channel: discord.TextChannel | None = None,
        language: str | None = None,
        theme: str | None = None,
        also: str | None = None,
    ) -> None:
        """Change what is given, and show what holds then."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        choice = Choice(
            weekday=weekday,
            hour=hour,
            timezone=None if timezone is None else resolve(timezone, say),
            channel_id=None if channel is None else channel.id,
            language=language,
            theme=theme,
            monthly={"monthly": True, "no-monthly": False}.get(also or ""),
            thread={"thread": True, "no-thread": False}.get(also or ""),
            bright={"bright": True, "no-bright": False}.get(also or ""),
        )
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not choice.empty:
            planned = replace(choice, planned_by=interaction.user.id)
            await choose(self._services, guild, planned, by=interaction.user.id)
        await answer(interaction, self._described(guild, say))

    def _described(self, guild: discord.Guild, say: Phrases) -> str:
        settings = settings_of(guild, self._services)
        report = settings.report
        lines = [
            say(
                "Weekly report: {weekday} {hour} ({timezone}), {language}, {theme}.",
                weekday=weekday_name(report.weekday, say),
                hour=TIME_FORMAT.format(report.hour),
                timezone=settings.timezone,
                language=LANGUAGE_LABELS[settings.language],
                theme=say(THEME_NAMES[settings.theme]),
            ),
            next_report(settings, self._services.schedule.next_time(guild.id), say),
        ]
        if report.monthly_since is not None:
            lines.append(say("A report on each month appears on the first day of the next."))
        if report.thread:
            lines.append(say("A thread is opened under each report."))
        if report.bright:
            lines.append(say("Weekly reports link to joyful messages of members who agreed."))
        if report.is_paused(self._services.clock.now()) and report.paused_until is not None:
            until = report.paused_until.astimezone(zone_of(settings.timezone))
            lines.append(say("Paused: what comes due before {day} is skipped.", day=say.day(until)))
        lack = None
        if report.channel_id is not None:
            needed = (*POSTING, *(["create_public_threads"] if report.thread else []))
            lack = lack_in(guild, report.channel_id, needed)
        if lack is not None:
            lines.append("⚠️ " + missing_line(lack.channel_id, lack.permissions, say))
        return "\n".join(lines)


def _without_pictures(say: Phrases) -> str:
    return say(
        "I posted it without pictures: I need {permissions} here.",
        permissions=permission_names(["attach_files"], say),
    )


def _before_listening(settings: GuildSettings, period: Period) -> bool:
    """Tell whether a period was over before the first channel was listened to."""
    end = period.bounds(zone_of(settings.timezone))[1]
    # ``since`` is the last message before; the notice tells better when it began.
    begun = (max(each.since, each.notice_id or 0) for each in settings.channels)
    return all(snowflake_time(each) >= end for each in begun)


def _postable(interaction: discord.Interaction, say: Phrases) -> discord.abc.Messageable:
    """Return the channel of an interaction when the bot may post there."""
    channel, may = interaction.channel, interaction.app_permissions
    sending = "send_messages"
    if isinstance(channel, discord.Thread):
        sending = "send_messages_in_threads"
    missing = [name for name in ("view_channel", sending) if not getattr(may, name)]
    if missing or not isinstance(channel, discord.abc.Messageable):
        names = permission_names(missing or ["view_channel"], say)
        raise Refusal(
            say(
                "I cannot post here: I need {permissions}. Allow that in the settings of this "
                "channel, and try again.",
                permissions=names,
            )
        )
    return channel
