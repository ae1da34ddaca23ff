"""The story of a month: what ``reports.monthly`` says of it, beside the month before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from reports.coverage import rounded_messages, rounded_people
from reports.export.observation import Observation, Section
from reports.export.story import Story
from reports.export.words import Words
from reports.monthly import Month, StretchReport
from reports.wording.stretches import (
    period_name,
    stretch_headline,
    stretch_lines,
    stretch_sentence,
)

Figures = Iterator[Observation]


def story_of_month(report: StretchReport, month: Month, language: str) -> Story:
    """Return the story of a month.

    Args:
        report: What to tell.
        month: What it is about.
        language: ``ko`` or ``en``.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    return Story(
        guild_id=report.guild_id,
        kind="month",
        key=month.key,
        first_day=month.first,
        last_day=month.last,
        timezone=report.timezone,
        complete=not report.partial,
        minimum_group=report.minimum_group,
        hidden=report.hidden,
        hidden_days=(),
        rejudged=report.rejudged,
        language=language,
        dates=period_name(month, language),
        headline=stretch_headline(report, language),
        sentence=stretch_sentence(report, language),
        lines=stretch_lines(report, language),
        sections=_sections(report, Words.of(language)),
    )


def _sections(report: StretchReport, words: Words) -> tuple[Section, ...]:
    if report.hidden or report.mood is None:
        return ()
    told = ((name, tuple(teller(report, words)), page) for name, teller, page in _WALK)
    return tuple(
        Section(name, words.export.section(name), observations, page)
        for name, observations, page in told
        if observations
    )


def _coverage(report: StretchReport, words: Words) -> Figures:
    label = words.export.label
    messages, people = rounded_messages(report.messages), rounded_people(report.people)
    yield Observation.counted("messages", label("messages"), messages, "messages")
    yield Observation.counted("people", label("people"), people, "people")
    yield Observation.of("told", label("told"), report.telling, "share")


def _mood(report: StretchReport, words: Words) -> Figures:
    label, people = words.export.label, rounded_people(report.people)
    if report.mood is not None:
        yield Observation.estimated("month", label("month"), report.mood, "valence", n=people)
    if report.before is not None:
        yield Observation.estimated("before", label("before"), report.before, "valence")
    if report.change is not None:
        yield Observation.estimated(
            "change", label("change"), report.change, "valence", clear=report.changed
        )


def _emotions(report: StretchReport, words: Words) -> Figures:
    for each in report.shares:
        if each.share is not None:
            label = words.report.emotions[each.emotion]
            yield Observation.estimated(str(each.emotion), label, each.share, "share")


def _emotions_before(report: StretchReport, words: Words) -> Figures:
    for each in report.shares:
        if each.usual is not None:
            label = words.report.emotions[each.emotion]
            yield Observation.of(str(each.emotion), label, each.usual, "share")


def _changes(report: StretchReport, words: Words) -> Figures:
    for each in report.shares:
        if each.change is not None:
            label, key = words.report.emotions[each.emotion], str(each.emotion)
            yield Observation.of(key, label, each.change, "share_change", clear=each.clear)


_WALK: Final[tuple[tuple[str, Callable[[StretchReport, Words], Figures], bool], ...]] = (
    ("coverage", _coverage, True),
    ("mood", _mood, True),
    ("emotions", _emotions, True),
    ("emotions_before", _emotions_before, False),
    ("emotions_change", _changes, True),
)
"""Name, function, and whether the page shows it as a table."""
