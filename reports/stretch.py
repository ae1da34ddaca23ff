"""The longest good stretch: days in a row on which the mood was better than usual.

A *good day* is one whose mood lies above the usual mood of its weekday, which is the median over
the weeks before the reported one (at least 4, at most 12). A stretch is a run of good days without
a gap; a hidden day, or one on which nobody wrote, ends it. The longest one that has a day in the
reported week is told, from ``FEWEST_DAYS`` days on. Were every day good or not by the toss of a
coin, about one week in four would hold a stretch of that length: it is a description, not a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np

from reports.daily import Day, Past
from reports.history import Stretch
from reports.period import DAYS
from reports.turning import FEWEST_WEEKS, recent_days

FEWEST_DAYS: Final = 4
"""Shorter stretches are not worth telling."""


def stretch_of(past: Past) -> Stretch | None:
    """Return the longest good stretch of the reported week; ``None`` where there is none.

    Args:
        past: At least four weeks with a mood before the reported one, else nothing is said.
    """
    moods, _ = recent_days(past)
    if len(moods) - 1 < FEWEST_WEEKS:
        return None
    before = moods[:-1]
    usual = [
        float(np.median(column[np.isfinite(column)])) if np.isfinite(column).any() else np.inf
        for column in before.T
    ]
    runs = _runs(past.days, usual)
    monday = past.weeks[-1].week.monday
    here = [run for run in runs if run[-1].date >= monday]
    best = max(here, key=len, default=[])
    if len(best) < FEWEST_DAYS:
        return None
    longer = [run[-1].date for run in runs if len(run) > len(best)]
    weeks = (monday - max(longer)).days // DAYS + 1 if longer else len(past.weeks)
    return Stretch(
        best[0].date,
        best[-1].date,
        len(best),
        float(np.mean([day.mood for day in best if day.mood is not None])),
        float(np.mean([usual[day.date.weekday()] for day in best])),
        weeks,
    )


def _runs(days: Sequence[Day], usual: Sequence[float]) -> list[list[Day]]:
    """Return the runs of good days, oldest first."""

    def good(day: Day) -> bool:
        return day.mood is not None and day.mood > usual[day.date.weekday()]

    return [list(run) for is_good, run in groupby(days, good) if is_good]
