"""What every export says of a period, whatever kind of period it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from reports import wording
from reports.export.observation import Section
from reports.export.sections import sections_of
from reports.export.words import Words
from reports.report import WeeklyReport
from reports.wording.places import where_lines


@dataclass(frozen=True, slots=True)
class Story:
    """A report, ready to be written down.

    Attributes:
        guild_id: Discord snowflake.
        kind: ``week`` or ``month``.
        key: Of the period, such as ``2026-W46``.
        first_day: Its first local day.
        last_day: Its last local day.
        timezone: IANA name.
        complete: False while the period is not over.
        minimum_group: Fewer people than this are never described.
        hidden: True when fewer people wrote; then there are no sections.
        hidden_days: Days on which somebody wrote but nothing may be shown.
        rejudged: True when another classifier judged what this is compared with.
        language: ``ko`` or ``en``, of everything that follows.
        dates: The period for people.
        headline: What kind of period it was.
        sentence: The one sentence that sums it up.
        lines: The findings.
        sections: The figures.
        closing: A last line for people, or nothing.
    """

    guild_id: int
    kind: str
    key: str
    first_day: date
    last_day: date
    timezone: str
    complete: bool
    minimum_group: int
    hidden: bool
    hidden_days: tuple[date, ...]
    rejudged: bool
    language: str
    dates: str
    headline: str
    sentence: str
    lines: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: str = ""


def story_of_week(
    report: WeeklyReport, language: str, channels: Mapping[int, str] | None = None
) -> Story:
    """Return the story of a week.

    Args:
        report: What to tell.
        language: ``ko`` or ``en``.
        channels: Name by id, as far as names are known.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    week, words = report.week, Words.of(language, channels)
    return Story(
        guild_id=report.guild_id,
        kind="week",
        key=week.key,
        first_day=week.monday,
        last_day=week.sunday,
        timezone=report.timezone,
        complete=not report.partial,
        minimum_group=report.minimum_group,
        hidden=report.hidden,
        hidden_days=tuple(week.monday + timedelta(day) for day in report.hidden_days),
        rejudged=report.rejudged,
        language=language,
        dates=wording.date_range(week, language),
        headline=wording.headline(report, language),
        sentence=wording.sentence(report, language),
        lines=(
            *wording.lines(report, language),
            *where_lines(report, language, words.channel),
        ),
        sections=sections_of(report, language, channels),
        closing=wording.closing(report, language) or "",
    )
