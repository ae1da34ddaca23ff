"""The decision threshold of a model with two labels, and what it does to the valence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def full_rows(outputs: Array, *, binary: bool) -> Array:
    """Return a column a label: one output p of two labels becomes the columns 1 - p and p."""
    rows = np.asarray(outputs, np.float64)
    return np.hstack([1 - rows, rows]) if binary else rows


def shifted(rows: Array, threshold: float) -> Array:
    """Return rows whose second column is .5 where it was the threshold.

    Args:
        rows: Two columns that sum to 1.
        threshold: In (0, 1).

    The verdict of two labels falls at .5, where the valence of negative against positive is 0. To
    move the verdict is to stretch one side and to squeeze the other, each linearly:
    [0, threshold] becomes [0, .5] and [threshold, 1] becomes [.5, 1]. The order of texts stays;
    the result is a scale of decision and no longer a calibrated probability.
    """
    second = rows[:, 1]
    below = 0.5 * second / threshold
    above = 0.5 + 0.5 * (second - threshold) / (1 - threshold)
    moved = np.where(second < threshold, below, above)
    return np.stack([1 - moved, moved], axis=1)
