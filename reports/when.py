"""When the mood was what, as frozen values; ``reports.hours`` computes them."""

from __future__ import annotations

from dataclasses import dataclass

from reports.bootstrap import Estimate


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a weekday.

    Attributes:
        day: 0 is Monday.
        hour: 0 to 23, local.
        mood: Mean valence, shrunk, to two digits; ``None`` where too little was written, or too few
            people wrote it.
        size: 0 without a mood, else how much was written by ``hours.SIZES``: 1, 2 or 3.
    """

    day: int
    hour: int
    mood: float | None
    size: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring hours of one day.

    Attributes:
        day: 0 is Monday.
        first: The hour it begins with.
        end: The hour it ends before, up to 24.
        mood: Mean valence, every person counting once, with its interval; to two digits.
    """

    day: int
    first: int
    end: int
    mood: Estimate


@dataclass(frozen=True, slots=True)
class When:
    """The hours of a week.

    Attributes:
        hours: All 168, by day, then hour.
        brightest: The stretch that was highest, if it is clearly above the average of all; every
            stretch is tested at once.
        lowest: The same for the lowest.
    """

    hours: tuple[Hour, ...]
    brightest: Stretch | None
    lowest: Stretch | None

    @property
    def empty(self) -> bool:
        """Return whether no hour may be shown."""
        return all(hour.mood is None for hour in self.hours)
