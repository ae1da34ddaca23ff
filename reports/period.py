"""Weeks in a timezone.

A week is the seven local days from Monday. In UTC it lasts 167, 168 or 169 hours: clocks change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reports.errors import InvalidPeriod, UnknownTimezone

DAYS: Final = 7
_KEY: Final = re.compile(r"(\d{4})-W(\d{2})")


def zone_of(name: str) -> ZoneInfo:
    """Return the timezone of an IANA name.

    Raises:
        UnknownTimezone: There is no such name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"{name!r} is no timezone; use a name such as Asia/Seoul"
        raise UnknownTimezone(msg) from error


def at_local(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return, in UTC, the first instant at which the clocks of ``zone`` show ``hour`` or later.

    A wall-clock time that the clocks skip resolves to the instant of the change, and one that they
    show twice to the first of the two (both follow from ``fold=0``).
    """
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def local_edges(first: date, days: int, parts: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the ``days * parts + 1`` UTC instants that cut local days into equal hours.

    Args:
        first: The first local day.
        days: How many days.
        parts: Pieces a day; a divisor of 24.
        zone: The timezone.
    """
    hours = range(0, 24, 24 // parts)
    inner = [at_local(first + timedelta(d), hour, zone) for d in range(days) for hour in hours]
    return (*inner, at_local(first + timedelta(days), 0, zone))


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO 8601 week.

    Attributes:
        year: The ISO year, which differs from the calendar year around New Year.
        week: 1 to 53.

    Raises:
        InvalidPeriod: The year has no such week.
    """

    year: int
    week: int

    def __post_init__(self) -> None:
        try:
            date.fromisocalendar(self.year, self.week, DAYS)
        except ValueError as error:
            msg = f"the year {self.year} has no week {self.week}"
            raise InvalidPeriod(msg) from error

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """Return the week that holds an aware moment, by the clocks of ``zone``.

        Raises:
            ValueError: The moment is naive.
        """
        if moment.tzinfo is None:
            msg = f"a timezone-aware datetime is needed, not the naive {moment.isoformat()}"
            raise ValueError(msg)
        return cls._holding(moment.astimezone(zone).date())

    @classmethod
    def parse(cls, key: str) -> Self:
        """Return the week of a key such as ``2026-W46``.

        Raises:
            InvalidPeriod: It is no such key, or the week does not exist.
        """
        match = _KEY.fullmatch(key)
        if match is None:
            msg = f"{key!r} is no week; write it like 2026-W46"
            raise InvalidPeriod(msg)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def _holding(cls, day: date) -> Self:
        year, week, _ = day.isocalendar()
        return cls(year, week)

    @property
    def key(self) -> str:
        """Return the key that claims and file names carry, such as ``2026-W46``."""
        return f"{self.year:04d}-W{self.week:02d}"

    @property
    def monday(self) -> date:
        """Return the first local day."""
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def sunday(self) -> date:
        """Return the last local day."""
        return date.fromisocalendar(self.year, self.week, DAYS)

    def previous(self, count: int = 1) -> Week:
        """Return the week that lies ``count`` weeks earlier (later when negative)."""
        return self._holding(self.monday - timedelta(weeks=count))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the half-open interval [start, end) in UTC."""
        return at_local(self.monday, 0, zone), at_local(self.monday + timedelta(DAYS), 0, zone)

    def days(self, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
        """Return the half-open UTC intervals of the seven local days; they touch."""
        edges = local_edges(self.monday, DAYS, 1, zone)
        return tuple(pairwise(edges))
