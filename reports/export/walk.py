"""What the exports of weeks and of months share: how figures are walked, and those of emotions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from reports.export.observation import Observation, Section
from reports.export.words import Words
from reports.monthly import StretchReport
from reports.report import WeeklyReport

Figures = Iterator[Observation]
AnyReport = WeeklyReport | StretchReport
Report = TypeVar("Report", WeeklyReport, StretchReport)

Part = tuple[str, Callable[[Report, Words], Figures], bool]
"""Name of a section, what yields its figures, and whether the page shows it as a table."""


def walked(report: Report, words: Words, walk: Sequence[Part[Report]]) -> tuple[Section, ...]:
    """Return the sections that have something to say; nothing for a hidden report."""
    if report.hidden or report.mood is None:
        return ()
    told = ((name, tuple(teller(report, words)), page) for name, teller, page in walk)
    return tuple(
        Section(name, words.export.section(name), observations, page)
        for name, observations, page in told
        if observations
    )


def emotions(report: AnyReport, words: Words) -> Figures:
    """Yield the estimated shares."""
    for each in report.shares:
        if each.share is not None:
            label = words.report.emotions[each.emotion]
            yield Observation.estimated(str(each.emotion), label, each.share, "share")


def emotions_before(report: AnyReport, words: Words) -> Figures:
    """Yield the shares that they are compared with."""
    for each in report.shares:
        if each.usual is not None:
            label = words.report.emotions[each.emotion]
            yield Observation.of(str(each.emotion), label, each.usual, "share")


def changes(report: AnyReport, words: Words) -> Figures:
    """Yield how the shares changed."""
    for each in report.shares:
        if each.change is not None:
            label, key = words.report.emotions[each.emotion], str(each.emotion)
            yield Observation.of(key, label, each.change, "share_change", clear=each.clear)


def year(report: AnyReport, words: Words) -> Figures:
    """Yield the days of a year as steps from their middle: they are known no finer."""
    found, label = report.year, words.export.label
    if found is None:
        return
    yield Observation.of("middle", label("middle"), found.middle, "valence")
    yield Observation.of("step_width", label("step_width"), found.width, "valence")
    for index, row in enumerate(found.steps):
        for day, step in enumerate(row):
            if step is not None:
                when = (found.monday + timedelta(index * 7 + day)).isoformat()
                yield Observation.counted(when, when, step, "steps")
