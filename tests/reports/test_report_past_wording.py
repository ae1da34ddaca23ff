"""The past in words: short, true, never without a number; and the line at the end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from reports.bootstrap import Estimate
from reports.coverage import WeekCoverage
from reports.errors import UnknownLanguage
from reports.history import RAREST
from reports.report import WeeklyReport
from reports.wording import closing, lines
from reports.wording.closing import Tone, tone_of
from reports.wording.past import past_lines, past_wording
from tests.reports.past_cards import AHEAD, STRETCH, TURNING, fixed_past
from tests.reports.report_samples import LANGUAGES, WEEK, fixed_report

MIXED = replace(fixed_report(), change=Estimate(0.01, -0.05, 0.07))
STEADY = replace(MIXED, shares=tuple(replace(each, clear=False) for each in MIXED.shares))
ALONE = replace(fixed_report(), change=None, baseline=None)
KINDS: dict[Tone, WeeklyReport] = {
    Tone.FIRST: replace(ALONE, coverage=WeekCoverage(2400, 45, 1.0, datetime.now(UTC))),
    Tone.ALONE: ALONE,
    Tone.MIXED: MIXED,
    Tone.BRIGHTER: replace(fixed_report(), change=Estimate(0.2, 0.1, 0.3)),
    Tone.LOWER: fixed_report(),
    Tone.RISING: replace(STEADY, turning=replace(TURNING, mood=0.5, last=6, lasting=True)),
    Tone.GOOD: replace(STEADY, stretch=STRETCH),
    Tone.STEADY: STEADY,
}


def test_english() -> None:
    assert past_lines(fixed_past(), "en") == (
        "Thursday was lower than usual: −0.48, not +0.12 (by chance less than once a year)",
        (
            "6 days in a row above usual, 10 – 15 November: +0.31, usually +0.12 "
            "(no longer run in 23 weeks)"
        ),
        (
            "Next week: probably between +0.03 and +0.17 "
            "(tried on 24 earlier stretches of seven days, right on 20)"
        ),
    )


def test_korean() -> None:
    assert past_lines(fixed_past(), "ko") == (
        (
            "목요일은 평소보다 가라앉았어요: 평소 +0.12, 이번 −0.48"
            "(우연이라면 한 해에 한 번도 드문 일)"
        ),
        (
            "11월 10일부터 15일까지 6일 내리 평소보다 밝았어요: 평소 +0.12, 이 동안 +0.31"
            "(최근 23주 동안 가장 길어요)"
        ),
        (
            "다음 주는 +0.03 ~ +0.17 사이일 것 같아요"
            "(지난 기록을 7일씩 끊어 24번 시험해 보니 20번 맞았어요)"
        ),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_stand_among_the_numbers(language: str) -> None:
    assert set(past_lines(fixed_past(), language)) <= set(lines(fixed_past(), language))
    assert past_lines(fixed_report(), language) == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("first", range(7))
def test_every_sentence_has_a_number(first: int, language: str) -> None:
    words = past_wording(language)
    for last in range(first, 7):
        for mood in (-0.5, 0.5):
            for rare in (20, RAREST):
                turning = replace(
                    TURNING, first=first, last=last, mood=mood, once_in=rare, lasting=last == 6
                )
                said = words.turning(turning)
                assert re.search(r"[+−]0\.50", said), said
                assert (str(rare) in said) == (rare < RAREST), said


def test_since_and_from_to() -> None:
    words, korean = past_wording("en"), past_wording("ko")
    lasting = replace(TURNING, first=4, last=6, lasting=True, once_in=25)
    assert words.turning(lasting).startswith("Since Friday it has been lower than usual")
    assert words.turning(lasting).endswith("(by chance about once in 25 weeks)")
    assert korean.turning(lasting).startswith("금요일부터 평소보다 가라앉았어요")
    run = replace(TURNING, first=1, last=3, mood=0.6)
    assert words.turning(run).startswith("Tuesday to Thursday were brighter than usual")
    assert korean.turning(run).startswith("화요일부터 목요일까지 평소보다 밝았어요")


def test_stretches_over_the_end_of_a_month() -> None:
    over = replace(STRETCH, first=date(2026, 10, 29), last=date(2026, 11, 2), longest_in=2)
    english, korean = (past_wording(language).stretch(over) for language in ("en", "ko"))
    assert "29 October – 2 November" in english
    assert "10월 29일부터 11월 2일까지" in korean
    assert "weeks" not in english
    assert "최근" not in korean


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_look_ahead_says_how_often_it_was_right(language: str) -> None:
    said = past_wording(language).ahead(replace(AHEAD, low=-1.0, high=1.0, held=1.0))
    assert "−1.00" in said
    assert said.count("24") == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tone", Tone)
def test_the_closing_line_fits_the_week_and_never_repeats(tone: Tone, language: str) -> None:
    report = KINDS[tone]
    assert tone_of(report) is tone
    said = [closing(replace(report, week=WEEK.previous(-n)), language) for n in range(120)]
    assert all(said)
    assert all(one != after for one, after in pairwise(said))
    assert all(one != after for one, after in zip(said, said[2:], strict=False))
    assert all(line and line[-1] == "." and not re.search(r"\d", line) for line in said)


def test_a_day_that_stands_out_is_not_no_news() -> None:
    lower = replace(STEADY, turning=TURNING, stretch=STRETCH)
    assert tone_of(lower) is Tone.MIXED
    assert tone_of(replace(lower, turning=None)) is Tone.GOOD


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_of_week_share_no_line(language: str) -> None:
    kinds = [
        {closing(replace(report, week=WEEK.previous(n)), language) for n in range(20)}
        for report in KINDS.values()
    ]
    assert sum(map(len, kinds)) == len(set.union(*kinds))


def test_hidden_weeks_have_no_closing_line() -> None:
    hidden = WeeklyReport(1, WEEK, "UTC", 3, 2, 5, hidden=True, partial=False)
    assert closing(hidden, "en") is None


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(UnknownLanguage):
        closing(fixed_report(), "fr")
    with pytest.raises(UnknownLanguage):
        past_lines(fixed_report(), "fr")
