"""A guild's last weeks, day by day: what the year, turning points and the look ahead are made of.

Weeks are scanned one at a time, newest first, and only what may be known of their days is kept, so
that memory stays small whatever the number of messages. Days are hidden by the rule of the weekly
report (``reports.spans``): a day with too few people, and a second one when it would be the only
one of its week.

A year of a large server would take minutes to read. Where the reported week alone holds more than
its part of ``MOST_MESSAGES``, only windows of each day are read, spread over it evenly; older weeks
are left out when they would go far beyond all the same.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from classifiers.correction import ShareCorrection
from reports.bootstrap import divided
from reports.gathered import Gathered, gather, together
from reports.grouping import CLASSES, Cells, Floats, Integers, milliseconds
from reports.period import DAYS, Week, local_edges, zone_of
from reports.shares import Histogram, blended, composition, unbiased
from reports.spans import PARTS, spans_of
from storage.records import NO_MODEL, GuildSettings, MessageColumns

WEEKS: Final = 53
"""A year of whole weeks, and the one that is reported."""

MOST_MESSAGES: Final = 150_000
"""With more in a year, a sample of each day is read."""

WINDOWS: Final = 4
"""A sampled day is read in so many windows, one in each part of the day."""

_OVER: Final = 2
"""Older weeks are left out when so many times ``MOST_MESSAGES`` have been read."""

_TOGETHER: Final = 16_384
"""So many messages are handed to the thread at once: going there and back takes its time."""

_GOLDEN: Final = 0.618_034
"""Moves the windows from day to day, so that they meet every minute of the hour equally."""


class Scans(Protocol):
    """The part of a store that is needed here."""

    def scan(self, guild_id: int, start: datetime, end: datetime) -> AsyncIterator[MessageColumns]:
        """Yield the records of a guild created in [start, end), by time."""
        ...


@dataclass(frozen=True, slots=True)
class Day:
    """A local day.

    Attributes:
        date: Which one.
        mood: Mean valence in [-1, 1], every person counting once; ``None`` where nobody wrote and
            on hidden days.
        error: Standard error of the mood over people; 0 where there is none.
        people: How many people wrote; 0 on hidden days.
        hidden: True when somebody wrote and nothing may be known of it.
    """

    date: date
    mood: float | None = None
    error: float = 0.0
    people: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class PastWeek:
    """A week of the past, or the reported one.

    Attributes:
        week: Which one.
        people: How many people wrote.
        messages: How many messages were read.
        mood: Mean valence over person-days; ``None`` where too few people wrote.
        shares: The nine emotions in the order of ``EMOTIONS``; NaN is unknown.
        corrected: Whether the shares are corrected for the classifier's errors.
        days: Seven, from Monday.
    """

    week: Week
    people: int
    messages: int
    mood: float | None
    shares: tuple[float, ...]
    corrected: bool
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """The weeks up to the reported one, without gaps between them.

    Attributes:
        weeks: Oldest first; the last is the reported one, the first has messages. Weeks that
            another classifier judged, and all before them, are left out.
        sampled: Which part of each day was read, in (0, 1].
    """

    weeks: tuple[PastWeek, ...]
    sampled: float = 1.0

    @property
    def days(self) -> tuple[Day, ...]:
        """Return all days, oldest first."""
        return tuple(day for week in self.weeks for day in week.days)

    @property
    def told(self) -> int:
        """Return how many weeks before the reported one have a mood."""
        return sum(week.mood is not None for week in self.weeks[:-1])


async def look_back(
    store: Scans,
    settings: GuildSettings,
    week: Week,
    messages: int,
    *,
    correction: ShareCorrection | None = None,
    weeks: int = WEEKS,
) -> Past:
    """Read the last weeks of a guild; arithmetic runs in a thread, the event loop stays free.

    Args:
        store: Where the records are.
        settings: Timezone and minimum group of the guild.
        week: The reported week, which is the last.
        messages: How many messages it holds, which decides how much of each day is read.
        correction: How the shares of the present classifier are corrected.
        weeks: At most so many, the reported one included.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    part = min(1.0, MOST_MESSAGES / max(messages * weeks, 1))
    found: list[PastWeek] = []
    judge, room = "", _OVER * MOST_MESSAGES
    for back in range(weeks):
        one = week.previous(back)
        collected = await _collect(store, settings.guild_id, one, part, zone, correction, room)
        if collected is None:
            break
        gathered, judges = collected
        main = max(judges, key=judges.__getitem__, default=judge)
        judge = judge or main
        if main != judge:
            break
        room -= judges.total()
        past = await asyncio.to_thread(_past_week, gathered, one, settings, correction)
        found.append(past)
    while len(found) > 1 and not found[-1].messages:
        found.pop()
    return Past(tuple(reversed(found)), part)


def windows_of(week: Week, part: float, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the UTC intervals of a week that are read, by time; all of it when ``part`` is 1."""
    if part >= 1:
        yield week.bounds(zone)
        return
    edges = local_edges(week.monday, DAYS, WINDOWS, zone)
    for index, (start, end) in enumerate(pairwise(edges)):
        place = (week.monday.toordinal() + index // WINDOWS) * _GOLDEN % 1
        first = start + (end - start) * (1 - part) * place
        yield first, first + (end - start) * part


async def _collect(
    store: Scans,
    guild_id: int,
    week: Week,
    part: float,
    zone: ZoneInfo,
    correction: ShareCorrection | None,
    room: int,
) -> tuple[Gathered, Counter[str]] | None:
    """Scan a week in the loop and reduce each batch in a thread; ``None`` for too many messages."""
    edges = milliseconds(local_edges(week.monday, DAYS, PARTS, zone))
    parts: list[Gathered] = []
    judges: Counter[str] = Counter()
    waiting: list[MessageColumns] = []
    for start, end in windows_of(week, part, zone):
        async for columns in store.scan(guild_id, start, end):
            room -= len(columns)
            if room < 0:
                return None
            waiting.append(columns)
            if sum(map(len, waiting)) >= _TOGETHER:
                parts += await asyncio.to_thread(_taken, waiting, edges, correction, judges)
                waiting = []
    parts += await asyncio.to_thread(_taken, waiting, edges, correction, judges)
    return await asyncio.to_thread(together, parts), judges


def _taken(
    waiting: list[MessageColumns],
    edges: Integers,
    correction: ShareCorrection | None,
    judges: Counter[str],
) -> list[Gathered]:
    for columns in waiting:
        counts = np.bincount(columns.model, minlength=len(columns.models)).tolist()
        for model, count in zip(columns.models, counts, strict=True):
            if model != NO_MODEL and count:
                judges[model] += count
    return [gather(columns, edges, correction) for columns in waiting]


def _past_week(
    gathered: Gathered, week: Week, settings: GuildSettings, correction: ShareCorrection | None
) -> PastWeek:
    minimum = max(settings.minimum_group, 1)
    spans = spans_of(gathered.cells, DAYS, minimum)
    hidden = {span.day for span in spans if span.hidden}
    days = gathered.into(np.arange(DAYS * PARTS, dtype=np.int64) // PARTS)
    cells = days.cells
    enough = cells.people >= minimum
    shares, corrected = np.full(CLASSES, np.nan), False
    if enough:
        shares, corrected = _shares(days.discreet(minimum, correction), correction)
    return PastWeek(
        week,
        cells.people,
        round(float(cells.messages.sum())),
        float(cells.mean_valence().mean()) if enough else None,
        tuple(shares.tolist()),
        corrected,
        tuple(_day(cells, week, day, day in hidden or not enough) for day in range(DAYS)),
    )


def _day(cells: Cells, week: Week, day: int, hidden: bool) -> Day:
    when = week.monday + timedelta(day)
    moods = cells.where(cells.bin == day).mean_valence()
    if not len(moods) or hidden:
        return Day(when, hidden=bool(len(moods)))
    # One person alone shows no spread; then moods differ by about this much between people.
    spread = float(moods.std(ddof=1)) if len(moods) > 1 else 0.3
    return Day(when, float(moods.mean()), spread / len(moods) ** 0.5, len(moods))


def _shares(days: Gathered, correction: ShareCorrection | None) -> tuple[Floats, bool]:
    """Return the shares of a week, float64[9], estimated as in its report; and whether corrected.

    See ``statistics.FigureBuilder``, which gives them an interval as well.
    """
    cells = days.cells
    posterior = cells.mean_probability()
    known = np.isfinite(posterior)
    weight = (1 - days.corrected_share())[:, None] * known
    total = (np.where(known, posterior, 0.0) * weight).sum(axis=0)
    count = weight.sum(axis=0)
    if correction is None or not len(days.tallies):
        return composition(divided(total, count)), False
    rows = np.zeros(len(days.tallies), dtype=np.int64)
    histogram = Histogram.of(days, rows, 1)
    theirs = unbiased(correction, histogram, corrected=histogram.enough)
    seen = correction.seen.astype(np.float64)
    shares = blended(total[None], count[None], histogram.weights.sum(axis=1), theirs, seen)[0]
    return shares, histogram.enough
