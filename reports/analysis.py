"""From sums per person and time bin to what a report says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from classifiers.correction import ShareCorrection
from classifiers.emotion import EMOTIONS
from reports import claims
from reports.bootstrap import generator_for
from reports.channels import ChannelFigures
from reports.coverage import week_coverage
from reports.details import Details
from reports.gathered import Gathered
from reports.grouping import Cells, Floats, Integers
from reports.hours import HourFigures
from reports.period import DAYS, Week, zone_of
from reports.report import Baseline, EmotionShare, MoodSummary, Point, WeeklyReport
from reports.spans import PARTS, Span, columns_of, spans_of
from reports.statistics import FigureBuilder, Figures, shares_by_bin
from storage.records import GuildSettings

BASELINE_WEEKS: Final = 4
"""A week is compared with this many weeks before it."""

MOSTLY: Final = 0.9
"""The part of a week that must be estimated in one way for its shares to be compared."""

_BEFORE: Final = BASELINE_WEEKS * DAYS
"""Index of the first day of the reported week, counted from the start of the baseline."""


def weekly_report(
    gathered: Gathered,
    settings: GuildSettings,
    week: Week,
    *,
    partial: bool,
    late_by: timedelta | None,
    correction: ShareCorrection | None = None,
    details: Details | None = None,
) -> WeeklyReport:
    """Return the report of the last seven of 35 local days.

    Args:
        gathered: Sums per person and part of a day; bin ``day * PARTS + part``, day 0 is the
            Monday of the first baseline week.
        settings: Timezone and minimum group of the guild.
        week: Which week day 28 starts.
        partial: True when the week is not over.
        late_by: How late the report is, if that is worth saying.
        correction: Of the messages that are tallied.
        details: Of the week; without them the report has no hours, channels and coverage.
    """
    now = gathered.cells.where(gathered.cells.bin >= _BEFORE * PARTS)
    report = WeeklyReport(
        guild_id=settings.guild_id,
        week=week,
        timezone=settings.timezone,
        messages=round(float(now.messages.sum())),
        people=now.people,
        minimum_group=settings.minimum_group,
        hidden=now.people < max(settings.minimum_group, 1),
        partial=partial,
        late_by=late_by,
    )
    if report.hidden:
        return report
    described = _described(report, gathered, correction, details)
    return described if details is None else _covered(described, settings, details)


def mood_summary(
    gathered: Gathered,
    settings: GuildSettings,
    start: datetime,
    end: datetime,
    correction: ShareCorrection | None = None,
) -> MoodSummary:
    """Return the mood over all that was gathered, whose bins are local days."""
    cells = gathered.cells
    result = MoodSummary(
        settings.guild_id,
        start,
        end,
        round(float(cells.messages.sum())),
        cells.people,
        settings.minimum_group,
        cells.people < max(settings.minimum_group, 1),
    )
    if result.hidden:
        return result
    builder = FigureBuilder(np.unique(cells.author), correction)
    builder.add_moods("mood", cells, np.zeros(len(cells), dtype=np.int64), 1)
    gathered = gathered.discreet(settings.minimum_group, correction)
    builder.add_shares("shares", gathered)
    period = f"{start.isoformat()}/{end.isoformat()}"
    figures = builder.build(generator_for(settings.guild_id, period))
    shares = zip(EMOTIONS, figures.estimates("shares"), strict=True)
    return replace(
        result,
        mood=figures.estimates("mood")[0],
        shares=tuple(EmotionShare(emotion, share) for emotion, share in shares),
        telling=gathered.telling(),
    )


def _covered(report: WeeklyReport, settings: GuildSettings, details: Details) -> WeeklyReport:
    start = report.week.bounds(zone_of(report.timezone))[0]
    first = None if details.first is None else datetime.fromtimestamp(details.first / 1000, UTC)
    coverage = week_coverage(
        details.messages,
        details.classified,
        report.people,
        settings.channels,
        start,
        first=first,
    )
    return replace(report, coverage=coverage)


def _described(
    report: WeeklyReport,
    gathered: Gathered,
    correction: ShareCorrection | None,
    details: Details | None,
) -> WeeklyReport:
    """Fill the fields on moods."""
    parts = gathered.between(_BEFORE * PARTS, DAYS * PARTS)
    days = _days(gathered)
    now, before = days.between(_BEFORE, DAYS), days.between(0, _BEFORE)
    weeks, usual = usual_days(before, report.minimum_group)
    telling = now.discreet(report.minimum_group, correction)
    _, comparable = usual_days(_alike(telling, before), report.minimum_group)
    comparable = comparable.discreet(report.minimum_group, correction)
    spans = spans_of(parts.cells, DAYS, report.minimum_group)
    shown = [span for span in spans if not span.hidden]
    points = parts.into(columns_of(spans, DAYS))
    authors = np.unique(np.concatenate([now.cells.author, usual.cells.author]))
    builder = FigureBuilder(authors, correction)
    builder.add_moods("mood", now.cells, np.zeros(len(now), dtype=np.int64), 1)
    builder.add_shares("shares", telling)
    builder.add_moods("usual", usual.cells, np.zeros(len(usual), dtype=np.int64), 1)
    builder.add_shares("usual shares", comparable)
    builder.add_moods("points", points.cells, points.cells.bin, len(shown))
    hours, channels = _detailed(details, spans, report.minimum_group)
    for part in (hours, channels):
        if part is not None:
            part.add(builder)
    figures = builder.build(generator_for(report.guild_id, report.week.key))
    whole = figures.values[figures.blocks["shares"]]
    points = points.discreet_bins(report.minimum_group, correction)
    mixes = shares_by_bin(points, len(shown), correction, whole, corrected=builder.corrected)
    return replace(
        report,
        mood=figures.estimates("mood")[0],
        baseline=_baseline(figures, usual.cells, weeks, report.minimum_group),
        change=figures.difference("mood", "usual"),
        shares=_shares(figures),
        telling=telling.telling(),
        points=_points(figures, shown, mixes),
        hidden_days=tuple(sorted({span.day for span in spans if span.hidden})),
        when=None if hours is None else hours.read(figures),
        where=None if channels is None else channels.read(figures),
    )


def _detailed(
    details: Details | None, spans: tuple[Span, ...], minimum_group: int
) -> tuple[HourFigures | None, ChannelFigures | None]:
    if details is None:
        return None, None
    return (
        HourFigures(details.hours, spans, minimum_group),
        ChannelFigures(details.by_channel, details.channels, minimum_group),
    )


def _days(gathered: Gathered) -> Gathered:
    """Join the parts of each day: one cell is a person-day."""
    bins = (BASELINE_WEEKS + 1) * DAYS * PARTS
    return gathered.into(np.arange(bins, dtype=np.int64) // PARTS)


def usual_days(before: Gathered, minimum_group: int) -> tuple[int, Gathered]:
    """Return the baseline weeks with enough people: how many, and their person-days.

    Args:
        before: Its bins are the days of ``BASELINE_WEEKS`` weeks.
        minimum_group: So many people are enough.
    """
    week = before.cells.bin // DAYS
    enough = [
        index
        for index in range(BASELINE_WEEKS)
        if before.cells.where(week == index).people >= max(minimum_group, 1)
    ]
    days = [index * DAYS + day for index in enough for day in range(DAYS)]
    return len(enough), before.only(np.array(days, dtype=np.int64))


def _alike(now: Gathered, before: Gathered) -> Gathered:
    """Return what of the weeks before was estimated in the way that most of this week was.

    After a change of the model, a corrected share beside a mean posterior would look like a change
    of the mood. Nothing is left when this week mixes both. Messages that were judged by their
    sentiment only have no part in shares, and none in this.
    """
    told = now.cells.told
    parts = now.cells.corrected[told > 0] / told[told > 0]
    corrected = float(parts.mean()) if len(parts) else 0.0
    if corrected >= MOSTLY:
        return before.only_corrected()
    if corrected <= 1 - MOSTLY:
        return before.only_uncorrected()
    return before.only(np.empty(0, dtype=np.int64))


def _baseline(figures: Figures, usual: Cells, weeks: int, minimum_group: int) -> Baseline | None:
    estimate = figures.estimates("usual")[0]
    if estimate is None:
        return None
    weekday: Integers = usual.bin % DAYS
    of_day = [usual.where(weekday == day) for day in range(DAYS)]
    # One week alone says little of its weekdays.
    apart = weeks > 1 and all(cells.people >= minimum_group for cells in of_day)
    days = (float(cells.mean_valence().mean()) if apart else estimate.value for cells in of_day)
    return Baseline(estimate.value, weeks, tuple(days))


def _shares(figures: Figures) -> tuple[EmotionShare, ...]:
    usual = figures.estimates("usual shares")
    _, clear = figures.clear_differences("shares", "usual shares", claims.EMOTIONS)
    rows = zip(EMOTIONS, figures.estimates("shares"), usual, clear, strict=True)
    return tuple(
        EmotionShare(emotion, now, before.value if now and before else None, bool(differs))
        for emotion, now, before, differs in rows
    )


def _points(figures: Figures, shown: list[Span], mixes: Floats) -> tuple[Point, ...]:
    _, clear = figures.clear_differences("points", "mood")
    moods = figures.estimates("points")
    rows = zip(shown, moods, mixes.tolist(), clear, strict=True)
    return tuple(
        Point(span, mood, tuple(mix), bool(differs))
        for span, mood, mix, differs in rows
        if mood is not None
    )
