"""Reports in words. ``language`` is ``ko`` or ``en``, as guild settings carry it."""

from __future__ import annotations

from classifiers.emotion import Emotion
from reports.errors import UnknownLanguage
from reports.period import Week
from reports.report import MoodSummary, WeeklyReport
from reports.wording.checkins import checkin_lines
from reports.wording.closing import closing
from reports.wording.contract import Labels, Wording
from reports.wording.en import English
from reports.wording.ko import Korean
from reports.wording.numbers import is_partly
from reports.wording.past import past_lines
from reports.wording.places import coverage_lines, when_lines
from reports.wording.retro import retro_lines

__all__ = [
    "Labels",
    "Wording",
    "closing",
    "date_range",
    "emotion_name",
    "headline",
    "late_note",
    "lines",
    "no_emotions",
    "partly_note",
    "sentence",
    "summary_headline",
    "summary_lines",
    "summary_sentence",
    "wording_of",
]


def wording_of(language: str) -> Wording:
    """Return the wording of a language.

    Raises:
        UnknownLanguage: There is none.
    """
    if language == "ko":
        return Korean()
    if language == "en":
        return English()
    msg = f"reports are written in ko or en, not in {language!r}"
    raise UnknownLanguage(msg)


def headline(report: WeeklyReport, language: str) -> str:
    """Return what kind of week it was, without a full stop."""
    return wording_of(language).headline(report)


def sentence(report: WeeklyReport, language: str) -> str:
    """Return the one sentence that sums the week up; for a hidden week, why it is hidden."""
    return wording_of(language).sentence(report)


def lines(report: WeeklyReport, language: str) -> tuple[str, ...]:
    """Return the numbers, one finding a line; nothing for a hidden week."""
    return (
        *wording_of(language).lines(report),
        *when_lines(report, language),
        *past_lines(report, language),
        *retro_lines(report, language),
        *checkin_lines(report, language),
        *coverage_lines(report, language),
    )


def late_note(report: WeeklyReport, language: str) -> str | None:
    """Return the note on a late report, or ``None`` for one in time."""
    return None if report.late_by is None else wording_of(language).late(report.late_by)


def date_range(week: Week, language: str) -> str:
    """Return the dates of a week, such as "9 – 15 November"."""
    return wording_of(language).date_range(week)


def emotion_name(emotion: Emotion, language: str) -> str:
    """Return the name of an emotion."""
    return wording_of(language).emotions[emotion]


def no_emotions(language: str) -> str:
    """Return that the classifier knows sentiments only, without a full stop."""
    return wording_of(language).labels.no_emotions


def partly_note(telling: float, language: str) -> str | None:
    """Return for which part of the messages emotions are known; ``None`` for all or none."""
    return wording_of(language).partly(telling) if is_partly(telling) else None


def summary_headline(summary: MoodSummary, language: str) -> str:
    """Return what the mood of a stretch of time is like."""
    return wording_of(language).summary_headline(summary)


def summary_lines(summary: MoodSummary, language: str) -> tuple[str, ...]:
    """Return the numbers of a summary; nothing when it is hidden."""
    return wording_of(language).summary_lines(summary)


def summary_sentence(summary: MoodSummary, language: str) -> str:
    """Return the mood index of a summary as a sentence, or why it is hidden."""
    return wording_of(language).summary_sentence(summary)
