"""Sudden, sustained shifts of a channel's mood: about the channel, never about a person.

People count once in a quarter of a day, however much they write; quarters with fewer people than
the guild's minimum are not judged; and a shift that any single person carries is none.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from reports.alerts_cusum import Evidence, allowance_for, evidence
from reports.alerts_sums import Sums, collect
from reports.alerts_usual import WEEK_BINS, Turns, Usual
from reports.grouping import Flags, Floats, Integers
from reports.period import DAYS, local_edges, zone_of
from reports.spans import PARTS
from reports.weekly import Scanner
from storage.records import GuildSettings

HISTORY_WEEKS: Final = 6
"""Weeks before the stretch that is watched; what is usual is learned from them."""

HISTORY_DAYS: Final = 14
"""With less than this before the stretch that is watched, nothing is judged."""

STRETCH_DAYS: Final = DAYS
"""Whole days that are watched, besides the present one: a shift is found within them or not."""

THRESHOLD: Final = 7.5
"""Evidence that makes an alert; chosen by ``benchmarks/alerts.py``."""

QUIET_WEEKS: Final = 100
"""A channel in which nothing happens gives at most one alert in so many weeks."""

SUSTAINED: Final = PARTS
"""Judged bins, a day's worth, that a shift lasts at least."""

SMALLEST: Final = 0.05
"""Shifts of the mean smaller than this, on the scale from -1 to 1, are not worth an alert."""

SETTLE: Final = timedelta(minutes=10)
"""A bin is judged this long after its end, when its messages are stored."""

STRETCH_START: Final = HISTORY_WEEKS * WEEK_BINS
"""The first bin that is watched."""

_Z: Final = 1.96


@dataclass(frozen=True, slots=True)
class Shift:
    """A channel whose mood has shifted.

    Attributes:
        channel_id: Discord snowflake.
        began: When it began, to a quarter of a day, UTC.
        until: The end of the last bin that was judged, UTC.
        size: How much brighter (or, negative, darker) than usual, on the scale from -1 to 1.
        low: Of the 95 % interval of ``size``.
        high: Of the same.
        people: How many people wrote since it began.
    """

    channel_id: int
    began: datetime
    until: datetime
    size: float
    low: float
    high: float
    people: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A shift in bins instead of moments: where it began, and the rest as in ``Shift``."""

    began: int
    size: float
    low: float
    high: float
    people: int


@dataclass(frozen=True, slots=True)
class Watch:
    """The bins that a check looks at.

    Attributes:
        edges: UTC instants, ascending; bin i is [edges[i], edges[i + 1]).
    """

    edges: tuple[datetime, ...]

    @property
    def until(self) -> datetime:
        """The end of the last bin."""
        return self.edges[-1]


async def find_shifts(
    store: Scanner,
    settings: GuildSettings,
    watch: Watch,
    last: Mapping[int, datetime],
) -> tuple[Shift, ...]:
    """Return the channels whose mood has shifted; arithmetic runs in a thread.

    Args:
        store: Where the records are.
        settings: Channels and minimum group of the guild.
        watch: From ``watch_at``.
        last: Channel id -> the last alert; what was before it is no history any more, so a shift
            is told once, and the new mood becomes the usual one.

    Raises:
        StoreUnavailable: The store cannot be reached.
    """
    sums = await collect(store, settings.guild_id, watch.edges, STRETCH_START)
    channels = [each.channel_id for each in settings.channels]
    return await asyncio.to_thread(_shifts, sums, channels, watch, settings.minimum_group, last)


def watch_at(now: datetime, timezone: str) -> Watch:
    """Return the bins of a check: six weeks, seven whole days, and what is over of this day.

    Raises:
        UnknownTimezone: There is no such timezone.
    """
    zone = zone_of(timezone)
    settled = now - SETTLE
    today = settled.astimezone(zone).date()
    days = HISTORY_WEEKS * DAYS + STRETCH_DAYS
    edges = local_edges(today - timedelta(days), days + 1, PARTS, zone)
    return Watch(tuple(edge for edge in edges if edge <= settled))


def judge(turns: Turns, bins: int, minimum: int) -> Finding | None:
    """Judge one channel after its last bin.

    Args:
        turns: Its person-bins; those before ``STRETCH_START`` are the history.
        bins: How many bins there are.
        minimum: Bins with fewer people are not judged.
    """
    before = turns.where(turns.bin < STRETCH_START)
    usual = Usual.learned(before, minimum) if long_enough(before) else None
    return None if usual is None else judge_against(usual, turns, bins, minimum)


def judge_against(usual: Usual, turns: Turns, bins: int, minimum: int) -> Finding | None:
    """Judge one channel by what is usual in it; see ``judge``."""
    now = turns.where((turns.bin >= STRETCH_START) & (turns.bin < bins))
    if not len(now):
        return None
    surprise = usual.expectation.surprise(now)
    table = _Table.of(now, usual.clipped(surprise), bins - STRETCH_START)
    for sign in (1.0, -1.0):
        began = _found(table, usual, sign, minimum)
        if began is not None:
            finding = _measured(now, surprise, usual, began + STRETCH_START)
            if sign * finding.size >= SMALLEST:
                return finding
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Clipped surprises, summed by bin.

    Attributes:
        total: float64[bins].
        people: float64[bins].
        who: int64[m], which person.
        bin: int64[m].
        value: float64[m].
    """

    total: Floats
    people: Floats
    who: Integers
    bin: Integers
    value: Floats

    @classmethod
    def of(cls, turns: Turns, value: Floats, bins: int) -> _Table:
        place = turns.bin - STRETCH_START
        total: Floats = np.bincount(place, value, minlength=bins).astype(np.float64)
        people: Floats = np.bincount(place, minlength=bins).astype(np.float64)
        who = np.unique(turns.author, return_inverse=True)[1]
        return cls(total, people, who, place, value)

    def scores(self, usual: Usual, minimum: int) -> Floats:
        """Return the scores of all people together, float64[1, bins]."""
        return _scores(usual, self.total[None], self.people[None], minimum)

    def without_one(self, usual: Usual, minimum: int) -> Floats:
        """Return the scores with each person left out in turn, float64[people, bins]."""
        total = np.repeat(self.total[None], self.who.max() + 1, axis=0)
        people = np.repeat(self.people[None], len(total), axis=0)
        total[self.who, self.bin] -= self.value
        people[self.who, self.bin] -= 1
        # A bin of just enough people is still judged without one of them.
        return _scores(usual, total, people, max(minimum - 1, 1))


def _scores(usual: Usual, total: Floats, people: Floats, minimum: int) -> Floats:
    count = np.maximum(people, 1.0)
    return np.where(people >= minimum, usual.scores(total / count, count), np.nan)


def _found(table: _Table, usual: Usual, sign: float, minimum: int) -> int | None:
    """Return the bin in which a shift in one direction began, from the start of the stretch."""
    allowance = allowance_for(usual.bins)
    scores = sign * table.scores(usual, minimum)
    everybody = evidence(scores, allowance)
    if not _enough(everybody, scores).all():
        return None
    without = sign * table.without_one(usual, minimum)
    if not (evidence(without, allowance).value >= THRESHOLD).all():
        return None
    return int(everybody.began[0])


def _enough(found: Evidence, scores: Floats) -> Flags:
    since = np.arange(scores.shape[1]) >= found.began[:, None]
    lasting = (np.isfinite(scores) & since).sum(axis=1) >= SUSTAINED
    enough: Flags = (found.value >= THRESHOLD) & lasting
    return enough


def _measured(turns: Turns, surprise: Floats, usual: Usual, began: int) -> Finding:
    """Return the size of a shift; its interval is over people, and over the luck of the bins."""
    since = turns.bin >= began
    who = np.unique(turns.author[since], return_inverse=True)[1]
    value, count = np.bincount(who, surprise[since]), np.bincount(who)
    size = float(value.sum() / count.sum())
    people, bins = len(count), len(np.unique(turns.bin[since]))
    apart = float(((value - size * count) ** 2).sum()) / float(count.sum()) ** 2
    apart *= people / max(people - 1, 1)
    shared = usual.between * usual.lingering * (1 / bins + 1 / usual.bins)
    reach = _Z * math.sqrt(apart + shared)
    return Finding(began, size, max(size - reach, -2.0), min(size + reach, 2.0), people)


def long_enough(before: Turns) -> bool:
    """Return whether a history, in bins before ``STRETCH_START``, reaches back far enough."""
    return len(before) > 0 and before.bin.min() <= STRETCH_START - HISTORY_DAYS * PARTS


def _shifts(
    sums: Sums,
    channels: Sequence[int],
    watch: Watch,
    minimum: int,
    last: Mapping[int, datetime],
) -> tuple[Shift, ...]:
    found = []
    bins = len(watch.edges) - 1
    for channel_id in channels:
        turns = sums.turns(channel_id)
        if channel_id in last:
            first = sum(edge < last[channel_id] for edge in watch.edges)
            turns = turns.where(turns.bin >= first)
        finding = judge(turns, bins, minimum)
        if finding is not None:
            found.append(_shift(channel_id, finding, watch))
    return tuple(found)


def _shift(channel_id: int, finding: Finding, watch: Watch) -> Shift:
    return Shift(
        channel_id,
        watch.edges[finding.began],
        watch.until,
        finding.size,
        finding.low,
        finding.high,
        finding.people,
    )
