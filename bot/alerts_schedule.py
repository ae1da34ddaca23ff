"""When alerts are looked for: every hour, when the messages of the hour before are stored."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.alerts import AlertWatch

MINUTE: Final = 15


class AlertSchedule:
    """The job of one process."""

    def __init__(self, watch: AlertWatch) -> None:
        self._watch = watch
        self._jobs = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Look every hour from now on."""
        self._jobs.start()
        trigger = CronTrigger(minute=MINUTE, timezone=UTC)
        self._jobs.add_job(self._watch.check_everywhere, trigger, max_instances=1)

    def stop(self) -> None:
        """Stop; harmless when not started."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)
