"""Which planned reports are due: a question of settings and clock alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from reports.monthly import Month
from reports.period import Week, at_local, zone_of
from storage.records import GuildSettings

Planned = Week | Month
"""What is reported on by itself."""


def due_moment(settings: GuildSettings, period: Planned) -> datetime:
    """Return when a report is due, in UTC: at the chosen hour after its period has ended.

    A week's report appears on the chosen weekday, a month's on the first day of the next month.
    """
    zone = zone_of(settings.timezone)
    return at_local(_day(settings, period), settings.report.hour, zone)


def due_weeks(
    settings: GuildSettings, now: datetime, grace: timedelta
) -> Sequence[tuple[Week, datetime]]:
    """Return the weeks whose report is due and not too late, oldest first, with their moments."""
    schedule = settings.report
    if schedule.channel_id is None or schedule.since is None or schedule.is_paused(now):
        return ()
    current = Week.of(now, zone_of(settings.timezone))
    weeks = [current.previous(back) for back in range(grace.days // 7 + 2, 0, -1)]
    moments = [(week, due_moment(settings, week)) for week in weeks]
    earliest = _earliest(settings, schedule.since, now - grace)
    return tuple(pair for pair in moments if earliest <= pair[1] <= now)


def due_months(
    settings: GuildSettings, now: datetime, grace: timedelta
) -> Sequence[tuple[Month, datetime]]:
    """Return the months whose report is due and not too late, oldest first."""
    schedule = settings.report
    if schedule.channel_id is None or schedule.since is None or schedule.is_paused(now):
        return ()
    if schedule.monthly_since is None:
        return ()
    current = Month.of(now, zone_of(settings.timezone))
    months = [current.previous(back) for back in range(grace.days // 28 + 2, 0, -1)]
    moments = [(month, due_moment(settings, month)) for month in months]
    begun = max(schedule.since, schedule.monthly_since)
    earliest = _earliest(settings, begun, now - grace)
    return tuple(pair for pair in moments if earliest <= pair[1] <= now)


def due_periods(
    settings: GuildSettings, now: datetime, grace: timedelta
) -> Sequence[tuple[Planned, datetime]]:
    """Return everything that is due and not too late, oldest first, with its moments."""
    periods: list[tuple[Planned, datetime]] = [
        *due_weeks(settings, now, grace),
        *due_months(settings, now, grace),
    ]
    return tuple(sorted(periods, key=lambda pair: pair[1]))


def _day(settings: GuildSettings, period: Planned) -> date:
    if isinstance(period, Month):
        return period.previous(-1).first
    return period.previous(-1).monday + timedelta(settings.report.weekday)


def _earliest(settings: GuildSettings, begun: datetime, in_grace: datetime) -> datetime:
    """Return the first moment that counts: what came due during a pause is never posted."""
    paused_until = settings.report.paused_until or begun
    return max(begun, in_grace, paused_until)
