"""Reports on other stretches than a week: a calendar month, or any run of local days.

They say what makes sense for any length: the mood with its interval, the shares of emotions, both
against the stretch of the same kind just before, how the mood went, and the year. Hours, channels
and turning points stay with the weekly report. Days count in runs that hold enough people, so that
overlapping stretches tell of nobody when one is subtracted from another (``reports.blocks``).
"""

from __future__ import annotations

import asyncio
import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

import numpy as np

from classifiers.correction import ShareCorrection
from classifiers.emotion import EMOTIONS
from reports import claims
from reports.blocks import blocks_of, monday_of, whole
from reports.bootstrap import Estimate, generator_for
from reports.collectors import Sums
from reports.coverage import rounded_messages, rounded_people
from reports.daily import look_back
from reports.errors import InvalidPeriod
from reports.gathered import Gathered
from reports.grouping import Integers, milliseconds
from reports.history import Year
from reports.judges import Judges
from reports.period import DAYS, Week, at_local, local_edges, zone_of
from reports.report import NOTICEABLE, EmotionShare
from reports.statistics import FigureBuilder, Figures
from reports.stretch_runs import StretchRun
from reports.weekly import LATE_AFTER, Scanner, collect, usable_of
from reports.year import year_of
from storage.records import GuildSettings

LONGEST: Final = 90
"""Days in the longest range that is reported on."""

_MONTH: Final = re.compile(r"(\d{4})-M(\d{2})")
_RANGE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})--(\d{4}-\d{2}-\d{2})")
_ON_DEMAND: Final = "@"
_MOSTLY: Final = 0.9
"""The part of a stretch that must be estimated in one way for its shares to be compared."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month.

    Attributes:
        year: 1 to 9999.
        month: 1 to 12.

    Raises:
        InvalidPeriod: There is no such month.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        try:
            date(self.year, self.month, 1)
        except ValueError as error:
            msg = f"there is no month {self.month} in a year {self.year}"
            raise InvalidPeriod(msg) from error

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """Return the month that holds an aware moment, by the clocks of ``zone``."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @property
    def key(self) -> str:
        """Return the key that claims and file names carry, such as ``2026-M11``."""
        return f"{self.year:04d}-M{self.month:02d}"

    @property
    def first(self) -> date:
        """Return the first local day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Return the last local day."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def previous(self, count: int = 1) -> Month:
        """Return the month that lies ``count`` months earlier (later when negative)."""
        months = self.year * 12 + self.month - 1 - count
        return Month(months // 12, months % 12 + 1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the half-open interval [start, end) in UTC."""
        return at_local(self.first, 0, zone), at_local(self.previous(-1).first, 0, zone)


@dataclass(frozen=True, slots=True, order=True)
class DayRange:
    """A run of local days.

    Attributes:
        first: The first day.
        last: The last day, inclusive.

    Raises:
        InvalidPeriod: It ends before it begins, or is longer than ``LONGEST`` days.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 1 <= self.days <= LONGEST:
            msg = f"from {self.first} to {self.last} are not 1 to {LONGEST} days"
            raise InvalidPeriod(msg)

    @classmethod
    def until(cls, moment: datetime, days: int, zone: ZoneInfo) -> Self:
        """Return the last ``days`` local days, the one that holds ``moment`` included."""
        last = moment.astimezone(zone).date()
        return cls(last - timedelta(days - 1), last)

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def key(self) -> str:
        """Return the key that claims and file names carry, ``2026-11-15--2026-11-21``."""
        return f"{self.first.isoformat()}--{self.last.isoformat()}"

    def previous(self) -> DayRange:
        """Return the equally long range just before."""
        return DayRange(self.first - timedelta(self.days), self.first - timedelta(1))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the half-open interval [start, end) in UTC."""
        return at_local(self.first, 0, zone), at_local(self.last + timedelta(1), 0, zone)


Stretch = Month | DayRange
"""What ``compute_stretch`` reports on."""

Period = Week | Month | DayRange
"""Everything that a report can be about."""


def parse_period(key: str) -> Period:
    """Return the period of a key: ``2026-W46``, ``2026-M11`` or ``2026-11-15--2026-11-21``.

    What follows an ``@`` tells reports on the same period apart, and is left out.

    Raises:
        InvalidPeriod: It is no such key.
    """
    name = key.split(_ON_DEMAND, maxsplit=1)[0]
    if month := _MONTH.fullmatch(name):
        return Month(int(month[1]), int(month[2]))
    if days := _RANGE.fullmatch(name):
        try:
            return DayRange(date.fromisoformat(days[1]), date.fromisoformat(days[2]))
        except ValueError as error:
            msg = f"{name!r} are no days of the calendar"
            raise InvalidPeriod(msg) from error
    return Week.parse(name)


def on_demand_key(period: Period, mark: int) -> str:
    """Return the key of a report that somebody asked for; never that of a planned one."""
    return f"{period.key}{_ON_DEMAND}{mark:x}"


def is_on_demand(key: str) -> bool:
    """Return whether a key is that of a report that somebody asked for."""
    return _ON_DEMAND in key


@dataclass(frozen=True, slots=True)
class StretchReport:
    """What is said of a month or of a run of days.

    Attributes:
        guild_id: Discord snowflake.
        period: Which stretch.
        timezone: IANA name; days are local to it.
        messages: How many messages were measured; rounded as ``reports.coverage`` does.
        people: How many people wrote them; rounded alike.
        minimum_group: Fewer people than this are never described.
        hidden: True when fewer people wrote; then every field on moods is empty.
        partial: True when the stretch was not over.
        mood: Mean valence over person-days, with its interval.
        before: The same of the stretch before; ``None`` when too few people wrote in it, or when
            a part of it is past the guild's retention.
        change: ``mood`` minus ``before``, paired by person.
        shares: The nine emotions in the order of ``EMOTIONS``; ``usual`` is the stretch before.
        telling: Part of the messages that were judged for emotions, in [0, 1].
        late_by: How long after it was due the report was made, when that is worth saying.
        rejudged: True when another classifier judged the stretch before.
        runs: Its days, those with few people taken together, oldest first.
        year: The year up to its last week, in pixels.
    """

    guild_id: int
    period: Stretch
    timezone: str
    messages: int
    people: int
    minimum_group: int
    hidden: bool
    partial: bool
    mood: Estimate | None = None
    before: Estimate | None = None
    change: Estimate | None = None
    shares: tuple[EmotionShare, ...] = ()
    telling: float = 1.0
    late_by: timedelta | None = None
    rejudged: bool = False
    runs: tuple[StretchRun, ...] = ()
    year: Year | None = None

    @property
    def changed(self) -> bool:
        """Return whether the mood differs from before beyond chance, and by enough to notice."""
        change = self.change
        return change is not None and change.clears(0.0) and abs(change.value) >= NOTICEABLE


async def compute_stretch(
    store: Scanner,
    settings: GuildSettings,
    period: Stretch,
    *,
    now: datetime,
    due: datetime | None = None,
    correction: ShareCorrection | None = None,
) -> StretchReport:
    """Compute the report of a month or a run of days; see ``reports.weekly.compute``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    usable = usable_of(correction)
    before = period.previous().first
    first, start, end = monday_of(before), *period.bounds(zone)
    days = (monday_of(period.last) - first).days + DAYS
    edges = local_edges(first, days, 1, zone)
    judges = Judges(round(start.timestamp() * 1000))
    sums = Sums(milliseconds(edges), usable)
    await collect(store, settings.guild_id, edges, [judges.count, sums.take])
    kept_from = now - timedelta(days=settings.retention_days)
    frame = _Frame(
        period,
        (before - first).days,
        (period.first - first).days,
        (period.last - first).days + 1,
        days,
        over=(now.astimezone(zone).date() - first).days,
        whole_before=at_local(before, 0, zone) >= kept_from,
    )
    report = await asyncio.to_thread(_report, sums.gathered(), frame, settings, usable)
    return replace(
        report,
        year=None if report.hidden else await _year(store, settings, report, now, usable),
        partial=now < end,
        late_by=now - due if due is not None and now - due >= LATE_AFTER else None,
        rejudged=report.change is not None and judges.changed,
    )


async def _year(
    store: Scanner,
    settings: GuildSettings,
    report: StretchReport,
    now: datetime,
    correction: ShareCorrection | None,
) -> Year | None:
    """Look back over the weeks up to the one in which the stretch ends."""
    zone, period = zone_of(settings.timezone), report.period
    last = min(period.last, now.astimezone(zone).date())
    week = Week.of(at_local(last, 0, zone), zone)
    messages = round(report.messages * DAYS / ((last - period.first).days + 1))
    past = await look_back(store, settings, week, messages, correction=correction)
    return await asyncio.to_thread(year_of, past, partial=now < week.bounds(zone)[1])


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the stretch lies among the local days that were gathered.

    Attributes:
        period: Which one.
        before: The first day of the stretch before it, counted from a Monday.
        start: Its own first day.
        after: The day after its last.
        days: How many were gathered.
        over: How many of them are over.
        whole_before: Whether the guild still keeps all of the stretch before.
    """

    period: Stretch
    before: int
    start: int
    after: int
    days: int
    over: int
    whole_before: bool


def _report(
    gathered: Gathered, frame: _Frame, settings: GuildSettings, correction: ShareCorrection | None
) -> StretchReport:
    minimum = max(settings.minimum_group, 1)
    runs = blocks_of(gathered.cells, frame.days, minimum, frame.over)
    length = frame.after - frame.start
    now = whole(gathered, runs, frame.start, length)
    counted = now.cells if len(now) else gathered.between(frame.start, length).cells
    report = StretchReport(
        guild_id=settings.guild_id,
        period=frame.period,
        timezone=settings.timezone,
        messages=rounded_messages(round(float(counted.messages.sum()))),
        people=rounded_people(counted.people),
        minimum_group=settings.minimum_group,
        hidden=now.cells.people < minimum,
        partial=False,
    )
    if report.hidden:
        return report
    before = whole(gathered, runs, frame.before, frame.start - frame.before)
    if not frame.whole_before or before.cells.people < minimum:
        before = before.only(np.empty(0, dtype=np.int64))
    return _described(report, now, before, runs[frame.start : frame.after], correction)


def _described(
    report: StretchReport,
    now: Gathered,
    before: Gathered,
    runs: Integers,
    correction: ShareCorrection | None,
) -> StretchReport:
    telling = now.discreet(report.minimum_group, correction)
    comparable = _alike(telling, before).discreet(report.minimum_group, correction)
    authors = np.unique(np.concatenate([now.cells.author, before.cells.author]))
    builder = FigureBuilder(authors, correction)
    for name, moods in (("mood", now), ("before", before)):
        builder.add_moods(name, moods.cells, np.zeros(len(moods), dtype=np.int64), 1)
    builder.add_shares("shares", telling)
    builder.add_shares("shares before", comparable)
    found, column = np.unique(runs[now.cells.bin], return_inverse=True)
    builder.add_moods("runs", now.cells, column, len(found))
    figures = builder.build(generator_for(report.guild_id, report.period.key))
    return replace(
        report,
        mood=figures.estimates("mood")[0],
        before=figures.estimates("before")[0],
        change=figures.difference("mood", "before"),
        shares=_shares(figures),
        telling=telling.telling(),
        runs=_runs(figures, report.period.first, runs, found),
    )


def _runs(figures: Figures, first: date, runs: Integers, found: Integers) -> tuple[StretchRun, ...]:
    """Return the runs that hold messages; ``runs`` are those of the days from ``first`` on."""
    days = [np.flatnonzero(runs == each) for each in found.tolist()]
    return tuple(
        StretchRun(first + timedelta(int(run[0])), first + timedelta(int(run[-1])), mood)
        for run, mood in zip(days, figures.estimates("runs"), strict=True)
        if mood is not None
    )


def _alike(now: Gathered, before: Gathered) -> Gathered:
    """Return what of the stretch before was estimated in the way that most of this one was."""
    told = now.cells.told
    parts = now.cells.corrected[told > 0] / told[told > 0]
    corrected = float(parts.mean()) if len(parts) else 0.0
    if corrected >= _MOSTLY:
        return before.only_corrected()
    if corrected <= 1 - _MOSTLY:
        return before.only_uncorrected()
    return before.only(np.empty(0, dtype=np.int64))


def _shares(figures: Figures) -> tuple[EmotionShare, ...]:
    usual = figures.estimates("shares before")
    _, clear = figures.clear_differences("shares", "shares before", claims.EMOTIONS)
    rows = zip(EMOTIONS, figures.estimates("shares"), usual, clear, strict=True)
    return tuple(
        EmotionShare(emotion, now, before.value if now and before else None, bool(differs))
        for emotion, now, before, differs in rows
    )
