"""From a guild's past to a year in pixels."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from reports.daily import Day, Past
from reports.history import STEPS, Year
from reports.period import DAYS

FEWEST_WEEKS: Final = 4
"""So many weeks before the reported one are needed for a picture."""

NARROWEST: Final = 0.05
"""A step is at least so wide: the mood of single days must not be read off the picture."""

_TYPICAL: Final = 0.9
"""This part of all days lies within the steps; the others get the last one."""

_MONTH_DAYS: Final = 10
_MONTHS: Final = 3


def year_of(past: Past, *, partial: bool = False) -> Year | None:
    """Return a year in pixels; ``None`` for too short a past.

    Args:
        past: Up to the reported week.
        partial: True when that week is not over: days after the last message are still to come.
    """
    moods = [day.mood for day in past.days if day.mood is not None]
    if past.told < FEWEST_WEEKS or not moods:
        return None
    middle = float(np.median(moods))
    reach = float(np.quantile(np.abs(np.array(moods) - middle), _TYPICAL))
    width = max(math.ceil(reach / STEPS * 100) / 100, NARROWEST)
    steps = tuple(tuple(_step(day.mood, middle, width) for day in week.days) for week in past.weeks)
    hidden = frozenset(
        (row, day)
        for row, week in enumerate(past.weeks)
        for day, one in enumerate(week.days)
        if one.hidden
    )
    return Year(
        past.weeks[0].week.monday,
        steps,
        hidden,
        round(middle, 2),
        width,
        _best_month(past.days),
        past.sampled,
        _begun(past) if partial else DAYS,
    )


def _begun(past: Past) -> int:
    wrote = [day for day, one in enumerate(past.weeks[-1].days) if one.hidden or one.people]
    return max(wrote, default=0) + 1


def _step(mood: float | None, middle: float, width: float) -> int | None:
    return None if mood is None else max(-STEPS, min(STEPS, round((mood - middle) / width)))


def _best_month(days: Sequence[Day]) -> tuple[int, int] | None:
    """Return year and month of the brightest month."""
    moods: dict[tuple[int, int], list[float]] = defaultdict(list)
    for day in days:
        if day.mood is not None:
            moods[day.date.year, day.date.month].append(day.mood)
    means = {month: sum(of) / len(of) for month, of in moods.items() if len(of) >= _MONTH_DAYS}
    return max(means, key=means.__getitem__) if len(means) >= _MONTHS else None
