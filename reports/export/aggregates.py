"""Days and weeks of a server over any range, for spreadsheets and BI tools.

A week says what its report says, and a day is hidden where the report of its week hides it, so that
nothing can be computed by holding the two against each other. Only what is over is written down,
and every week is judged as a whole, so that two exports of different ranges say the same of a day.
Of a week whose report was shown before somebody left, only what was shown is written down: days are
hidden, because the week minus the days of those who stayed would be the one who left.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np

from classifiers.correction import ShareCorrection
from classifiers.emotion import EMOTIONS
from reports.analysis import BASELINE_WEEKS, weekly_report
from reports.bootstrap import Estimate, generator_for
from reports.collectors import Sums
from reports.coverage import rounded_messages, rounded_people
from reports.export.document import sections_document
from reports.export.observation import Observation, Section
from reports.export.sections import sections_of
from reports.export.words import Words
from reports.gathered import Gathered
from reports.grouping import Cells, Flags, Floats, milliseconds
from reports.period import DAYS, Week, local_edges, zone_of
from reports.report import WeeklyReport
from reports.shown import Shelf, standing_week
from reports.spans import PARTS, Span, columns_of, spans_of
from reports.statistics import FigureBuilder, shares_by_bin
from reports.weekly import Scanner
from storage.records import GuildSettings

VERSION: Final = "1.0"
WEEKLY: Final = frozenset({"coverage", "mood", "emotions"})
"""The sections of a report that are of the week itself."""

_BEFORE: Final = BASELINE_WEEKS * DAYS * PARTS
_COMPARED: Final = frozenset({"usual", "change", "baseline_weeks"})
"""Their figures that are not."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A day or a week.

    Attributes:
        kind: ``day`` or ``week``.
        key: Such as ``2026-11-12`` or ``2026-W46``.
        hidden: True when somebody wrote and nothing may be shown; then there are no sections.
        sections: Its figures.
    """

    kind: str
    key: str
    hidden: bool
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Local days, both ends included."""

    first: date
    last: date

    def weeks(self) -> Iterator[Week]:
        """Yield the weeks that have a day in the range, by time."""
        week = Week(*self.first.isocalendar()[:2])
        while week.monday <= self.last:
            yield week
            week = week.previous(-1)

    def holds(self, day: date) -> bool:
        """Return whether a day lies in the range."""
        return self.first <= day <= self.last


async def aggregates(
    store: Shelf,
    settings: GuildSettings,
    days: Range,
    language: str,
    *,
    now: datetime,
    correction: ShareCorrection | None = None,
) -> AsyncIterator[Aggregate]:
    """Yield the days of a range and, after its last day, each week that lies in it as a whole.

    Days and weeks without messages are left out, and so is what is not over.

    Args:
        store: Where the records are.
        settings: Timezone and minimum group of the guild.
        days: Which days.
        language: ``ko`` or ``en``, of the labels.
        now: The present moment, aware.
        correction: How the shares of the present classifier are corrected.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        UnknownLanguage: There is no wording in that language.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    usable = correction if correction is not None and correction.usable else None
    words = Words.of(language)
    for week in days.weeks():
        # A day of a running week may still have to be hidden for the sake of another.
        if week.bounds(zone)[1] > now:
            return
        standing = await standing_week(store, settings, week)
        if standing is not None:
            for kept in _kept(standing, days, language):
                yield kept
            continue
        gathered = await _gathered(store, settings, week, usable)
        own = gathered.between(_BEFORE, DAYS * PARTS)
        for day in await asyncio.to_thread(_days, own, settings, week, usable, words):
            if days.holds(date.fromisoformat(day.key)):
                yield day
        if days.holds(week.monday) and days.holds(week.sunday) and len(own):
            yield await asyncio.to_thread(_week, gathered, settings, week, usable, language)


def aggregates_document(
    settings: GuildSettings, days: Range, language: str, found: tuple[Aggregate, ...]
) -> dict[str, Any]:
    """Return aggregates as what JSON can hold; ``docs/aggregates.schema.json`` describes it."""
    return {
        "format": "nunchi-aggregates",
        "version": VERSION,
        "guild_id": str(settings.guild_id),
        "language": language,
        "first_day": days.first.isoformat(),
        "last_day": days.last.isoformat(),
        "timezone": settings.timezone,
        "minimum_group": settings.minimum_group,
        "periods": [
            {
                "kind": each.kind,
                "key": each.key,
                "hidden": each.hidden,
                "sections": sections_document(each.sections),
            }
            for each in found
        ],
    }


def _week(
    gathered: Gathered,
    settings: GuildSettings,
    week: Week,
    correction: ShareCorrection | None,
    language: str,
) -> Aggregate:
    """Return a week, by the very draws of its report: figures are the same to the last digit."""
    report = weekly_report(
        gathered, settings, week, partial=False, late_by=None, correction=correction
    )
    return _told_of(report, language)


def _kept(report: WeeklyReport, days: Range, language: str) -> Iterator[Aggregate]:
    """Yield what may be said of a week whose report was shown before somebody left."""
    week = report.week
    written = {point.span.day for point in report.points} | set(report.hidden_days)
    for day in sorted(written):
        date_of = week.monday + timedelta(day)
        if days.holds(date_of):
            yield Aggregate("day", date_of.isoformat(), hidden=True, sections=())
    if days.holds(week.monday) and days.holds(week.sunday):
        yield _told_of(report, language)


def _told_of(report: WeeklyReport, language: str) -> Aggregate:
    sections = map(_own, sections_of(report, language))
    kept = tuple(each for each in sections if each.name in WEEKLY)
    return Aggregate("week", report.week.key, report.hidden, kept)


def _own(section: Section) -> Section:
    """Return a section of a week without comparisons: what it is compared with is there itself."""
    own = (each for each in section.observations if each.key not in _COMPARED)
    return Section(section.name, section.title, tuple(own))


async def _gathered(
    store: Scanner, settings: GuildSettings, week: Week, correction: ShareCorrection | None
) -> Gathered:
    """Return what a week and those before it hold, by part of the day."""
    first = week.previous(BASELINE_WEEKS).monday
    days = (BASELINE_WEEKS + 1) * DAYS
    moments = local_edges(first, days, PARTS, zone_of(settings.timezone))
    sums = Sums(milliseconds(moments), correction)
    async for columns in store.scan(settings.guild_id, moments[0], moments[-1]):
        await asyncio.to_thread(sums.take, columns)
    return await asyncio.to_thread(sums.gathered)


def _days(
    gathered: Gathered,
    settings: GuildSettings,
    week: Week,
    correction: ShareCorrection | None,
    words: Words,
) -> list[Aggregate]:
    """Return the days of a week on which somebody wrote; none of a week that is hidden."""
    minimum = max(settings.minimum_group, 1)
    if gathered.cells.people < minimum:
        return []
    spans = spans_of(gathered.cells, DAYS, minimum)
    hidden = {span.day for span in spans if span.hidden}
    told = _told(gathered, spans, settings, week, correction, words)
    return [
        Aggregate(
            "day", (week.monday + timedelta(day)).isoformat(), day in hidden, told.get(day, ())
        )
        for day in sorted({span.day for span in spans})
    ]


def _told(
    gathered: Gathered,
    spans: Sequence[Span],
    settings: GuildSettings,
    week: Week,
    correction: ShareCorrection | None,
    words: Words,
) -> dict[int, tuple[Section, ...]]:
    """Return the sections of each day that is shown, by weekday."""
    minimum = max(settings.minimum_group, 1)
    spans = [span for span in spans if not span.hidden]
    shown = sorted({span.day for span in spans})
    if not shown:
        return {}
    whole = gathered.into(np.arange(DAYS * PARTS, dtype=np.int64) // PARTS)
    columns = np.full(DAYS, -1, dtype=np.int64)
    columns[shown] = np.arange(len(shown))
    days = whole.into(columns)
    builder = FigureBuilder(np.unique(whole.cells.author), correction)
    builder.add_moods("days", days.cells, days.cells.bin, len(shown))
    builder.add_shares("week", whole.discreet(minimum, correction))
    figures = builder.build(generator_for(settings.guild_id, f"{week.key}/days"))
    toward = figures.values[figures.blocks["week"]]
    shares = shares_by_bin(days, len(shown), correction, toward, corrected=builder.corrected)
    apart = gathered.into(columns_of(spans, DAYS))
    places = [shown.index(span.day) for span in spans]
    shares[~_tellable(apart, days, places, minimum, correction)] = np.nan
    moods = figures.estimates("days")
    return {
        day: _sections(days.cells.where(days.cells.bin == column), mood, shares[column], words)
        for column, (day, mood) in enumerate(zip(shown, moods, strict=True))
    }


def _sections(
    cells: Cells, mood: Estimate | None, shares: Floats, words: Words
) -> tuple[Section, ...]:
    """Return the figures of one day."""
    label, people = words.export.label, rounded_people(cells.people)
    messages = rounded_messages(round(float(cells.messages.sum())))
    coverage = [
        Observation.counted(key, label(key), count, key)
        for key, count in (("messages", messages), ("people", people))
    ]
    moods = (
        []
        if mood is None
        else [Observation.estimated("day", label("day"), mood, "valence", n=people)]
    )
    emotions = [
        Observation.of(str(emotion), words.report.emotions[emotion], share, "share")
        for emotion, share in zip(EMOTIONS, shares.tolist(), strict=True)
        if not math.isnan(share)
    ]
    told = {"coverage": coverage, "mood": moods, "emotions": emotions}
    return tuple(
        Section(name, words.export.section(name), tuple(rows))
        for name, rows in told.items()
        if rows
    )


def _tellable(
    apart: Gathered,
    days: Gathered,
    column_of: list[int],
    minimum: int,
    correction: ShareCorrection | None,
) -> Flags:
    """Return of which days the emotions may be told, bool[days].

    Those of a day are told when the report tells those of all its points, or one of them would be
    the day minus the others; never of all days but one, for the same reason.
    """
    count = max(column_of) + 1
    told: Flags = np.ones(count, dtype=np.bool_)
    discreet = apart.discreet_bins(minimum, correction).cells
    for bin_, column in enumerate(column_of):
        told[column] &= bool(discreet.told[discreet.bin == bin_].sum() > 0)
    whole = days.discreet_bins(minimum, correction).cells
    for column in range(count):
        told[column] &= bool(whole.told[whole.bin == column].sum() > 0)
    if (~told).sum() == 1 and told.any():
        people = [days.cells.where(days.cells.bin == column).people for column in range(count)]
        told[np.where(told, people, np.inf).argmin()] = False
    return told
