"""Past weeks with known truth: moods of days drawn at random, without messages behind them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from reports.daily import Day, Past, PastWeek
from reports.period import Week
from tests.reports.report_samples import WEEK

WEEKDAYS = np.array([0.05, 0.06, 0.08, 0.08, 0.1, 0.2, 0.18])


def past_of(
    moods: np.ndarray, *, shares: np.ndarray | None = None, people: int = 30, week: Week = WEEK
) -> Past:
    """Return weeks with given moods, float[weeks, 7]; NaN is a hidden day.

    Args:
        moods: The last row is the reported week.
        shares: float[weeks, 9]; unknown if not given.
        people: How many people write a day.
        week: The reported week.
    """
    count = len(moods)
    shares = np.full((count, 9), np.nan) if shares is None else shares
    weeks = []
    for row in range(count):
        one = week.previous(count - 1 - row)
        known = np.isfinite(moods[row])
        days = tuple(
            Day(one.monday + timedelta(day), float(mood), 0.3 / people**0.5, people)
            if np.isfinite(mood)
            else Day(one.monday + timedelta(day), hidden=True)
            for day, mood in enumerate(moods[row])
        )
        mood = float(np.nanmean(moods[row])) if known.any() else None
        told = tuple(shares[row].tolist())
        weeks.append(PastWeek(one, people * 2, people * 50, mood, told, False, days))
    return Past(tuple(weeks))


def quiet_moods(
    weeks: int, draw: np.random.Generator, *, noise: float = 0.06, memory: float = 0.0
) -> np.ndarray:
    """Return moods of days that only differ by weekday and chance, float[weeks, 7]."""
    steps = draw.normal(0, 1, weeks * 7)
    for day in range(1, len(steps)):
        steps[day] = memory * steps[day - 1] + (1 - memory**2) ** 0.5 * steps[day]
    return steps.reshape(weeks, 7) * noise + WEEKDAYS
