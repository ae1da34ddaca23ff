"""The one place that asks what time it is, so that a replay can bring its own time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Protocol

DISCORD_EPOCH_MS: Final = 1_420_070_400_000
"""2015-01-01T00:00:00Z in Unix milliseconds: the zero of snowflakes (Discord's documentation)."""

TIMESTAMP_SHIFT: Final = 22


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """Return the moment, timezone-aware, in UTC."""
        return datetime.now(UTC)


def snowflake_at(moment: datetime) -> int:
    """Return the smallest snowflake that can be created at a moment."""
    milliseconds = int(moment.timestamp() * 1000) - DISCORD_EPOCH_MS
    return max(0, milliseconds) << TIMESTAMP_SHIFT


def snowflake_time(snowflake: int) -> datetime:
    """Return when a snowflake was created, in UTC."""
    milliseconds = (snowflake >> TIMESTAMP_SHIFT) + DISCORD_EPOCH_MS
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
