"""Words of the exports that stand in no Discord message: titles, columns, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from reports.errors import UnknownLanguage


@dataclass(frozen=True, slots=True)
class ExportWords:
    """One language.

    Attributes:
        sections: Title of each section by its name.
        labels: Label of a key by the key.
        units: What follows a number of each unit, with its space.
        page_title: Title of the page where the server has no name.
        figures: Heading above the tables.
        columns: Heads of the columns: what, value, interval, people.
        clear: Said of what differs beyond chance.
        method: How the figures are meant, with ``{minimum}`` for the smallest group.
        made_by: What made the page.
    """

    sections: Mapping[str, str]
    labels: Mapping[str, str]
    units: Mapping[str, str]
    page_title: str
    figures: str
    columns: tuple[str, str, str, str]
    clear: str
    method: str
    made_by: str

    def section(self, name: str) -> str:
        """Return the title of a section; its name where there is none."""
        return self.sections.get(name, name)

    def label(self, key: str) -> str:
        """Return the label of a key; the key where there is none."""
        return self.labels.get(key, key)

    def unit(self, name: str) -> str:
        """Return what follows a number of a unit."""
        return self.units.get(name, "")


_ENGLISH: Final = ExportWords(
    sections=MappingProxyType(
        {
            "coverage": "What was measured",
            "mood": "Mood index",
            "mood_usual_by_day": "Usual mood by weekday",
            "emotions": "Emotions",
            "emotions_usual": "Emotions in the weeks before",
            "emotions_change": "Change of emotions",
            "curve": "Mood through the week",
            "curve_emotions": "Emotions through the week",
        }
    ),
    labels=MappingProxyType(
        {
            "messages": "Messages",
            "people": "People",
            "told": "Judged for emotions",
            "baseline_weeks": "Earlier weeks compared with",
            "week": "This week",
            "month": "This month",
            "day": "This day",
            "usual": "Usual",
            "change": "Change",
        }
    ),
    units=MappingProxyType(
        {"messages": " messages", "people": " people", "weeks": " weeks", "hours": " hours"}
    ),
    page_title="Mood report",
    figures="The figures",
    columns=("What", "Value", "95% interval", "People"),
    clear="beyond chance",
    method=(
        "Every person counts once a day, however much they write. Intervals are 95% intervals "
        "from a bootstrap over people; shares of emotions are estimated, not counted. Nothing is "
        "said about fewer than {minimum} people. No text is kept."
    ),
    made_by="Made by Nunchi",
)

_KOREAN: Final = ExportWords(
    sections=MappingProxyType(
        {
            "coverage": "무엇을 쟀나요",
            "mood": "기분 지수",
            "mood_usual_by_day": "요일별 평소 기분",
            "emotions": "감정",
            "emotions_usual": "지난 주들의 감정",
            "emotions_change": "감정의 변화",
            "curve": "한 주 동안의 기분",
            "curve_emotions": "한 주 동안의 감정",
        }
    ),
    labels=MappingProxyType(
        {
            "messages": "메시지",
            "people": "사람",
            "told": "감정까지 판단한 메시지",
            "baseline_weeks": "비교한 지난 주",
            "week": "이번 주",
            "month": "이번 달",
            "day": "이날",
            "usual": "평소",
            "change": "변화",
        }
    ),
    units=MappingProxyType({"messages": "개", "people": "명", "weeks": "주", "hours": "시간"}),
    page_title="기분 보고서",
    figures="수치",
    columns=("항목", "값", "95% 구간", "사람"),
    clear="우연을 넘는 차이",
    method=(
        "얼마나 많이 쓰든 한 사람은 하루에 한 번만 셉니다. 구간은 사람을 다시 뽑는 부트스트랩의 "
        "95% 구간이고, 감정의 비율은 세지 않고 추정합니다. {minimum}명보다 적은 사람에 대해서는 "
        "아무것도 말하지 않습니다. 글은 저장하지 않습니다."
    ),
    made_by="눈치가 만들었어요",
)


def export_words(language: str) -> ExportWords:
    """Return the words of a language.

    Raises:
        UnknownLanguage: There are none.
    """
    words = {"en": _ENGLISH, "ko": _KOREAN}.get(language)
    if words is None:
        msg = f"reports are written in ko or en, not in {language!r}"
        raise UnknownLanguage(msg)
    return words
