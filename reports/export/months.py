"""The story of a month: what ``reports.monthly`` says of it, beside the month before."""

from __future__ import annotations

from typing import Final

from reports.coverage import rounded_messages, rounded_people
from reports.export.beyond import days_key
from reports.export.observation import Observation
from reports.export.story import Story
from reports.export.walk import (
    Figures,
    Part,
    changes,
    emotions,
    emotions_before,
    walked,
    year,
)
from reports.export.words import Words
from reports.monthly import Month, StretchReport
from reports.wording.stretch_cards import run_label
from reports.wording.stretches import (
    period_name,
    stretch_headline,
    stretch_lines,
    stretch_sentence,
)


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
        sections=walked(report, Words.of(language), _WALK),
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


def _days(report: StretchReport, words: Words) -> Figures:
    for run in report.runs:
        key = days_key(run.first, run.last)
        yield Observation.estimated(key, run_label(run, words.language), run.mood, "valence")


_WALK: Final[tuple[Part[StretchReport], ...]] = (
    ("coverage", _coverage, True),
    ("mood", _mood, True),
    ("emotions", emotions, True),
    ("emotions_before", emotions_before, False),
    ("emotions_change", changes, True),
    ("days", _days, True),
    ("year", year, False),
)
"""Of a month."""
