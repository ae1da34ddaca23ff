"""Reports on months and on runs of days: which days they hold, and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from classifiers.emotion import EMOTIONS
from reports.bootstrap import Estimate
from reports.errors import InvalidPeriod
from reports.monthly import (
    DayRange,
    Month,
    StretchReport,
    compute_stretch,
    is_on_demand,
    on_demand_key,
    parse_period,
)
from reports.period import Week
from reports.report import EmotionShare
from reports.weekly import compute, summary
from reports.wording.stretches import (
    period_name,
    stretch_headline,
    stretch_lines,
    stretch_sentence,
)
from tests.reports.report_samples import (
    AFTER,
    SEOUL,
    SETTINGS,
    ListStore,
    by_sentiment,
    columns_of,
    community,
    local,
    record,
)

NOVEMBER = Month(2026, 11)
WEEK = DayRange(date(2026, 11, 9), date(2026, 11, 15))
LATER = datetime(2026, 12, 1, tzinfo=UTC)


# Periods


def test_a_month_holds_its_local_days() -> None:
    start, end = NOVEMBER.bounds(SEOUL)
    assert start == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert end == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert Month.of(start, SEOUL) == NOVEMBER
    assert Month.of(start - timedelta(seconds=1), SEOUL) == NOVEMBER.previous()
    assert Month(2026, 1).previous() == Month(2025, 12)
    assert Month(2026, 12).previous(-1) == Month(2027, 1)
    assert Month(2028, 2).last == date(2028, 2, 29)


def test_a_month_in_which_the_clocks_change_is_an_hour_longer() -> None:
    start, end = Month(2026, 10).bounds(ZoneInfo("Europe/Berlin"))
    assert end - start == timedelta(days=31, hours=1)


def test_the_last_seven_days_hold_today() -> None:
    days = DayRange.until(datetime(2026, 11, 20, 20, tzinfo=UTC), 7, SEOUL)
    assert (days.first, days.last) == (date(2026, 11, 15), date(2026, 11, 21))
    assert days.previous() == DayRange(date(2026, 11, 8), date(2026, 11, 14))


@pytest.mark.parametrize("key", ["2026-W46", "2026-M11", "2026-11-09--2026-11-15"])
def test_a_key_is_read_again(key: str) -> None:
    period = parse_period(key)
    assert period.key == key
    assert not is_on_demand(key)
    asked = on_demand_key(period, 2**63)
    assert parse_period(asked) == period
    assert is_on_demand(asked)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026-W54",
        "2026-M13",
        "2026-M1",
        "0000-M01",
        "2026-11-15--2026-11-09",
        "2026-02-30--2026-03-01",
        "2026-01-01--2026-12-31",
        "trouble-0000-1",
    ],
)
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(InvalidPeriod):
        parse_period(key)


# Figures


async def test_seven_days_say_what_a_week_says() -> None:
    store = ListStore(community())
    week = await compute(store, SETTINGS, Week(2026, 46), now=AFTER)
    days = await compute_stretch(store, SETTINGS, WEEK, now=AFTER)
    assert week.mood is not None
    assert days.mood is not None
    assert days.mood.value == pytest.approx(week.mood.value)
    assert days.change is not None
    assert not days.partial
    known = [share.share.value for share in days.shares if share.share is not None]
    assert sum(known) == pytest.approx(1)
    # Another seed draws other people; the interval is the same but for that.
    assert days.mood.low == pytest.approx(week.mood.low, abs=0.02)


async def test_a_month_says_what_its_messages_say() -> None:
    store = ListStore(community())
    month = await compute_stretch(store, SETTINGS, NOVEMBER, now=LATER)
    whole = await summary(store, SETTINGS, *NOVEMBER.bounds(SEOUL))
    assert month.mood is not None
    assert whole.mood is not None
    assert month.mood.value == pytest.approx(whole.mood.value)
    assert month.before is not None
    assert month.change is not None
    told = round(month.mood.value, 2) - round(month.before.value, 2)
    assert month.change.value == pytest.approx(told)
    assert month == await compute_stretch(store, SETTINGS, NOVEMBER, now=LATER)


async def test_a_month_is_not_compared_with_one_that_is_forgotten_in_part() -> None:
    settings = replace(SETTINGS, retention_days=45)
    month = await compute_stretch(ListStore(community()), settings, NOVEMBER, now=LATER)
    assert month.mood is not None
    assert (month.before, month.change) == (None, None)
    assert all(share.usual is None for share in month.shares)


async def test_fewer_than_five_people_are_hidden() -> None:
    few = [record(n, n % 4, local(n % 7, 12), -0.5) for n in range(40)]
    month = await compute_stretch(ListStore(columns_of(few)), SETTINGS, NOVEMBER, now=LATER)
    assert month.hidden
    assert (month.mood, month.before, month.change, month.shares) == (None, None, None, ())


async def test_a_month_before_with_few_people_is_not_compared_with() -> None:
    rows = [record(n, n % 6, local(n % 7, 12), 0.5) for n in range(60)]
    october = datetime(2026, 10, 5, 3, tzinfo=UTC)
    rows += [record(100 + n, n % 4, october, -0.9) for n in range(40)]
    month = await compute_stretch(ListStore(columns_of(rows)), SETTINGS, NOVEMBER, now=LATER)
    assert month.mood is not None
    assert month.before is None


async def test_a_month_that_is_not_over_and_one_that_comes_late() -> None:
    store = ListStore(community())
    assert (await compute_stretch(store, SETTINGS, NOVEMBER, now=AFTER)).partial
    late = await compute_stretch(
        store, SETTINGS, NOVEMBER, now=LATER, due=LATER - timedelta(hours=5)
    )
    assert late.late_by == timedelta(hours=5)


async def test_a_month_of_sentiments_has_no_emotions() -> None:
    columns = by_sentiment(community(), slice(None))
    month = await compute_stretch(ListStore(columns), SETTINGS, NOVEMBER, now=LATER)
    assert month.mood is not None
    assert all(share.share is None for share in month.shares)
    assert "single emotions" in stretch_lines(month, "en")[-1]


async def test_a_month_without_a_message() -> None:
    month = await compute_stretch(ListStore(None), SETTINGS, NOVEMBER, now=LATER)
    assert (month.messages, month.hidden) == (0, True)
    assert stretch_sentence(month, "en") == "No messages were measured in this time."


# Words


def month(**changes: object) -> StretchReport:
    shares = tuple(
        EmotionShare(emotion, Estimate(0.11, 0.08, 0.15), usual=0.1) for emotion in EMOTIONS
    )
    usual = StretchReport(
        guild_id=1,
        period=NOVEMBER,
        timezone="Asia/Seoul",
        messages=1200,
        people=30,
        minimum_group=5,
        hidden=False,
        partial=False,
        mood=Estimate(0.12, 0.05, 0.2),
        before=Estimate(0.01, -0.05, 0.07),
        change=Estimate(0.11, 0.02, 0.2),
        shares=shares,
    )
    return replace(usual, **changes)


CALM = Estimate(0.0, -0.1, 0.1)
DOWN = Estimate(-0.2, -0.3, -0.1)


@pytest.mark.parametrize(
    ("changes", "english", "korean"),
    [
        ({}, "A brighter month than the one before", "그 전보다 밝은 한 달이었어요"),
        (
            {"change": DOWN},
            "A more subdued month than the one before",
            "그 전보다 가라앉은 한 달이었어요",
        ),
        (
            {"change": CALM},
            "No clear change from the month before",
            "그 전과 뚜렷한 차이가 없는 한 달이었어요",
        ),
        ({"change": None, "before": None}, "The mood of November 2026", "2026년 11월의 기분이에요"),
        ({"hidden": True, "mood": None}, "A quiet month", "조용한 한 달이었어요"),
        (
            {"period": WEEK, "partial": True},
            "Brighter than before so far",
            "지금까지는 그 전보다 밝은 며칠이에요",
        ),
    ],
)
def test_headlines(changes: dict[str, object], english: str, korean: str) -> None:
    assert stretch_headline(month(**changes), "en") == english
    assert stretch_headline(month(**changes), "ko") == korean


def test_sentences_carry_their_numbers() -> None:
    assert stretch_sentence(month(), "en") == (
        "The mood index is +0.12, 0.11 above the month before (+0.01) "
        "(95% interval +0.02 to +0.20)."
    )
    assert stretch_sentence(month(), "ko") == (
        "기분 지수는 +0.12로, 앞선 기간(+0.01)보다 0.11 높아요(95% 구간 +0.02 ~ +0.20)."
    )
    assert "may be chance" in stretch_sentence(month(change=CALM), "en")
    assert "우연히 생길 수 있는" in stretch_sentence(month(change=CALM), "ko")
    assert "7 days before" in stretch_sentence(month(period=WEEK), "en")


def test_names_of_periods() -> None:
    new_year = DayRange(date(2026, 12, 30), date(2027, 1, 2))
    assert period_name(Week(2026, 46), "en") == "9 – 15 November"
    assert period_name(NOVEMBER, "en") == "November 2026"
    assert period_name(NOVEMBER, "ko") == "2026년 11월"
    assert period_name(new_year, "en") == "30 December 2026 – 2 January 2027"
    assert period_name(WEEK, "ko") == "11월 9일 – 11월 15일"
    assert period_name(DayRange(WEEK.first, WEEK.first), "en") == "9 November"
