"""How much of a week the report is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from storage.records import MonitoredChannel

_DISCORD_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
_TIME_BITS: Final = 22

_QUIET: Final = timedelta(days=1)
"""History that begins so soon after a week did is taken for the whole week."""

_ROUNDED_FROM: Final = 100
_PEOPLE_STEP: Final = 5
_PEOPLE_FROM: Final = 10


@dataclass(frozen=True, slots=True)
class WeekCoverage:
    """What is known of how complete a week is.

    A store keeps no diary of the bot's own absences: what was written while it was away is read
    afterwards, so a gap is closed rather than noted. Nothing is said here of such gaps.

    Attributes:
        messages: How many messages are kept, classified or not; rounded by ``rounded_messages``.
        people: How many people wrote what was classified; rounded by ``rounded_people``.
        classified: Part of the messages that was classified, in [0, 1], to two digits. The others
            say nothing in words, such as a picture alone.
        since: When the bot began to listen, if that was within the week; else ``None``.
    """

    messages: int
    people: int
    classified: float
    since: datetime | None = None


def week_coverage(
    messages: int,
    classified: int,
    people: int,
    channels: Sequence[MonitoredChannel],
    start: datetime,
    *,
    first: datetime | None = None,
) -> WeekCoverage:
    """Return the coverage of a week that starts at an aware moment.

    Args:
        messages: How many are kept.
        classified: How many of them were classified.
        people: How many wrote those.
        channels: Since when each is listened to.
        start: Beginning of the week.
        first: When the first of the messages was written: history that was read afterwards goes
            back further than listening does.
    """
    return WeekCoverage(
        rounded_messages(messages),
        rounded_people(people),
        round(classified / messages, 2) if messages else 0.0,
        _since(channels, start, first),
    )


def rounded_people(people: int) -> int:
    """Return a number of people as it may be published: from ten on, down to a multiple of 5.

    Whether one person left between two reports then shows in one case of five only.
    """
    return people if people < _PEOPLE_FROM else people - people % _PEOPLE_STEP


def rounded_messages(messages: int) -> int:
    """Return a number of messages as it may be published: from a hundred on, to two digits."""
    if messages < _ROUNDED_FROM:
        return messages
    return round(messages, 2 - len(str(messages)))


def _since(
    channels: Sequence[MonitoredChannel], start: datetime, first: datetime | None
) -> datetime | None:
    """Return from when on messages are known, if that is after ``start``."""
    begun = min((_written_at(channel.since) for channel in channels), default=start)
    if first is not None and first < begun:
        # Nobody writes at the stroke of midnight: a quiet night is no gap.
        begun = start if first - start < _QUIET else first
    return begun if begun > start else None


def _written_at(snowflake: int) -> datetime:
    """Return the moment that a Discord id carries."""
    return _DISCORD_EPOCH + timedelta(milliseconds=snowflake >> _TIME_BITS)
