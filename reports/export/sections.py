"""From a report to single figures: one small function a section, walked in the order of reading.

A section that has nothing to say, or may not say it, yields nothing and is left out: what is hidden
is absent, never zero. To add one, write its function and name it in ``WALK``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from classifiers.emotion import EMOTIONS
from reports.coverage import rounded_messages, rounded_people
from reports.export import beyond
from reports.export.checkins import checkins
from reports.export.observation import Observation, Section
from reports.export.retro import retrospectives
from reports.export.walk import Figures, Part, changes, emotions, emotions_before, walked, year
from reports.export.words import DAY_NAMES, Words
from reports.report import WeeklyReport
from reports.spans import PARTS, Span

USUAL_RANGES: Final = "emotions_usual_range"
"""The section whose ranges are not intervals."""

_HOURS: Final = 24 // PARTS


def sections_of(
    report: WeeklyReport, language: str, channels: Mapping[int, str] | None = None
) -> tuple[Section, ...]:
    """Return every figure of a report that may be shown; nothing for a hidden week.

    Args:
        report: What to walk over.
        language: ``ko`` or ``en``, of titles and labels.
        channels: Name by id, as far as names are known.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    return walked(report, Words.of(language, channels), WALK)


def _coverage(report: WeeklyReport, words: Words) -> Figures:
    label = words.export.label
    messages, people = rounded_messages(report.messages), rounded_people(report.people)
    if report.coverage is not None:
        messages = report.coverage.messages
    yield Observation.counted("messages", label("messages"), messages, "messages")
    yield Observation.counted("people", label("people"), people, "people")
    if report.coverage is not None:
        yield Observation.of("classified", label("classified"), report.coverage.classified, "share")
    yield Observation.of("told", label("told"), report.telling, "share")
    if report.baseline is not None:
        weeks = report.baseline.weeks
        yield Observation.counted("baseline_weeks", label("baseline_weeks"), weeks, "weeks")


def _mood(report: WeeklyReport, words: Words) -> Figures:
    label = words.export.label
    if report.mood is not None:
        week, people = label("week"), rounded_people(report.people)
        yield Observation.estimated("week", week, report.mood, "valence", n=people)
    if report.baseline is not None:
        yield Observation.of("usual", label("usual"), report.baseline.mood, "valence")
    if report.change is not None:
        clear = report.changed
        yield Observation.estimated(
            "change", label("change"), report.change, "valence", clear=clear
        )


def _usual_days(report: WeeklyReport, words: Words) -> Figures:
    if report.baseline is None or len(set(report.baseline.days)) == 1:
        return
    rows = zip(DAY_NAMES, words.report.weekdays, report.baseline.days, strict=True)
    for key, label, mood in rows:
        yield Observation.of(key, label, mood, "valence")


def _curve(report: WeeklyReport, words: Words) -> Figures:
    for point in report.points:
        yield Observation.estimated(
            span_key(report, point.span),
            words.report.when(point.span),
            point.mood,
            "valence",
            n=rounded_people(point.span.people),
            clear=point.clear,
        )


def _curve_emotions(report: WeeklyReport, words: Words) -> Figures:
    for point in report.points:
        for emotion, share in zip(EMOTIONS, point.shares, strict=True):
            if not math.isnan(share):
                key = f"{span_key(report, point.span)}/{emotion}"
                label = f"{words.report.when(point.span)}, {words.report.emotions[emotion]}"
                yield Observation.of(key, label, share, "share")


def span_key(report: WeeklyReport, span: Span) -> str:
    """Return the local date and hours of a span, such as ``2026-11-12 06-18``."""
    day = report.week.monday + timedelta(span.day)
    return f"{day.isoformat()} {span.first * _HOURS:02d}-{(span.last + 1) * _HOURS:02d}"


WALK: Final[tuple[Part[WeeklyReport], ...]] = (
    ("coverage", _coverage, True),
    ("mood", _mood, True),
    ("emotions", emotions, True),
    ("emotions_usual", emotions_before, False),
    ("emotions_change", changes, True),
    ("curve", _curve, True),
    ("curve_emotions", _curve_emotions, False),
    ("mood_usual_by_day", _usual_days, False),
    ("hours", beyond.hours, False),
    ("hours_that_stand_out", beyond.best_hours, True),
    ("channels", beyond.channels, True),
    ("retrospectives", retrospectives, True),
    ("checkins", checkins, True),
    ("turning_point", beyond.turning, True),
    ("good_stretch", beyond.good_stretch, True),
    (USUAL_RANGES, beyond.usual_ranges, True),
    ("emotions_by_week", beyond.earlier_shares, False),
    ("next_week", beyond.ahead, True),
    ("year", year, False),
)
"""Name, function, and whether the page shows it as a table."""
