"""The clock that message ids and timestamps are read from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time by default; stands still once it has been set.

    Rate limits, interaction deadlines and delays keep to real time: only what Discord writes
    into ids and timestamps follows this clock.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._frozen: datetime | None = None
        if start is not None:
            self.set(start)

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return self._frozen or datetime.now(UTC)

    def set(self, moment: datetime) -> None:
        """Stop the clock at `moment`.

        Raises:
            ValueError: `moment` carries no timezone.
        """
        if moment.tzinfo is None:
            raise ValueError("the sandbox clock needs a datetime with a timezone")
        self._frozen = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> datetime:
        """Move a stopped clock (a running one is stopped first) and return the new time."""
        self.set(self.now() + step)
        return self.now()

    def run(self) -> None:
        """Go back to real time."""
        self._frozen = None
