"""Which weekly reports are due: a question of settings and clock alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from reports.period import Week, at_local, zone_of
from storage.records import GuildSettings


def due_moment(settings: GuildSettings, week: Week) -> datetime:
    """Return when the report of a week is due: at the chosen hour after the week has ended."""
    day = week.previous(-1).days(zone_of(settings.timezone))[settings.report.weekday][0]
    local = day.astimezone(zone_of(settings.timezone)).date()
    return at_local(local, settings.report.hour, zone_of(settings.timezone))


def due_weeks(
    settings: GuildSettings, now: datetime, grace: timedelta
) -> Sequence[tuple[Week, datetime]]:
    """Return the weeks whose report is due and not too late, oldest first, with their moments."""
    schedule = settings.report
    if schedule.channel_id is None or schedule.paused or schedule.since is None:
        return ()
    current = Week.of(now, zone_of(settings.timezone))
    count = grace.days // 7 + 2
    weeks = [current.previous(back) for back in range(count, 0, -1)]
    moments = [(week, due_moment(settings, week)) for week in weeks]
    earliest = max(schedule.since, now - grace)
    return tuple(pair for pair in moments if earliest <= pair[1] <= now)
