"""Reports in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.emotion import EMOTIONS, Emotion
from reports.bootstrap import Estimate
from reports.coverage import WeekCoverage
from reports.errors import UnknownLanguage
from reports.history import UsualRange
from reports.period import Week
from reports.report import EmotionShare, MoodSummary, WeeklyReport
from reports.spans import Span
from reports.wording import (
    date_range,
    emotion_name,
    headline,
    late_note,
    lines,
    sentence,
    summary_headline,
    summary_lines,
    summary_sentence,
    wording_of,
)
from reports.wording.numbers import percent, percents, points, rounded_delay, signed
from reports.wording.particles import attached
from reports.wording.past import past_wording
from tests.reports.past_cards import TURNING
from tests.reports.report_samples import LANGUAGES, WEEK, fixed_report

HIDDEN = WeeklyReport(1, WEEK, "UTC", 12, 3, 5, hidden=True, partial=False)
EMPTY = replace(HIDDEN, messages=0, people=0)
SUMMARY = MoodSummary(
    1,
    datetime(2026, 11, 9, tzinfo=UTC),
    datetime(2026, 11, 16, tzinfo=UTC),
    120,
    9,
    5,
    hidden=False,
    mood=Estimate(0.2, 0.1, 0.3),
    shares=fixed_report().shares,
)


def with_change(value: float, low: float, high: float) -> WeeklyReport:
    """Return the fixed week with a change of its mood, and none of its emotions."""
    shares = tuple(replace(share, clear=False) for share in fixed_report().shares)
    return replace(fixed_report(), change=Estimate(value, low, high), shares=shares)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12, "+0.12"), (-0.12, "−0.12"), (0.004, "0.00"), (-0.004, "0.00"), (1, "+1.00")],
)
def test_signs(value: float, text: str) -> None:
    assert signed(value) == text


def test_percents_tell_two_shares_apart() -> None:
    assert percents(0.27, 0.24) == ("27%", "24%")
    assert percents(0.061, 0.064) == ("6.1%", "6.4%")
    assert percent(0.003) == "<1%"
    assert percent(0.0) == "0%"
    assert (points(-0.031), points(0.004), points(0.01)) == ("−3", "+0.4", "+1")


@pytest.mark.parametrize(
    ("word", "pair", "whole"),
    [
        ("기쁨", "이/가", "기쁨이"),
        ("분노", "이/가", "분노가"),
        ("슬픔", "은/는", "슬픔은"),
        ("+0.07", "으로/로", "+0.07로"),
        ("+0.10", "으로/로", "+0.10으로"),
        ("+0.12", "으로/로", "+0.12로"),
        ("−0.13", "은/는", "−0.13은"),
        ("+0.25", "은/는", "+0.25는"),
        ("서울", "으로/로", "서울로"),
        ("24%", "은/는", "24%는"),
        ("평소(+0.16)", "과/와", "평소(+0.16)과"),
        ("Study", "은/는", "Study는"),
        ("", "은/는", "는"),
    ],
)
def test_particles(word: str, pair: str, whole: str) -> None:
    assert attached(word, pair) == whole


@pytest.mark.parametrize(
    ("week", "korean", "english"),
    [
        (Week(2026, 46), "11월 9일 – 15일", "9 – 15 November"),
        (Week(2026, 44), "10월 26일 – 11월 1일", "26 October – 1 November"),
        (
            Week(2026, 53),
            "2026년 12월 28일 – 2027년 1월 3일",
            "28 December 2026 – 3 January 2027",
        ),
    ],
)
def test_dates(week: Week, korean: str, english: str) -> None:
    assert date_range(week, "ko") == korean
    assert date_range(week, "en") == english


def test_a_heavier_week() -> None:
    report = fixed_report()
    assert headline(report, "ko") == "평소보다 가라앉은 한 주였어요"
    assert headline(report, "en") == "A heavier week than usual"
    assert sentence(report, "ko") == (
        "기분 지수는 +0.12로, 평소(+0.25)보다 0.13 낮아요(95% 구간 −0.23 ~ −0.03)."
    )
    assert sentence(report, "en") == (
        "The mood index is +0.12, 0.13 below the usual +0.25 (95% interval −0.23 to −0.03)."
    )


def test_a_brighter_week() -> None:
    report = with_change(0.2, 0.1, 0.3)
    assert headline(report, "ko") == "평소보다 밝은 한 주였어요"
    assert headline(report, "en") == "A brighter week than usual"
    assert "0.20 높아요" in sentence(report, "ko")
    assert "0.20 above the usual" in sentence(report, "en")


def test_no_clear_change_is_a_headline() -> None:
    report = with_change(-0.06, -0.2, 0.08)
    assert headline(report, "ko") == "평소와 뚜렷한 차이가 없는 한 주였어요"
    assert headline(report, "en") == "No clear change from usual"
    assert "우연히 생길 수 있는 크기예요" in sentence(report, "ko")
    assert "one that chance can make" in sentence(report, "en")


def test_the_headline_is_the_most_certain_change() -> None:
    steady = with_change(-0.06, -0.2, 0.08)
    emotion = replace(steady, shares=fixed_report().shares)
    assert headline(emotion, "ko") == "기쁨이 29%에서 24%로 줄어든 한 주였어요"
    assert headline(emotion, "en") == "Less joy than usual: 29% → 24%"
    assert sentence(emotion, "ko").startswith("한 주 전체의 기분 지수는 +0.12로")
    assert sentence(emotion, "en").startswith("Over the whole week the mood index is +0.12;")
    day = replace(steady, turning=TURNING)
    assert headline(day, "ko") == "목요일은 평소보다 가라앉았어요"
    assert headline(day, "en") == "Thursday was lower than usual"
    assert "한 주 전체의" in sentence(day, "ko")
    assert headline(replace(emotion, turning=TURNING), "en") == headline(emotion, "en")
    both = replace(fixed_report(), turning=TURNING)
    assert headline(both, "en") == "A heavier week than usual"


def test_more_of_an_emotion_so_far() -> None:
    more = EmotionShare(Emotion.NEUTRAL, Estimate(0.64, 0.6, 0.7), 0.34, clear=True)
    report = replace(with_change(0.0, -0.1, 0.1), shares=(more,), partial=True)
    assert headline(report, "ko") == "지금까지는 중립이 34%에서 64%로 늘었어요"
    assert headline(report, "en") == "More neutral talk than usual so far: 34% → 64%"


def test_a_certain_but_tiny_change_is_no_change() -> None:
    report = with_change(0.01, 0.005, 0.015)
    assert headline(report, "en") == "No clear change from usual"
    assert "거의 같아요" in sentence(report, "ko")
    assert "much the same" in sentence(report, "en")


def test_same_is_only_said_of_what_is_known_to_be_the_same() -> None:
    known = with_change(0.01, -0.02, 0.04)
    assert "거의 같아요" in sentence(known, "ko")
    assert "much the same" in sentence(known, "en")
    unknown = with_change(0.01, -0.7, 0.4)
    assert "우연히" in sentence(unknown, "ko")
    assert "chance" in sentence(unknown, "en")


def test_a_week_that_is_not_over() -> None:
    report = replace(fixed_report(), partial=True)
    assert headline(report, "ko") == "지금까지는 평소보다 가라앉아 있어요"
    assert headline(report, "en") == "Heavier than usual so far"
    same = replace(with_change(0.0, -0.1, 0.1), partial=True)
    assert headline(same, "ko") == "지금까지는 평소와 뚜렷한 차이가 없어요"
    assert headline(same, "en") == "No clear change from usual so far"
    up = replace(with_change(0.2, 0.1, 0.3), partial=True)
    assert headline(up, "ko") == "지금까지는 평소보다 밝아요"


def test_the_first_week() -> None:
    begun = WeekCoverage(2400, 45, 1.0, datetime(2026, 11, 10, tzinfo=UTC))
    report = replace(fixed_report(), baseline=None, change=None, coverage=begun)
    assert headline(report, "ko") == "이 서버의 첫 주간 리포트예요"
    assert headline(report, "en") == "This server's first weekly report"
    later = replace(report, coverage=replace(begun, since=None))
    assert headline(later, "ko") == "11월 9일 – 15일의 기분이에요"
    assert headline(later, "en") == "The mood of 9 – 15 November"
    assert "비교할 지난 주는 아직 없어요" in sentence(report, "ko")
    assert "no earlier weeks" in sentence(report, "en")
    for language in LANGUAGES:
        words = wording_of(language)
        assert words.comparison(report) == words.labels.no_baseline
        without = replace(report, coverage=None)
        assert len(lines(without, language)) < len(lines(fixed_report(), language))
        assert words.mix_alt(report)


def test_lines_carry_the_numbers() -> None:
    assert lines(fixed_report(), "ko") == (
        "메시지 약 2,400개 · 45명 이상",
        "기분 지수 +0.12(95% 구간 +0.05 ~ +0.19)",
        "평소 +0.25 · 차이 −0.13(95% 구간 −0.23 ~ −0.03)",
        "가장 달라진 감정: 기쁨 29% → 24%",
        "가장 낮았던 때: 목요일 오후 −0.65",
        "화·토요일은 쓴 사람이 적어 숨겼어요",
    )
    assert lines(fixed_report(), "en") == (
        "About 2,400 messages · 45 people or more",
        "Mood index +0.12 (95% interval +0.05 to +0.19)",
        "Usual +0.25 · change −0.13 (95% interval −0.23 to −0.03)",
        "Changed most: Joy, 29% → 24%",
        "Low point: Thursday afternoon, −0.65",
        "Hidden because few people wrote: Tue, Sat",
    )


def test_no_emotion_changed() -> None:
    shares = tuple(replace(share, clear=False) for share in fixed_report().shares)
    report = replace(fixed_report(), shares=shares)
    assert "감정 구성은 평소와 뚜렷한 차이가 없어요" in lines(report, "ko")
    assert "No emotion's share clearly differs from usual" in lines(report, "en")


def test_a_high_point_is_named_when_it_is_clear() -> None:
    report = fixed_report()
    clear = tuple(replace(point, clear=True) for point in report.points)
    named = replace(report, points=clear)
    assert lines(named, "en")[5].startswith("High point: Sunday")
    assert lines(named, "ko")[5].startswith("가장 높았던 때: 일요일")


def test_hidden_weeks_carry_no_number_about_mood() -> None:
    for language in LANGUAGES:
        assert lines(HIDDEN, language) == ()
        assert "5" in sentence(HIDDEN, language)
        assert "12" not in sentence(HIDDEN, language)
        assert not any(character.isdigit() for character in sentence(EMPTY, language))
        assert headline(HIDDEN, language)
        assert headline(replace(HIDDEN, partial=True), language) != headline(HIDDEN, language)


def test_single_days_hidden_altogether() -> None:
    report = replace(fixed_report(), points=(), hidden_days=tuple(range(7)))
    assert lines(report, "ko")[-1] == "하루하루는 쓴 사람이 적어 숨겼어요"
    assert lines(report, "en")[-1] == "Single days are hidden because few people wrote"
    for language in LANGUAGES:
        words = wording_of(language)
        assert "5" in words.mood_note(report)
        assert words.mood_note(report) == words.mix_note(report)


def test_when() -> None:
    whole = Span(3, 0, 3, 9, 40, hidden=False, position=3.6)
    evening = replace(whole, first=3, position=3.9)
    most_of_it = replace(whole, last=1, position=3.37)
    assert wording_of("ko").when(whole) == "목요일"
    assert wording_of("ko").when(evening) == "목요일 저녁"
    assert wording_of("ko").when(most_of_it, short=True) == "목 오전"
    assert wording_of("en").when(evening) == "Thursday evening"
    assert wording_of("en").when(evening, short=True) == "Thu evening"


@pytest.mark.parametrize(
    ("delay", "korean", "english"),
    [
        (timedelta(minutes=45), "45분", "45 minutes"),
        (timedelta(hours=1), "1시간", "1 hour"),
        (timedelta(hours=5, minutes=20), "5시간", "5 hours"),
        (timedelta(days=2), "2일", "2 days"),
    ],
)
def test_a_late_report_says_so(delay: timedelta, korean: str, english: str) -> None:
    late = replace(fixed_report(), late_by=delay)
    assert late_note(late, "ko") == f"예정보다 {korean} 늦게 전해 드려요."
    assert late_note(late, "en") == f"This report is {english} late."
    assert late_note(fixed_report(), "ko") is None
    assert rounded_delay(timedelta(minutes=59)) == (59, "minute")


@pytest.mark.parametrize("language", LANGUAGES)
def test_alt_texts_start_with_the_finding(language: str) -> None:
    words = wording_of(language)
    report = fixed_report()
    assert words.mood_alt(report).startswith(headline(report, language))
    assert "−0.65" in words.mood_alt(report)
    assert words.mix_alt(report).startswith(lines(report, language)[3])
    for emotion in EMOTIONS:
        assert words.emotions[emotion] in words.mix_alt(report)
    flat = replace(report, points=report.points[:1])
    assert "−0.65" not in words.mood_alt(flat)


def test_moved_share() -> None:
    share = EmotionShare(Emotion.JOY, Estimate(0.25, 0.2, 0.3), 0.24, clear=True)
    assert wording_of("ko").moved(share) == ("기쁨 +1%p", "평소 24%, 이번 주 25%")
    assert wording_of("en").moved(share) == ("Joy +1 pt", "usual 24%, now 25%")
    more = replace(share, usual=0.2)
    assert wording_of("en").moved(more)[0] == "Joy +5 pts"


@pytest.mark.parametrize(
    ("usual", "now", "told"),
    [
        (0.286, 0.244, "Joy −4.2 pts, usual 28.6%, now 24.4%"),
        (0.291, 0.243, "Joy −5 pts, usual 29%, now 24%"),
        (0.061, 0.064, "Joy +0.3 pts, usual 6.1%, now 6.4%"),
        (0.2451, 0.2549, "Joy +1.0 pts, usual 24.5%, now 25.5%"),
        (0.003, 0.054, "Joy +5 pts, usual <1%, now 5%"),
    ],
)
def test_points_agree_with_the_shares_beside_them(usual: float, now: float, told: str) -> None:
    share = EmotionShare(Emotion.JOY, Estimate(now, now, now), usual, clear=True)
    assert ", ".join(wording_of("en").moved(share)) == told


def test_a_share_outside_its_range_never_looks_like_inside() -> None:
    one = UsualRange(Emotion.ANGER, (0.06, 0.0741), 0.056, 0.065, 0.0686)
    assert past_wording("ko").usual_finding(one) == ("분노 7.4%", "평소 5.6 ~ 6.9%")
    assert past_wording("en").usual_finding(one) == ("Anger 7.4%", "usually 5.6–6.9%")
    closer = replace(one, shares=(0.0691,))
    assert past_wording("en").usual_finding(closer) == ("Anger 6.91%", "usually 5.60–6.86%")
    inside = replace(one, shares=(0.066,))
    assert past_wording("en").usual_finding(inside) == ("Anger 7%", "usually 6–7%")


def test_summaries() -> None:
    assert summary_headline(SUMMARY, "ko") == "대체로 밝은 분위기예요"
    assert summary_headline(SUMMARY, "en") == "Mostly bright"
    low = replace(SUMMARY, mood=Estimate(-0.2, -0.3, -0.1))
    assert summary_headline(low, "ko") == "조금 가라앉은 분위기예요"
    assert summary_headline(low, "en") == "A little heavy"
    even = replace(SUMMARY, mood=Estimate(0.0, -0.1, 0.1))
    assert summary_headline(even, "ko") == "밝음과 어두움이 고르게 섞여 있어요"
    assert summary_headline(even, "en") == "Bright and dark in balance"
    assert summary_sentence(SUMMARY, "ko") == "기분 지수는 +0.20이에요(95% 구간 +0.10 ~ +0.30)."
    assert summary_sentence(SUMMARY, "en") == (
        "The mood index is +0.20 (95% interval +0.10 to +0.30)."
    )
    assert summary_lines(SUMMARY, "ko") == (
        "메시지 약 120개 · 9명",
        "기분 지수 +0.20(95% 구간 +0.10 ~ +0.30)",
        "가장 많은 감정: 중립 28%, 기쁨 24%, 놀람 10%",
    )
    assert summary_lines(SUMMARY, "en")[0] == "About 120 messages · 9 people"


@pytest.mark.parametrize("language", LANGUAGES)
def test_hidden_summaries(language: str) -> None:
    hidden = replace(SUMMARY, hidden=True, mood=None, shares=())
    assert summary_lines(hidden, language) == ()
    assert summary_headline(hidden, language)
    assert "5" in summary_sentence(hidden, language)
    assert summary_sentence(replace(hidden, messages=0), language)


def test_singular_in_english() -> None:
    one = replace(SUMMARY, messages=1, people=1, minimum_group=1)
    assert summary_lines(one, "en")[0] == "1 message · 1 person"


def test_names_of_emotions_and_unknown_languages() -> None:
    assert emotion_name(Emotion.EMBARRASSMENT, "ko") == "당황"
    assert emotion_name(Emotion.EMBARRASSMENT, "en") == "Embarrassment"
    with pytest.raises(UnknownLanguage, match="'fr'"):
        headline(HIDDEN, "fr")
