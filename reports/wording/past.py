"""The weeks before, in words."""

from __future__ import annotations

from reports.errors import UnknownLanguage
from reports.report import WeeklyReport
from reports.wording.past_contract import PastWording
from reports.wording.past_en import EnglishPast
from reports.wording.past_ko import KoreanPast


def past_wording(language: str) -> PastWording:
    """Return the wording of a language.

    Raises:
        UnknownLanguage: There is none.
    """
    if language == "ko":
        return KoreanPast()
    if language == "en":
        return EnglishPast()
    msg = f"reports are written in ko or en, not in {language!r}"
    raise UnknownLanguage(msg)


def past_lines(report: WeeklyReport, language: str) -> tuple[str, ...]:
    """Return what the weeks before tell, one finding a line; nothing where nothing is known."""
    words, lines = past_wording(language), []
    if report.turning is not None:
        lines.append(words.turning(report.turning))
    if report.stretch is not None:
        lines.append(words.stretch(report.stretch))
    if report.ahead is not None:
        lines.append(words.ahead(report.ahead))
    return tuple(lines)
