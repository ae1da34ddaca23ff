"""Words on retrospectives: names of forms and sections, and what a report says of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from reports.report import WeeklyReport
from reports.retro.forms import FORMS
from reports.retro.values import Participation, RetroWeek, SectionMood
from reports.wording.calendar import number
from reports.wording.numbers import interval, percent, signed

_KO, _EN = 0, 1

_SECTIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "liked": ("좋았던 점", "Liked"),
        "learned": ("배운 점", "Learned"),
        "lacked": ("부족했던 점", "Lacked"),
        "longed_for": ("바라는 점", "Longed for"),
        "fact": ("사실", "Fact"),
        "feeling": ("느낌", "Feeling"),
        "finding": ("발견", "Finding"),
        "future": ("향후 행동", "Future action"),
        "feedback": ("피드백", "Feedback"),
        "keep": ("유지할 점", "Keep"),
        "problem": ("문제점", "Problem"),
        "try": ("시도할 점", "Try"),
        "good": ("좋았던 점", "What went well"),
        "shortfall": ("아쉬웠던 점", "What didn't go well"),
        "next": ("다음 액션", "Next steps"),
        "did_well": ("잘한 점", "What I did well"),
        "improve": ("개선할 점", "Improve"),
        "did": ("한 일", "Done"),
        "difficult": ("어려웠던 점", "Difficult"),
        "start": ("시작할 것", "Start"),
        "stop": ("그만할 것", "Stop"),
        "continue": ("계속할 것", "Continue"),
        "mad": ("화났던 것", "Mad"),
        "sad": ("슬펐던 것", "Sad"),
        "glad": ("기뻤던 것", "Glad"),
        "rose": ("장미", "Rose"),
        "bud": ("꽃봉오리", "Bud"),
        "thorn": ("가시", "Thorn"),
        "drop": ("버릴 것", "Drop"),
        "add": ("추가할 것", "Add"),
        "wind": ("순풍", "Wind"),
        "anchor": ("닻", "Anchor"),
        "rock": ("암초", "Rock"),
        "island": ("섬", "Island"),
        "plus": ("장점", "Plus"),
        "minus": ("단점", "Minus"),
        "interesting": ("흥미로운 점", "Interesting"),
        "free": ("자유롭게 쓴 글", "Free text"),
    }
)

_FORM_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "4l": ("4L", "4L"),
        "5f": ("5F", "5F"),
        "kpt": ("KPT", "KPT"),
        "til": ("TIL", "TIL"),
        "daki": ("DAKI", "DAKI"),
        "sailboat": ("돛단배", "Sailboat"),
        "pmi": ("PMI", "PMI"),
    }
)
"""Forms that have a name beside those of their sections."""


def section_name(key: str, language: str) -> str:
    """Return the name of a section; its key where there is none."""
    return _of(_SECTIONS.get(key, (key, key)), language)


def form_name(key: str, language: str) -> str:
    """Return what a form is called, with its sections; at most 100 characters.

    Raises:
        KeyError: There is no such form.
    """
    sections = ", ".join(section_name(each, language) for each in FORMS[key].sections)
    name = _FORM_NAMES.get(key)
    return sections if name is None else f"{_of(name, language)} · {sections}"


def heading(key: str, language: str) -> str:
    """Return how a section is headed in a post: in both languages where that is usual."""
    korean, english = _SECTIONS.get(key, (key, key))
    return f"{korean} ({english})" if language == "ko" and key != "free" else english


def retro_lines(report: WeeklyReport, language: str) -> tuple[str, ...]:
    """Return the findings on retrospectives, one a line; nothing where there are none."""
    retro = report.retro
    if retro is None:
        return ()
    lines = [_moods(retro, language)] if retro.sections else []
    if retro.participation is not None:
        lines.append(participation_line(retro.participation, language))
    return tuple(lines)


def section_row(each: SectionMood, language: str) -> str:
    """Return one section with its interval, and what it usually is."""
    ends = interval(each.mood, " ~ " if language == "ko" else " to ")
    mood = f"{section_name(each.section, language)} {signed(each.mood.value)} ({ends})"
    if each.usual is None:
        return mood
    usual = f"평소 {signed(each.usual)}" if language == "ko" else f"usually {signed(each.usual)}"
    return f"{mood} · {usual}"


def hidden_line(retro: RetroWeek, language: str) -> str:
    """Return that sections are hidden; nothing where none is."""
    if not retro.hidden:
        return ""
    if language == "ko":
        return f"누구의 마음도 드러나지 않도록 항목 {retro.hidden}개는 숨겼어요"
    noun = "section" if retro.hidden == 1 else "sections"
    return f"Hidden so that nobody can be guessed: {retro.hidden} {noun}"


def participation_line(found: Participation, language: str) -> str:
    """Return how many took part, as a rate."""
    rate, people = percent(found.rate), number(found.people, language)
    if language == "ko":
        return f"지난 4주 동안 회고를 쓴 사람 약 {people}명 가운데 {rate}가 이번 주에도 썼어요"
    return (
        f"Of about {people} people who wrote a retrospective in the last four weeks, {rate} wrote "
        "one this week"
    )


def _moods(retro: RetroWeek, language: str) -> str:
    rows = (
        f"{section_name(each.section, language)} {signed(each.mood.value)} "
        f"({interval(each.mood, ' ~ ' if language == 'ko' else ' to ')})"
        for each in retro.sections
    )
    opening = "회고 항목별 기분(95% 구간)" if language == "ko" else "Retrospectives (95% intervals)"
    return f"{opening}: " + " · ".join(rows)


def _of(names: tuple[str, str], language: str) -> str:
    return names[_KO if language == "ko" else _EN]
