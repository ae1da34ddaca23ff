"""A member's own mood, for that member only: the last seven days and a year, against own days.

It is estimated as for one person. The smallest unit is a local day: its mood is the mean valence of
the member's messages. A week's mood and shares are means over its days, each day counting once, so
that one talkative evening is not the whole week; shares are mean posteriors.

What is usual is the median of the member's own earlier days, with their quartiles. The week differs
from usual only if at most 5 % of all runs of seven days of this member lie as far from their other
days (``reports.rotation``), and by 0.05; an emotion is higher than usual if that test, one-sided
and with all emotions tested together, says so, and if it is so by five points. It says what stood
out, not why, and nothing about anybody else.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Protocol

import numpy as np

from classifiers.emotion import EMOTIONS, Emotion
from reports.grouping import Cells, Flags, Floats, Integers, cells_of, merged, milliseconds
from reports.judges import Judges
from reports.period import DAYS, local_edges, zone_of
from reports.rotation import CHANCE, chance_either_way, chances_above, distances
from reports.shares import composition
from storage.packing import columns_of
from storage.records import GuildSettings, MessageRecord

WEEKS: Final = 53
"""A year in pixels: the present week and the 52 before."""

FEWEST_EARLIER_DAYS: Final = 14
"""With fewer earlier days there is no usual."""

FEWEST_DAYS: Final = 3
"""With fewer days in the week it is not compared."""

FEW_MESSAGES: Final = 10
"""With fewer messages in the week it is not compared, and the answer says that they are few."""

NOTICEABLE: Final = 0.05
"""A difference of mood, or of a share, that is worth a sentence."""


class AuthorScanner(Protocol):
    """The part of a store that a member's own mood needs."""

    def author_records(
        self, guild_id: int, author: bytes
    ) -> AsyncIterator[Sequence[MessageRecord]]:
        """Yield all records of one author in pages, in no particular order."""
        ...


@dataclass(frozen=True, slots=True)
class OwnDay:
    """One local day of a member.

    Attributes:
        date: The day, in the guild's timezone.
        messages: How many messages a classifier judged.
        mood: Their mean valence in [-1, 1]; ``None`` without messages.
    """

    date: date
    messages: int
    mood: float | None


@dataclass(frozen=True, slots=True)
class OwnUsual:
    """What is usual for a member, by their own earlier days.

    Attributes:
        mood: The median of the days' moods.
        low: Their lower quartile.
        high: Their upper quartile.
        days: How many days they are.
    """

    mood: float
    low: float
    high: float
    days: int


@dataclass(frozen=True, slots=True)
class Raised:
    """An emotion that was clearly higher than usual for this member.

    Attributes:
        emotion: Which.
        share: Its share in the week, in [0, 1].
        usual: Its mean share on the earlier days.
    """

    emotion: Emotion
    share: float
    usual: float


@dataclass(frozen=True, slots=True)
class OwnMood:
    """Everything that ``/mood me`` says; words and pictures only render it.

    Attributes:
        today: The last local day.
        week: The last seven days, oldest first.
        year: 53 weeks of seven days from a Monday, oldest first; days after ``today`` are empty.
        mood: Mean of the week's days; ``None`` without messages.
        shares: float[9], mean posteriors of the week in the order of ``EMOTIONS``, summing to 1
            over the classes that are known; NaN is absent.
        usual: The earlier days; ``None`` when they are too few.
        direction: 1 when the week was clearly brighter than usual, -1 when clearly heavier, 0 when
            it was not clear; ``None`` when it was not compared.
        raised: Emotions that were clearly higher than usual, the largest difference first.
        rejudged: True when another classifier judged the earlier days: nothing is compared then.
    """

    today: date
    week: tuple[OwnDay, ...]
    year: tuple[OwnDay, ...]
    mood: float | None
    shares: tuple[float, ...]
    usual: OwnUsual | None
    direction: int | None
    raised: tuple[Raised, ...]
    rejudged: bool

    @property
    def messages(self) -> int:
        """Return how many messages the week has."""
        return sum(day.messages for day in self.week)

    @property
    def days_written(self) -> int:
        """Return on how many days of the week the member wrote."""
        return _written(self.week)

    @property
    def few(self) -> bool:
        """Return whether the week has too few messages, or days, to say much."""
        return self.messages < FEW_MESSAGES or self.days_written < FEWEST_DAYS

    @property
    def tells_emotions(self) -> bool:
        """Return whether the share of any emotion is known."""
        return not all(math.isnan(share) for share in self.shares)

    @property
    def year_days(self) -> int:
        """Return on how many days of the year the member wrote."""
        return _written(self.year)


async def own_mood(
    store: AuthorScanner, settings: GuildSettings, author: bytes, *, now: datetime
) -> OwnMood:
    """Compute a member's own mood; arithmetic runs in a thread, the event loop stays free.

    Args:
        store: Where the records are.
        settings: The guild, and its timezone.
        author: The member's pseudonym; nobody else's records are read.
        now: The present moment, aware.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    edges = milliseconds(local_edges(first, WEEKS * DAYS, 1, zone))
    week_from = (today - first).days - DAYS + 1
    judges = Judges(int(edges[week_from]))
    parts: list[Cells] = []
    async for page in store.author_records(settings.guild_id, author):
        parts = [await asyncio.to_thread(_reduced, page, edges, judges, parts)]
    cells = merged(parts)
    return await asyncio.to_thread(own_mood_of, cells, first, today, rejudged=judges.changed)


def own_mood_of(cells: Cells, first: date, today: date, *, rejudged: bool) -> OwnMood:
    """Compute a member's own mood from the sums of their days.

    Args:
        cells: Of one author; bin i is day i from ``first``.
        first: The Monday that begins the year.
        today: The last day.
        rejudged: Whether another classifier judged the days before the last seven.
    """
    last = (today - first).days
    start = last - DAYS + 1
    year = _days(cells, first)
    present = (cells.bin >= start) & (cells.bin <= last)
    earlier = cells.bin < start
    moods, posteriors = cells.mean_valence(), cells.mean_probability()
    shares = composition(_mean(posteriors[present]))
    week = year[start : last + 1]
    usual = None if rejudged else _usual(moods[earlier])
    mood = float(moods[present].mean()) if present.any() else None
    found = OwnMood(
        today, week, year, mood, tuple(shares.tolist()), usual, None, (), rejudged=rejudged
    )
    if usual is None or mood is None or found.few:
        return found
    return replace(
        found,
        direction=_direction(_by_day(cells, moods[:, None], last)[:, 0], mood, usual),
        raised=_raised(_by_day(cells, posteriors, last)),
    )


def _reduced(
    page: Sequence[MessageRecord], edges: Integers, judges: Judges, parts: list[Cells]
) -> Cells:
    columns = columns_of(page)
    judges.count(columns)
    return merged([*parts, cells_of(columns, edges)])


def _days(cells: Cells, first: date) -> tuple[OwnDay, ...]:
    by_day = dict(zip(cells.bin.tolist(), range(len(cells)), strict=True))
    moods = cells.mean_valence()
    days = []
    for number in range(WEEKS * DAYS):
        day, place = first + timedelta(number), by_day.get(number)
        if place is None:
            days.append(OwnDay(day, 0, None))
        else:
            days.append(OwnDay(day, int(cells.messages[place]), float(moods[place])))
    return tuple(days)


def _written(days: Sequence[OwnDay]) -> int:
    return sum(day.messages > 0 for day in days)


def _mean(values: Floats) -> Floats:
    """Return the means of columns, leaving out NaN; NaN for a column without values."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    missing = np.full(values.shape[1], np.nan)
    means: Floats = np.divide(total, count, out=missing, where=count > 0)
    return means


def _usual(moods: Floats) -> OwnUsual | None:
    if len(moods) < FEWEST_EARLIER_DAYS:
        return None
    low, middle, high = np.quantile(moods, (0.25, 0.5, 0.75)).tolist()
    return OwnUsual(middle, low, high, len(moods))


def _direction(moods: Floats, mood: float, usual: OwnUsual) -> int:
    """Return 1 or -1 for a week that clearly differs, by the test and from the median; else 0.

    Args:
        moods: float64[n], one a day up to today; NaN without messages.
        mood: That of the week.
        usual: What it is compared with.
    """
    apart = distances(moods[:, None], DAYS)[:, 0]
    place, away = len(moods) - DAYS, mood - usual.mood
    if chance_either_way(apart, place) > CHANCE or abs(away) < NOTICEABLE:
        return 0
    return int(np.sign(away)) if away * apart[place] > 0 else 0


def _raised(shares: Floats) -> tuple[Raised, ...]:
    """Return the emotions that are clearly higher than usual.

    Args:
        shares: float64[n, 9], one row a day up to today; NaN where a class is not known.
    """
    told: Flags = np.isfinite(shares).sum(axis=1) > 0
    start = len(shares) - DAYS
    now, earlier = shares[start:][told[start:]], shares[:start][told[:start]]
    if len(now) < FEWEST_DAYS or len(earlier) < FEWEST_EARLIER_DAYS:
        return ()
    known: Flags = np.isfinite(shares[told]).sum(axis=0) == told.sum()
    places = [
        place
        for place, emotion in enumerate(EMOTIONS)
        if known[place] and emotion is not Emotion.NEUTRAL and np.ptp(shares[told, place]) > 0
    ]
    if not places:
        return ()
    columns = shares[:, places]
    apart = distances(columns / np.nanstd(columns, axis=0), DAYS)
    chances = chances_above(apart, start)
    means, usual = now.mean(axis=0), earlier.mean(axis=0)
    found = [
        Raised(EMOTIONS[place], float(means[place]), float(usual[place]))
        for place, chance in zip(places, chances.tolist(), strict=True)
        if chance <= CHANCE and means[place] - usual[place] >= NOTICEABLE
    ]
    return tuple(sorted(found, key=lambda each: each.usual - each.share))


def _by_day(cells: Cells, values: Floats, last: int) -> Floats:
    """Return values float64[m, k] of cells as one row a day, from the first one to today."""
    first = int(cells.bin[0])
    days = np.full((last - first + 1, values.shape[1]), np.nan)
    past = cells.bin <= last
    days[cells.bin[past] - first] = values[past]
    return days
