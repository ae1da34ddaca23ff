"""When alerts are looked for: every hour, when the messages of the hour before are stored."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.alerts import AlertWatch

MINUTE: Final = 15


class AlertSchedule:
    """The job of one process.

    Args:
        watch: What looks.
        trigger: When it looks; every hour if not given.
    """

    def __init__(self, watch: AlertWatch, trigger: CronTrigger | None = None) -> None:
        self._watch = watch
        self._trigger = trigger or CronTrigger(minute=MINUTE, timezone=UTC)
        self._jobs = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Look from now on."""
        self._jobs.start()
        self._jobs.add_job(self._watch.check_everywhere, self._trigger, max_instances=1)

    def stop(self) -> None:
        """Stop; harmless when not started."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)
