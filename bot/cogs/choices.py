"""What administrators choose about the weekly report, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import discord

from bot.cogs.listening import default_settings
from bot.services import Services
from storage.records import GuildSettings, ReportSchedule


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen; ``None`` leaves a setting as it is.

    Attributes:
        weekday: 0 is Monday.
        hour: 0 to 23.
        timezone: An IANA name that exists.
        channel_id: Where the report appears.
        language: ``ko`` or ``en``.
        theme: ``dark`` or ``light``.
        paused: True for no reports.
    """

    weekday: int | None = None
    hour: int | None = None
    timezone: str | None = None
    channel_id: int | None = None
    language: str | None = None
    theme: str | None = None
    paused: bool | None = None

    @property
    def empty(self) -> bool:
        """Return whether nothing was chosen."""
        return self == Choice()

    def applied(self, settings: GuildSettings, now: datetime) -> GuildSettings:
        """Return the settings with the choice in them."""
        return replace(
            settings,
            language=self.language or settings.language,
            timezone=self.timezone or settings.timezone,
            theme=self.theme or settings.theme,
            report=_begun(self._scheduled(settings.report), settings.report, now),
        )

    def _scheduled(self, report: ReportSchedule) -> ReportSchedule:
        return replace(
            report,
            channel_id=_either(self.channel_id, report.channel_id),
            weekday=report.weekday if self.weekday is None else self.weekday,
            hour=report.hour if self.hour is None else self.hour,
            paused=report.paused if self.paused is None else self.paused,
        )


async def choose(services: Services, guild: discord.Guild, choice: Choice) -> GuildSettings:
    """Save a choice and plan the next report by it.

    Raises:
        StoreUnavailable: Nothing was changed.
    """
    now = services.clock.now()
    settings = await services.roster.change(
        guild.id,
        lambda settings: choice.applied(settings, now),
        default_settings(guild, services),
    )
    services.schedule.refresh(guild.id)
    return settings


def _begun(report: ReportSchedule, before: ReportSchedule, now: datetime) -> ReportSchedule:
    """Weeks that ended before the first report, or during a pause, are never posted."""
    scheduled = report.channel_id is not None and report.since is None
    resumed = before.paused and not report.paused
    return replace(report, since=now) if scheduled or resumed else report


def _either(chosen: int | None, before: int | None) -> int | None:
    return before if chosen is None else chosen
