"""Runs of days that figures of months and ranges are made of, so that no two of them tell of a few.

Whoever subtracts the report of seven days from that of eight, or weeks from their month, learns of
the days in between. So every week is cut into runs of neighbouring days, always in the same way,
each with at least the minimum group of people in it; and a month or a range is made of the runs
that lie in it as a whole. Whatever is added and subtracted then, what is left is made of such runs
(protection by common building blocks, as against differencing of areas; Duke-Williams and Rees
1998, "Can Census Offices publish statistics for more than one small area geography?",
International Journal of Geographical Information Science 12). A week, too, is made of its runs.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from reports.gathered import Gathered
from reports.grouping import Cells, Integers
from reports.period import DAYS


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(day.weekday())


def blocks_of(cells: Cells, days: int, minimum_group: int, over: int) -> Integers:
    """Return the run of each day, int64[days], numbered by time; -1 belongs to none.

    Days on which somebody wrote are taken together from Monday on until enough people did. What is
    left at the end of a week goes with the run before it; in a week that is not over it goes with
    none, and so does a week with too few people. Days on which nobody wrote begin no run.

    Args:
        cells: Sums per person and day; bin 0 is a Monday.
        days: How many.
        minimum_group: At least so many people are in each run.
        over: So many days are over.
    """
    runs = np.full(days, -1, dtype=np.int64)
    count = 0
    for monday in range(0, days, DAYS):
        week = cells.where((cells.bin >= monday) & (cells.bin < monday + DAYS))
        first = monday
        some = False
        for after in range(monday + 1, min(monday + DAYS, days) + 1):
            people = _people(week, first, after)
            if people >= max(minimum_group, 1):
                runs[first:after] = count
                some, count = True, count + 1
            if not people or people >= max(minimum_group, 1):
                first = after
        if some and over >= monday + DAYS:
            runs[first : monday + DAYS] = count - 1
    return runs


def whole(gathered: Gathered, runs: Integers, start: int, length: int) -> Gathered:
    """Return what lies in the runs that ``length`` days from ``start`` hold as a whole.

    Args:
        gathered: Its bins are days.
        runs: int64[days], see ``blocks_of``.
        start: The first day, which becomes bin 0.
        length: How many days.
    """
    inside = np.zeros(len(runs), dtype=np.bool_)
    inside[start : start + length] = True
    cut = np.union1d(runs[~inside], [-1])
    days = np.flatnonzero(inside & ~np.isin(runs, cut))
    return gathered.only(days).between(start, length)


def _people(cells: Cells, first: int, after: int) -> int:
    return cells.where((cells.bin >= first) & (cells.bin < after)).people
