"""Discord's ids: 42 bits of milliseconds, then 22 bits that tell neighbours apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""First millisecond of Discord's ids (developer documentation, "Snowflakes")."""

_SEQUENCE_BITS = 22
_SEQUENCE_MASK = (1 << _SEQUENCE_BITS) - 1
_MILLISECOND = timedelta(milliseconds=1)


def snowflake_at(moment: datetime, sequence: int = 0) -> int:
    """The id of the given aware time; `sequence` fills the low 22 bits."""
    milliseconds = (moment - DISCORD_EPOCH) // _MILLISECOND
    return (milliseconds << _SEQUENCE_BITS) | (sequence & _SEQUENCE_MASK)


def time_of(snowflake: int) -> datetime:
    """When an id was made, aware, in UTC, to the millisecond."""
    return DISCORD_EPOCH + timedelta(milliseconds=snowflake >> _SEQUENCE_BITS)


def iso(moment: datetime) -> str:
    """A timestamp as Discord writes it."""
    return moment.isoformat(timespec="microseconds")


class SnowflakeMint:
    """Makes ids that never repeat and that grow while the clock does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sequence = 0

    def __call__(self, at: datetime | None = None) -> int:
        """A fresh id for `at`, or for the clock's present."""
        self._sequence += 1
        return snowflake_at(at or self._clock.now(), self._sequence)
