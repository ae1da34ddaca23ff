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
        units: What follows a number of each unit, with its space; after ``one`` that for a single.
        page_title: Title of the page where the server has no name.
        figures: Heading above the tables.
        columns: Heads of the columns: what, value, interval, people.
        joint: What stands between the ends of an interval.
        usual_range: Head of the column of a section whose ranges are of what is usual.
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
    joint: str
    usual_range: str
    clear: str
    method: str
    made_by: str

    def section(self, name: str) -> str:
        """Return the title of a section; its name where there is none."""
        return self.sections.get(name, name)

    def label(self, key: str) -> str:
        """Return the label of a key; the key where there is none."""
        return self.labels.get(key, key)

    def unit(self, name: str, value: float = 0) -> str:
        """Return what follows a number of a unit; some have a form for one, such as " week"."""
        plural = self.units.get(name, "")
        return self.units.get(f"one {name}", plural) if value == 1 else plural


_ENGLISH: Final = ExportWords(
    sections=MappingProxyType(
        {
            "coverage": "What was measured",
            "mood": "Mood index",
            "mood_usual_by_day": "Usual mood by weekday",
            "emotions": "Emotions",
            "emotions_usual": "Emotions in the weeks before",
            "emotions_before": "Emotions in the period before",
            "emotions_change": "Change of emotions",
            "curve": "Mood through the week",
            "curve_emotions": "Emotions through the week",
            "hours": "Hours of the week",
            "hours_that_stand_out": "Hours that stand out",
            "channels": "Channels",
            "retrospectives": "Retrospectives",
            "checkins": "Check-ins",
            "turning_point": "Turning point",
            "good_stretch": "Longest good stretch",
            "emotions_usual_range": "Emotions and their usual range",
            "emotions_by_week": "Emotions week by week",
            "next_week": "A look at next week",
            "days": "Mood through the month",
            "year": "A year in pixels",
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
            "mood": "Mood",
            "classified": "Classified",
            "brightest": "Brightest",
            "lowest": "Lowest",
            "length": "Length",
            "participation": "Wrote one this week",
            "retro_active": "Wrote one in four weeks",
            "checkin_mood": "Mean of the faces",
            "checkin_people": "Answered",
            "checkin_agreement": "Correlation with the measured mood",
            "once_in": "By chance once in",
            "longest_in": "The longest in",
            "before": "The period before",
            "ahead_low": "Expected from",
            "ahead_high": "Expected to",
            "ahead_level": "Weeks the range is meant to hold",
            "ahead_held": "Past weeks it would have held",
            "ahead_error": "Mean error on past weeks",
            "ahead_naive_error": "Mean error of “as last week”",
            "ahead_weeks": "Computed from",
            "middle": "Middle of the year",
            "step_width": "Width of a step",
        }
    ),
    units=MappingProxyType(
        {
            "one messages": " message",
            "one people": " person",
            "one weeks": " week",
            "one days": " day",
            "messages": " messages",
            "people": " people",
            "weeks": " weeks",
            "days": " days",
            "share_change": " pts",
        }
    ),
    page_title="Mood report",
    figures="The figures",
    columns=("What", "Value", "95% interval", "People"),
    joint=" to ",
    usual_range="Usual range",
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
            "emotions_before": "그 앞 기간의 감정",
            "emotions_change": "감정의 변화",
            "curve": "한 주 동안의 기분",
            "curve_emotions": "한 주 동안의 감정",
            "hours": "시간대별 기분",
            "hours_that_stand_out": "두드러진 시간대",
            "channels": "채널별 기분",
            "retrospectives": "회고",
            "checkins": "체크인",
            "turning_point": "전환점",
            "good_stretch": "가장 길었던 좋은 날들",
            "emotions_usual_range": "감정과 평소 범위",
            "emotions_by_week": "주별 감정",
            "next_week": "다음 주 미리 보기",
            "days": "한 달 동안의 기분",
            "year": "한 해의 기분",
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
            "mood": "기분",
            "classified": "판단한 메시지",
            "brightest": "가장 밝았던 때",
            "lowest": "가장 낮았던 때",
            "length": "길이",
            "participation": "이번 주에 쓴 비율",
            "retro_active": "4주 동안 쓴 사람",
            "checkin_mood": "고른 얼굴의 평균",
            "checkin_people": "답한 사람",
            "checkin_agreement": "측정된 기분과의 상관",
            "once_in": "우연이라면 한 번 나올 간격",
            "longest_in": "가장 긴 기록을 살핀 기간",
            "before": "그 앞 기간",
            "ahead_low": "예상 범위의 아래 끝",
            "ahead_high": "예상 범위의 위 끝",
            "ahead_level": "범위에 들어야 할 주의 비율",
            "ahead_held": "지난 주들이 실제로 든 비율",
            "ahead_error": "지난 주들의 평균 오차",
            "ahead_naive_error": "‘지난주와 같다’의 평균 오차",
            "ahead_weeks": "계산에 쓴 주",
            "middle": "한 해의 가운데",
            "step_width": "한 칸의 너비",
        }
    ),
    units=MappingProxyType(
        {"messages": "개", "people": "명", "weeks": "주", "days": "일", "share_change": "%p"}
    ),
    page_title="기분 리포트",
    figures="수치",
    columns=("항목", "값", "95% 구간", "사람"),
    joint=" ~ ",
    usual_range="평소 범위",
    clear="우연을 넘는 차이",
    method=(
        "얼마나 많이 쓰든 한 사람은 하루에 한 번만 세요. 구간은 사람을 다시 뽑는 부트스트랩의 "
        "95% 구간이고, 감정의 비율은 세지 않고 추정해요. {minimum}명보다 적은 인원에 대해서는 "
        "아무것도 말하지 않아요. 글은 저장하지 않아요."
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
