"""What administrators choose, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import discord

from bot.cogs.listening import default_settings
from bot.services import Services
from storage.records import GuildSettings, ReportSchedule

RETENTION_RANGE: Final = (1, 730)
"""Days; the longest is two years."""

MINIMUM_RANGE: Final = (5, 25)
"""People; a smaller group could tell about its members."""


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
        paused: True for no reports, False for reports again from now on.
        paused_until: No reports that are due before this moment.
        monthly: Whether there is a report on each month as well.
        thread: Whether a thread is opened under each report.
        planned_by: Who planned the reports.
        bright: Whether weekly reports link to joyful messages of members who agreed.
        retention_days: How long numbers are kept; brought into ``RETENTION_RANGE``.
        minimum_group: Brought into ``MINIMUM_RANGE``.
    """

    weekday: int | None = None
    hour: int | None = None
    timezone: str | None = None
    channel_id: int | None = None
    language: str | None = None
    theme: str | None = None
    paused: bool | None = None
    paused_until: datetime | None = None
    monthly: bool | None = None
    thread: bool | None = None
    planned_by: int | None = None
    bright: bool | None = None
    retention_days: int | None = None
    minimum_group: int | None = None

    @property
    def empty(self) -> bool:
        """Return whether nothing was chosen."""
        return self == Choice()

    def applied(self, settings: GuildSettings, now: datetime) -> GuildSettings:
        """Return the settings with the choice in them."""
        return replace(
            self._guarded(settings),
            language=self.language or settings.language,
            timezone=self.timezone or settings.timezone,
            theme=self.theme or settings.theme,
            report=_begun(self._scheduled(settings.report, now), settings.report, now),
        )

    def _guarded(self, settings: GuildSettings) -> GuildSettings:
        """Return the settings with what was chosen about privacy."""
        return replace(
            settings,
            retention_days=_within(RETENTION_RANGE, self.retention_days, settings.retention_days),
            minimum_group=_within(MINIMUM_RANGE, self.minimum_group, settings.minimum_group),
        )

    def _scheduled(self, report: ReportSchedule, now: datetime) -> ReportSchedule:
        report = self._paused(report)
        if self.monthly is not None:
            begun = report.monthly_since or now
            report = replace(report, monthly_since=begun if self.monthly else None)
        return replace(
            report,
            channel_id=_either(self.channel_id, report.channel_id),
            weekday=report.weekday if self.weekday is None else self.weekday,
            hour=report.hour if self.hour is None else self.hour,
            thread=report.thread if self.thread is None else self.thread,
            bright=report.bright if self.bright is None else self.bright,
            planned_by=_either(self.planned_by, report.planned_by),
        )

    def _paused(self, report: ReportSchedule) -> ReportSchedule:
        if self.paused_until is not None:
            return replace(report, paused=False, paused_until=self.paused_until)
        if self.paused is not None:
            return replace(report, paused=self.paused, paused_until=None)
        return report


async def choose(
    services: Services, guild: discord.Guild, choice: Choice, *, by: int | None = None
) -> GuildSettings:
    """Save a choice and plan the next report by it.

    Args:
        services: Of the bot.
        guild: Whose settings.
        choice: What was chosen.
        by: The user who chose.

    Raises:
        StoreUnavailable: Nothing was changed.
    """
    now = services.clock.now()
    return await decide(services, guild, lambda settings: choice.applied(settings, now), by=by)


async def decide(
    services: Services,
    guild: discord.Guild,
    edit: Callable[[GuildSettings], GuildSettings],
    *,
    by: int | None = None,
) -> GuildSettings:
    """Change the settings by a function of what holds then, and plan the next report by them.

    Raises:
        StoreUnavailable: Nothing was changed.
    """
    settings = await services.roster.change(
        guild.id, edit, default_settings(guild, services), by=by
    )
    services.schedule.refresh(guild.id)
    services.reporter.retry(guild.id)
    return settings


def _begun(report: ReportSchedule, before: ReportSchedule, now: datetime) -> ReportSchedule:
    """Weeks that ended before the first report, or during a pause, are never posted."""
    scheduled = report.channel_id is not None and report.since is None
    resumed = before.is_paused(now) and not report.is_paused(now)
    return replace(report, since=now) if scheduled or resumed else report


def _either(chosen: int | None, before: int | None) -> int | None:
    return before if chosen is None else chosen


def _within(limits: tuple[int, int], chosen: int | None, before: int) -> int:
    return before if chosen is None else min(max(chosen, limits[0]), limits[1])
