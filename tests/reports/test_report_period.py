"""Weeks in a timezone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import InvalidPeriod, UnknownTimezone
from reports.period import Week, at_local, local_edges, zone_of

ZONES = (
    "UTC",
    "Asia/Seoul",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/St_Johns",
    "Pacific/Apia",
)
MOMENTS = st.datetimes(
    datetime(2005, 1, 3),  # noqa: DTZ001 - hypothesis wants naive bounds beside a timezone
    datetime(2035, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def hours(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(hours=1)


def test_key_and_back() -> None:
    week = Week(2026, 46)
    assert week.key == "2026-W46"
    assert Week.parse("2026-W46") == week
    assert (week.monday, week.sunday) == (date(2026, 11, 9), date(2026, 11, 15))


@pytest.mark.parametrize("key", ["2026-46", "2026-W", "2026-W00", "2027-W53", "x", "2026-W46 "])
def test_refuses_what_is_no_week(key: str) -> None:
    with pytest.raises(InvalidPeriod):
        Week.parse(key)


def test_the_year_53_weeks_long() -> None:
    assert Week(2027, 1).previous() == Week(2026, 53)
    assert Week(2026, 53).previous(-1) == Week(2027, 1)
    assert Week(2026, 46).previous(4) == Week(2026, 42)


def test_weeks_are_ordered_by_time() -> None:
    assert Week(2026, 53) < Week(2027, 1) < Week(2027, 2)


def test_the_same_moment_lies_in_different_weeks_around_the_world() -> None:
    moment = datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert Week.of(moment, ZoneInfo("Asia/Seoul")) == Week(2026, 47)
    assert Week.of(moment, ZoneInfo("America/New_York")) == Week(2026, 46)


def test_refuses_a_naive_moment() -> None:
    naive = datetime(2026, 11, 15)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="timezone-aware"):
        Week.of(naive, ZoneInfo("UTC"))


def test_bounds_in_seoul() -> None:
    start, end = Week(2026, 46).bounds(ZoneInfo("Asia/Seoul"))
    assert start == datetime(2026, 11, 8, 15, tzinfo=UTC)
    assert end == datetime(2026, 11, 15, 15, tzinfo=UTC)
    assert start.tzinfo is UTC


@pytest.mark.parametrize(
    ("week", "length", "sunday"), [(Week(2026, 10), 167, 23), (Week(2026, 44), 169, 25)]
)
def test_weeks_in_which_clocks_change(week: Week, length: int, sunday: int) -> None:
    zone = ZoneInfo("America/New_York")
    assert hours(*week.bounds(zone)) == length
    days = week.days(zone)
    assert [hours(*day) for day in days] == [24] * 6 + [sunday]
    assert (days[0][0], days[-1][1]) == week.bounds(zone)


def test_a_midnight_that_the_clocks_skip_is_the_instant_of_the_change() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # on 24 April 2026 clocks go from 00:00 to 01:00
    start = at_local(date(2026, 4, 24), 0, cairo)
    assert start == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert start.astimezone(cairo).hour == 1


def test_parts_of_days_touch() -> None:
    zone = ZoneInfo("America/New_York")
    edges = local_edges(date(2026, 3, 2), 7, 4, zone)
    assert len(edges) == 29
    gaps = [hours(a, b) for a, b in pairwise(edges)]
    assert gaps[:24] == [6.0] * 24
    assert gaps[24:] == [5.0, 6.0, 6.0, 6.0]


@given(MOMENTS, st.sampled_from(ZONES))
def test_every_moment_lies_in_its_week(moment: datetime, name: str) -> None:
    zone = zone_of(name)
    week = Week.of(moment, zone)
    start, end = week.bounds(zone)
    assert start <= moment < end
    assert week.previous().bounds(zone)[1] == start
    assert Week.parse(week.key) == week
    assert sum(first <= moment < last for first, last in week.days(zone)) == 1


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Asia", "a\0b"])
def test_refuses_what_is_no_timezone(name: str) -> None:
    with pytest.raises(UnknownTimezone, match="timezone"):
        zone_of(name)
