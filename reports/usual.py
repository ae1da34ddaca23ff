"""In which range the share of each emotion usually lies.

The range is a prediction interval for one more week: the mean of the weeks before, plus and minus
a quantile of Student's t times their spread (Hahn and Meeker 1991, "Statistical Intervals"), on the
scale of arcsin(sqrt(share)), where the spread hardly depends on the share (Anscombe 1948,
Biometrika 35). The quantile is that of all emotions together (Bonferroni): in 19 of 20 weeks
without any change every one of them lies inside its range.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from classifiers.emotion import EMOTIONS
from reports.bootstrap import Floats
from reports.daily import Past
from reports.freedom import student_quantile
from reports.history import Usual, UsualRange

FEWEST_WEEKS: Final = 5
"""So many earlier weeks are needed; with fewer, the range would hold nearly everything."""

MOST_WEEKS: Final = 12
"""Older weeks say little of what is usual now."""

JOINT: Final = 0.95
"""In this part of weeks without any change all emotions lie inside."""

_LEAST_SPREAD: Final = 0.004
"""Of the transformed share: where all weeks are alike, a hair's breadth is not unusual."""


def usual_of(past: Past) -> Usual | None:
    """Return every emotion against its usual range; ``None`` for too short a past.

    Weeks count whose shares were estimated as those of the reported week: all of them corrected for
    the classifier's errors, or none.
    """
    now = past.weeks[-1]
    known = np.isfinite(now.shares)
    earlier = [
        week.shares
        for week in past.weeks[-1 - MOST_WEEKS : -1]
        if week.corrected == now.corrected and np.isfinite(week.shares)[known].all()
    ]
    if len(earlier) < FEWEST_WEEKS or not known.any():
        return None
    shares = np.array([*earlier, now.shares])
    places = np.flatnonzero(known)
    ranges = [_range(shares[:, place], int(place), len(places)) for place in places]
    return Usual(tuple(ranges), len(earlier), JOINT)


def _range(shares: Floats, place: int, together: int) -> UsualRange:
    """Return the range of one of so many emotions from its shares by week, the last one apart."""
    before = np.arcsin(np.sqrt(np.clip(shares[:-1], 0.0, 1.0)))
    count = len(before)
    spread = max(float(before.std(ddof=1)), _LEAST_SPREAD)
    quantile = student_quantile(1 - (1 - JOINT) / together / 2, count - 1)
    half = quantile * spread * math.sqrt(1 + 1 / count)
    middle = float(before.mean())
    low, high = max(middle - half, 0.0), min(middle + half, math.pi / 2)
    ends = (math.sin(angle) ** 2 for angle in (low, middle, high))
    return UsualRange(EMOTIONS[place], tuple(float(share) for share in shares), *ends)
