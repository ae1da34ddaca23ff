"""Names of days and months, dates and numbers, as each language writes them (by Babel's CLDR).

All of it holds whatever the locale of the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date, get_day_names, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal

_NAMES: Final = {"ko": "ko_KR", "en": "en"}
_ORDER: Final = {"ko": "ko_KR", "en": "en_001"}
"""International English puts the day before the month, whoever reads it."""


@cache
def weekdays(language: str, *, short: bool = False) -> tuple[str, ...]:
    """Return the names of the days from Monday: "Monday" or "Mon", "월요일" or "월"."""
    names = get_day_names(_width(short=short), "stand-alone", _NAMES[language])
    return tuple(names[day] for day in range(7))


@cache
def months(language: str, *, short: bool = False) -> tuple[str, ...]:
    """Return the names of the months from January: "November" or "Nov", "11월"."""
    names = get_month_names(_width(short=short), "stand-alone", _NAMES[language])
    return tuple(names[month] for month in range(1, 13))


def number(value: int, language: str) -> str:
    """Return a whole number with separators, such as "1,200"."""
    return format_decimal(value, locale=_ordered(language))


def full_day(day: date, language: str) -> str:
    """Return such as "23 November 2026" or "2026년 11월 23일"."""
    return format_date(day, "long", _ordered(language))


def full_moment(local: datetime, language: str) -> str:
    """Return such as "Monday, 23 November 2026 09:00" or "2026년 11월 23일 월요일 09:00"."""
    return f"{format_date(local, 'full', _ordered(language))} {local:%H:%M}"


def enumerated(parts: Sequence[str], language: str) -> str:
    """Return one enumeration, such as "A, B and C" or "A, B 및 C"."""
    return format_list(list(parts), locale=_ordered(language))


def _width(*, short: bool) -> Literal["abbreviated", "wide"]:
    return "abbreviated" if short else "wide"


@cache
def _ordered(language: str) -> Locale:
    return Locale.parse(_ORDER[language])
