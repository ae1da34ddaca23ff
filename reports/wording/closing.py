"""The gentle line at the end of a report.

It is chosen by the facts of the week, claims nothing, and is never the same twice in a row: each
kind of week has its own lines, taken in turn by the number of the week.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from reports.errors import UnknownLanguage
from reports.report import WeeklyReport


class Tone(StrEnum):
    """What kind of week a closing line belongs to."""

    FIRST = "first"
    ALONE = "alone"
    BRIGHTER = "brighter"
    LOWER = "lower"
    RISING = "rising"
    GOOD = "good"
    MIXED = "mixed"
    STEADY = "steady"


_KOREAN: Final[Mapping[Tone, tuple[str, ...]]] = MappingProxyType(
    {
        Tone.FIRST: (
            "이제 서로를 알아 가 볼게요.",
            "첫 장을 함께 넘겨 주셔서 고마워요.",
            "앞으로 한 주씩 함께 적어 갈게요.",
            "시작을 함께해 반가워요.",
        ),
        Tone.ALONE: (
            "다음 주에는 견줄 이야기가 조금 더 생기겠지요.",
            "한 주씩 쌓이면 평소도 알게 되지요.",
            "이야기해 주셔서 고마워요.",
        ),
        Tone.BRIGHTER: (
            "이 기분이 다음 주에도 조금 남아 있기를 바라요.",
            "좋은 일은 오래 이야기해도 좋아요.",
            "이번 주를 밝혀 준 이야기가 있다면 한 번 더 나눠 보세요.",
            "밝은 한 주를 다 같이 기억해 둘게요.",
        ),
        Tone.LOWER: (
            "서로 안부 한마디 건네기 좋은 때예요.",
            "천천히 가도 괜찮아요.",
            "힘든 주가 있으면 쉬어 가는 주도 있는 법이지요.",
            "다음 주에는 마음이 조금 더 가볍기를 바라요.",
        ),
        Tone.RISING: (
            "끝이 밝으면 다음 주를 열기도 한결 편하지요.",
            "주말의 기분을 월요일까지 데려가 보세요.",
            "오르막 끝에서 잠시 숨을 골라 보세요.",
            "이 흐름, 함께 지켜볼게요.",
        ),
        Tone.GOOD: (
            "좋은 날이 이어질 때는 그저 누려도 좋아요.",
            "이런 날들이 모여 추억이 되지요.",
            "좋았던 날의 이야기를 잊기 전에 적어 두세요.",
            "기분 좋은 날들을 함께 셌어요.",
        ),
        Tone.MIXED: (
            "무슨 일이 있었는지는 여러분이 가장 잘 아시지요.",
            "숫자 뒤의 이야기는 여러분의 것이에요.",
            "이유가 궁금하다면 서로 이야기를 나눠 보세요.",
            "한 주마다 저마다의 빛깔이 있지요.",
        ),
        Tone.STEADY: (
            "다음 주에도 여기서 만나요.",
            "한결같은 한 주도 참 좋은 한 주예요.",
            "이번 주도 함께해 주셔서 고마워요.",
            "새로운 한 주도 편안하시기를 바라요.",
            "별일 없음이 때로는 가장 좋은 소식이지요.",
        ),
    }
)
_ENGLISH: Final[Mapping[Tone, tuple[str, ...]]] = MappingProxyType(
    {
        Tone.FIRST: (
            "Nice to meet you all.",
            "Thank you for turning the first page with us.",
            "From here on we go week by week.",
            "Here is to a good start.",
        ),
        Tone.ALONE: (
            "Next week there will be a little more to tell.",
            "Week by week we learn what is usual here.",
            "Thank you for talking.",
        ),
        Tone.BRIGHTER: (
            "May a little of it stay for next week.",
            "Good things are worth telling twice.",
            "If something made your week, pass it on.",
            "A week worth keeping.",
        ),
        Tone.LOWER: (
            "A good time to ask someone how they are.",
            "It is fine to take it slowly.",
            "Some weeks are for resting.",
            "Here is to a lighter week ahead.",
        ),
        Tone.RISING: (
            "A bright end makes an easy beginning.",
            "Take some of the weekend into Monday.",
            "Catch your breath and enjoy the view.",
            "Let us see where it goes.",
        ),
        Tone.GOOD: (
            "Good days need no reason.",
            "Days like these turn into memories.",
            "Write the good ones down before they fade.",
            "They were a pleasure to count.",
        ),
        Tone.MIXED: (
            "What was behind it, you know best.",
            "The story behind the numbers is yours.",
            "If you wonder why, ask each other.",
            "Every week has a colour of its own.",
        ),
        Tone.STEADY: (
            "See you here next week.",
            "A steady week is a good week, too.",
            "Thank you for another week together.",
            "May the new week be kind to you.",
            "Sometimes no news is the best news.",
        ),
    }
)


def closing(report: WeeklyReport, language: str) -> str | None:
    """Return the last line of a report; ``None`` for a hidden week.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    if language not in {"ko", "en"}:
        msg = f"reports are written in ko or en, not in {language!r}"
        raise UnknownLanguage(msg)
    if report.hidden or report.mood is None:
        return None
    lines = (_KOREAN if language == "ko" else _ENGLISH)[tone_of(report)]
    return lines[report.week.monday.toordinal() // 7 % len(lines)]


def tone_of(report: WeeklyReport) -> Tone:
    """Return what kind of week it was; every kind follows from figures of the report."""
    if report.change is None:
        return Tone.FIRST if report.first else Tone.ALONE
    if report.changed:
        return Tone.BRIGHTER if report.change.value > 0 else Tone.LOWER
    turning = report.turning
    if turning is not None and turning.lasting and turning.change > 0:
        return Tone.RISING
    if turning is not None or report.most_changed is not None:
        return Tone.MIXED  # No news, and good days in a row, would not be all of it.
    return Tone.GOOD if report.stretch is not None else Tone.STEADY
