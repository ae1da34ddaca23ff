from __future__ import annotations

from datetime import date, datetime

import pytest

from reports.wording.calendar import (
    enumerated,
    full_day,
    full_moment,
    months,
    number,
    weekdays,
)

DAY = date(2026, 9, 7)


def test_days_begin_with_monday() -> None:
    assert weekdays("en")[0] == "Monday"
    assert weekdays("en", short=True)[6] == "Sun"
    assert weekdays("ko") == ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")
    assert "".join(weekdays("ko", short=True)) == "월화수목금토일"


def test_months_begin_with_january() -> None:
    assert months("en")[8] == "September"
    assert all(len(name) == 3 for name in months("en", short=True))
    assert months("ko")[10] == "11월"


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "7 September 2026", "Monday, 7 September 2026 18:05"),
        ("ko", "2026년 9월 7일", "2026년 9월 7일 월요일 18:05"),
    ],
)
def test_dates(language: str, day: str, moment: str) -> None:
    assert full_day(DAY, language) == day
    assert full_moment(datetime(2026, 9, 7, 18, 5), language) == moment  # noqa: DTZ001 - local


def test_numbers_and_enumerations() -> None:
    assert number(1_234_567, "en") == number(1_234_567, "ko") == "1,234,567"
    assert enumerated(["A", "B", "C"], "en") == "A, B and C"
    assert enumerated(["A", "B", "C"], "ko") == "A, B 및 C"
    assert enumerated(["A"], "ko") == "A"
    assert enumerated([], "en") == ""
