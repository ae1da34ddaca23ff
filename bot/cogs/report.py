"""`/report`: the weekly report now, and when it appears by itself."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_of, require_manager
from bot.cogs.choices import Choice, choose
from bot.cogs.listening import POSTING, lack_in, settings_of
from bot.cogs.timezones import resolve
from bot.cogs.zone_option import complete_timezone
from bot.command_errors import Refusal, permission_names
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.views.setup import LANGUAGE_LABELS, THEME_NAMES, missing_line
from bot.views.times import TIME_FORMAT, WEEKDAYS, next_report, weekday_name
from reports.period import Week, zone_of
from storage.records import GuildSettings

_WEEKDAY_CHOICES = [
    app_commands.Choice(name=locale_str(name), value=number) for number, name in enumerate(WEEKDAYS)
]
_LANGUAGE_CHOICES = [
    app_commands.Choice(name=label, value=code) for code, label in LANGUAGE_LABELS.items()
]
_THEME_CHOICES = [
    app_commands.Choice(name=locale_str(name), value=theme) for theme, name in THEME_NAMES.items()
]
_WEEK_CHOICES = [
    app_commands.Choice(name=locale_str("last week"), value="last"),
    app_commands.Choice(name=locale_str("this week so far"), value="this"),
]


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class ReportCog(
    commands.GroupCog,
    group_name="report",
    group_description=locale_str("Post and plan the weekly report"),
):
    """Posts a report, and plans the next ones."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name="now", description=locale_str("Post a report in this channel now"))
    @app_commands.describe(week=locale_str("Which week (last week if you leave it out)"))
    @app_commands.choices(week=_WEEK_CHOICES)
    @app_commands.checks.cooldown(3, 60.0, key=lambda interaction: interaction.guild_id)
    async def now(self, interaction: discord.Interaction, week: str = "last") -> None:
        """Post a report for everybody."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        channel = _postable(interaction, say)
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = settings_of(guild, self._services)
        chosen = self._week(settings, week)
        rendered = await self._services.reporter.render(guild.id, chosen, settings.language)
        if interaction.app_permissions.attach_files:
            message = rendered.message()
            posted = await channel.send(
                view=message.view, files=message.files, allowed_mentions=NOBODY
            )
            note = ""
        else:
            posted = await channel.send(rendered.text, allowed_mentions=NOBODY)
            note = "\n" + say(
                "I posted it without pictures: I need {permissions} here.",
                permissions=permission_names(["attach_files"], say),
            )
        await answer(interaction, say("Posted: {link}", link=posted.jump_url) + note)

    def _week(self, settings: GuildSettings, which: str) -> Week:
        current = Week.of(self._services.clock.now(), zone_of(settings.timezone))
        return current if which == "this" else current.previous()

    @app_commands.command(
        name="schedule",
        description=locale_str("Show or change when and where the weekly report appears"),
    )
    @app_commands.describe(
        weekday=locale_str("Day of the week"),
        hour=locale_str("Hour of the day, 0 to 23"),
        timezone=locale_str("Timezone of the report: begin to type a city"),
        channel=locale_str("Where the report appears"),
        language=locale_str("Language of the report and the notices"),
        theme=locale_str("Look of the pictures"),
        paused=locale_str("Post no reports until you resume"),
    )
    @app_commands.choices(weekday=_WEEKDAY_CHOICES)
    @app_commands.choices(language=_LANGUAGE_CHOICES, theme=_THEME_CHOICES)
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
        paused: bool | None = None,
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
            paused=paused,
        )
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not choice.empty:
            await choose(self._services, guild, choice)
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
        lack = None
        if report.channel_id is not None:
            lack = lack_in(guild, report.channel_id, POSTING)
        if lack is not None:
            lines.append("⚠️ " + missing_line(lack.channel_id, lack.permissions, say))
        return "\n".join(lines)


def _postable(interaction: discord.Interaction, say: Phrases) -> discord.abc.Messageable:
    """Return the channel of an interaction when the bot may post there."""
    channel, may = interaction.channel, interaction.app_permissions
    sending = "send_messages"
    if isinstance(channel, discord.Thread):
        sending = "send_messages_in_threads"
    missing = [name for name in ("view_channel", sending) if not getattr(may, name)]
    if missing or not isinstance(channel, discord.abc.Messageable):
        names = permission_names(missing or ["view_channel"], say)
        raise Refusal(say("I cannot post here: I need {permissions}.", permissions=names))
    return channel
