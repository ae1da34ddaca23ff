"""When things happen by themselves: planned reports, and the look for late ones.

The truth of what was posted is in the store; jobs are rebuilt from the guilds' settings.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from bot.clock import Clock
from bot.reporter import Reporter
from bot.roster import Roster
from reports.period import zone_of
from storage.records import GuildSettings
from storage.store import Store

log = logging.getLogger(__name__)

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCAN_EVERY: Final = timedelta(minutes=1)


class ClockTrigger(BaseTrigger):
    """A cron trigger that goes by our clock, which a replay may have moved."""

    def __init__(self, cron: CronTrigger, clock: Clock) -> None:
        self._cron = cron
        self._clock = clock
        self._announced: datetime | None = None

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the next moment in the time of the machine."""
        shift = self._clock.now() - datetime.now(UTC)
        if abs(shift) < timedelta(seconds=1):
            shift = timedelta()
        # In our own time: a clock that drifts must not announce the same moment twice.
        previous = self._announced if previous_fire_time else None
        self._announced = self._cron.get_next_fire_time(previous, now + shift)
        return self._announced - shift if self._announced else None


class Schedule:
    """The jobs of one process."""

    def __init__(self, store: Store, roster: Roster, reporter: Reporter, clock: Clock) -> None:
        self._store = store
        self._roster = roster
        self._reporter = reporter
        self._clock = clock
        self._jobs = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Make a job for every guild, and start."""
        self._jobs.start()
        self._jobs.add_job(
            self._reporter.post_everywhere, "interval", seconds=SCAN_EVERY.total_seconds()
        )
        for settings in self._roster.guilds():
            self.refresh(settings.guild_id)

    def stop(self) -> None:
        """Stop; harmless when not started."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)

    def refresh(self, guild_id: int) -> None:
        """Make the jobs of a guild anew, after its settings or the clock have changed."""
        settings = self._roster.settings(guild_id)
        for name, cron in (("week", _weekly), ("month", _monthly)):
            job_id = f"report:{guild_id}:{name}"
            if self._jobs.get_job(job_id):
                self._jobs.remove_job(job_id)
            if settings is not None and _is_on(settings):
                trigger = ClockTrigger(cron(settings), self._clock)
                self._jobs.add_job(self._reporter.post_due, trigger, [guild_id], id=job_id)

    def scan_soon(self) -> None:
        """Look for reports that are due already, as soon as the loop is free."""
        if self._jobs.running:
            self._jobs.add_job(self._reporter.post_everywhere, id="scan", replace_existing=True)

    def next_time(self, guild_id: int) -> datetime | None:
        """Return when the next report of a guild is due, in UTC; ``None`` when it is off."""
        settings = self._roster.settings(guild_id)
        if settings is None or not _is_on(settings):
            return None
        now, until = self._clock.now(), settings.report.paused_until
        start = now if until is None else max(now, until)
        following: datetime | None = _weekly(settings).get_next_fire_time(None, start)
        return following.astimezone(UTC) if following else None


def _is_on(settings: GuildSettings) -> bool:
    here = settings.left_at is None
    return here and settings.report.channel_id is not None and not settings.report.paused


def _weekly(settings: GuildSettings) -> CronTrigger:
    # Weekdays by name: the numbers of APScheduler and of crontab start on different days.
    return CronTrigger(
        day_of_week=WEEKDAYS[settings.report.weekday],
        hour=settings.report.hour,
        minute=0,
        timezone=zone_of(settings.timezone),
    )


def _monthly(settings: GuildSettings) -> CronTrigger:
    # Also where no monthly reports are wanted: then nothing is due, and looking costs nothing.
    return CronTrigger(
        day=1, hour=settings.report.hour, minute=0, timezone=zone_of(settings.timezone)
    )
