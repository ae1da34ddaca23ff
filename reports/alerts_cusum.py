"""The sequential test: a cumulative sum that starts afresh whenever nothing speaks for a shift.

Page, E. S. (1954), Continuous inspection schemes, Biometrika 41; Hawkins, D. M. and Olwell, D. H.
(1998), Cumulative Sum Charts and Charting for Quality Improvement (winsorised scores, chapter 7);
Siegmund, D. (1985), Sequential Analysis (the approximation of the run length).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from reports.grouping import Floats, Integers

ALLOWANCE: Final = 0.5
"""Standard scores a bin that count as nothing: half of the shift that is found soonest."""

WINSOR: Final = 2.5
"""No bin counts more than this, so that one burst is no shift."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What speaks for a shift after the last bin, for one or more rows of scores.

    Attributes:
        value: float64[rows], the cumulative sum.
        began: int64[rows], the first bin of the stretch that speaks for it.
    """

    value: Floats
    began: Integers


def evidence(scores: Floats, allowance: float) -> Evidence:
    """Sum up the evidence for a rise; negate the scores for a fall.

    Args:
        scores: float64[rows, bins], standard scores; NaN for a bin that is not judged.
        allowance: Taken from each score.
    """
    value = np.zeros(len(scores))
    began = np.zeros(len(scores), np.int64)
    for index, column in enumerate(scores.T):
        judged = np.isfinite(column)
        step = np.where(judged, np.clip(column, -WINSOR, WINSOR) - allowance, 0.0)
        began = np.where(value > 0, began, index)
        value = np.maximum(value + step, 0.0)
    return Evidence(value, began)


def allowance_for(bins: int) -> float:
    """Return the allowance when the usual is known from so many bins only.

    A usual that is a little off adds to every score alike (Jones, Champ and Rigdon 2004, The run
    length distribution of the CUSUM with estimated parameters): its standard error is allowed too.
    """
    return ALLOWANCE + 1 / math.sqrt(bins)


def run_length(threshold: float, allowance: float = ALLOWANCE) -> float:
    """Return after how many quiet, independent, normal bins a two-sided test errs (Siegmund)."""
    reach = 2 * allowance * (threshold + 1.166)
    return (math.exp(reach) - reach - 1) / (4 * allowance**2)
