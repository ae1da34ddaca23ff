"""From sums per person and time bin to what a report says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from classifiers.emotion import EMOTIONS
from reports.bootstrap import Floats, generator_for
from reports.grouping import Cells, Integers
from reports.period import DAYS, Week
from reports.report import Baseline, EmotionShare, MoodSummary, Point, WeeklyReport
from reports.spans import PARTS, Span, columns_of, spans_of
from reports.statistics import FigureBuilder, Figures, composition
from storage.records import GuildSettings

BASELINE_WEEKS: Final = 4
"""A week is compared with this many weeks before it."""

_BEFORE: Final = BASELINE_WEEKS * DAYS
"""Index of the first day of the reported week, counted from the start of the baseline."""


def weekly_report(
    cells: Cells, settings: GuildSettings, week: Week, partial: bool, late_by: timedelta | None
) -> WeeklyReport:
    """Return the report of the last seven of 35 local days.

    Args:
        cells: Sums per person and part of a day; bin ``day * PARTS + part``, day 0 is the Monday
            of the first baseline week.
        settings: Timezone and minimum group of the guild.
        week: Which week day 28 starts.
        partial: True when the week is not over.
        late_by: How late the report is, if that is worth saying.
    """
    now = cells.where(cells.bin >= _BEFORE * PARTS)
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
    return report if report.hidden else _described(report, cells)


def mood_summary(
    cells: Cells, settings: GuildSettings, start: datetime, end: datetime
) -> MoodSummary:
    """Return the mood over all of the cells, whose bins are local days."""
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
    builder = FigureBuilder(np.unique(cells.author))
    builder.add_moods("mood", cells, np.zeros(len(cells), dtype=np.int64), 1)
    builder.add_shares("shares", cells)
    period = f"{start.isoformat()}/{end.isoformat()}"
    figures = builder.build(generator_for(settings.guild_id, period))
    shares = zip(EMOTIONS, figures.estimates("shares"), strict=True)
    return replace(
        result,
        mood=figures.estimates("mood")[0],
        shares=tuple(EmotionShare(emotion, share) for emotion, share in shares),
    )


def _described(report: WeeklyReport, cells: Cells) -> WeeklyReport:
    """Fill the fields on moods."""
    parts = _shifted(cells, _BEFORE * PARTS, DAYS * PARTS)
    days = _days(cells)
    now = _shifted(days, _BEFORE, DAYS)
    weeks, usual = _usual(days, report.minimum_group)
    spans = spans_of(parts, DAYS, report.minimum_group)
    shown = [span for span in spans if not span.hidden]
    points = parts.into(columns_of(spans, DAYS))
    builder = FigureBuilder(np.unique(np.concatenate([now.author, usual.author])))
    builder.add_moods("mood", now, np.zeros(len(now), dtype=np.int64), 1)
    builder.add_shares("shares", now)
    builder.add_moods("usual", usual, np.zeros(len(usual), dtype=np.int64), 1)
    builder.add_shares("usual shares", usual)
    builder.add_moods("points", points, points.bin, len(shown))
    figures = builder.build(generator_for(report.guild_id, report.week.key))
    return replace(
        report,
        mood=figures.estimates("mood")[0],
        baseline=_baseline(figures, usual, weeks, report.minimum_group),
        change=figures.difference("mood", "usual"),
        shares=_shares(figures),
        points=_points(figures, shown, points),
        hidden_days=tuple(sorted({span.day for span in spans if span.hidden})),
    )


def _shifted(cells: Cells, start: int, length: int) -> Cells:
    """Return the cells of ``length`` bins from ``start``, which becomes bin 0."""
    inside = cells.where((cells.bin >= start) & (cells.bin < start + length))
    return replace(inside, bin=inside.bin - start)


def _days(cells: Cells) -> Cells:
    """Join the parts of each day: one cell is a person-day."""
    bins = (BASELINE_WEEKS + 1) * DAYS * PARTS
    return cells.into(np.arange(bins, dtype=np.int64) // PARTS)


def _usual(days: Cells, minimum_group: int) -> tuple[int, Cells]:
    """Return the baseline weeks with enough people: how many, and their person-days."""
    before = days.where(days.bin < _BEFORE)
    week = before.bin // DAYS
    enough = [
        index
        for index in range(BASELINE_WEEKS)
        if before.where(week == index).people >= max(minimum_group, 1)
    ]
    return len(enough), before.where(np.isin(week, enough))


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
    _, clear = figures.clear_differences("shares", "usual shares")
    rows = zip(EMOTIONS, figures.estimates("shares"), usual, clear, strict=True)
    return tuple(
        EmotionShare(emotion, now, before.value if before else None, bool(differs))
        for emotion, now, before, differs in rows
    )


def _points(figures: Figures, shown: list[Span], cells: Cells) -> tuple[Point, ...]:
    _, clear = figures.clear_differences("points", "mood")
    moods = figures.estimates("points")
    shares = _mean_shares(cells, len(shown))
    rows = zip(shown, moods, shares.tolist(), clear, strict=True)
    return tuple(
        Point(span, mood, tuple(mix), bool(differs))
        for span, mood, mix, differs in rows
        if mood is not None
    )


def _mean_shares(cells: Cells, columns: int) -> Floats:
    """Return the mean share of each emotion in each column, float64[columns, 9]."""
    posterior = cells.mean_probability()
    known = np.isfinite(posterior)
    total, count = (np.zeros((columns, posterior.shape[1])) for _ in range(2))
    np.add.at(total, cells.bin, np.where(known, posterior, 0.0))
    np.add.at(count, cells.bin, known)
    shares = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return composition(shares)
