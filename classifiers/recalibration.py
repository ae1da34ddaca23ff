"""Posteriors that mean what they say: bias-corrected temperature scaling.

Estimating shares by EMQ needs posteriors that are right for every class, not on average only: a
class that is claimed too often keeps being claimed too often. One temperature and a bias a class,
fitted on held-out texts, suffice (Alexandari, Kundaje and Shrikumar, "Maximum Likelihood with
Bias-Corrected Calibration is Hard-To-Beat at Label Shift Adaptation", ICML 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers.prevalence import Floats, Integers

SPREAD: Final = 0.4
"""Standard deviation, before any text is seen, of the log-scale factors and biases: with some
hundred held-out texts this errs less than fitting freely."""

_STEPS: Final = 30
_HALVINGS: Final = 20
_LITTLE: Final = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Recalibration:
    """Multiplies the logarithms of posteriors and shifts them.

    Attributes:
        scale: The factor, the inverse of a temperature; 1 changes nothing.
        bias: float64[k], added to the logarithms; minus infinity for a class that cannot occur.
    """

    scale: float
    bias: Floats

    def apply(self, posteriors: Floats) -> Floats:
        """Return recalibrated posteriors.

        Args:
            posteriors: float64[n, k]; NaN, for a class that the backend cannot see, counts as 0.
        """
        return _softmax(self.scale * _logarithms(posteriors) + self.bias)


def recalibration(posteriors: Floats, labels: Integers, weights: Floats) -> Recalibration:
    """Fit on held-out texts: the likeliest factor and biases, near to changing nothing.

    Args:
        posteriors: float64[n, k], rows sum to 1; NaN counts as 0.
        labels: int64[n], the true classes.
        weights: float64[n], how much each text counts, summing to about n. With weights that make
            the classes even, the result is right under even shares. A class without weight
            cannot occur.
    """
    size = posteriors.shape[1]
    occurs = np.bincount(labels, weights, size) > 0
    floor = np.where(occurs, 0.0, -np.inf)
    known = _logarithms(posteriors)
    truth = np.eye(size)[labels]
    usual = np.concatenate([[1.0], np.zeros(size)])

    def loss(at: Floats) -> float:
        chances = _softmax(at[0] * known + at[1:] + floor)[np.arange(len(labels)), labels]
        missed = -(weights * np.log(np.maximum(chances, _LITTLE**2))).sum()
        return float(missed + ((at - usual) ** 2).sum() / SPREAD**2 / 2)

    point, worth = usual, loss(usual)
    for _ in range(_STEPS):
        believed = _softmax(point[0] * known + point[1:] + floor)
        slope, curve = _derivatives(known, believed, truth, weights)
        slope += (point - usual) / SPREAD**2
        curve += np.eye(size + 1) / SPREAD**2
        move = np.linalg.solve(curve, slope)
        # Newton's full step may overshoot, and even diverge, where posteriors are very sure.
        tried = ((point - move / 2**halving) for halving in range(_HALVINGS))
        better = next(((each, loss(each)) for each in tried if loss(each) < worth), None)
        if better is None:
            break
        (point, now), before = better, worth
        worth = now
        if before - now < _LITTLE * before:
            break
    return Recalibration(float(point[0]), point[1:] + floor)


def _derivatives(
    known: Floats, believed: Floats, truth: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Return gradient and Hessian of the log loss by (scale, biases)."""
    heavy = believed * weights[:, None]
    missed = heavy - truth * weights[:, None]
    slope = np.concatenate([[(missed * known).sum()], missed.sum(axis=0)])
    mean = (believed * known).sum(axis=1)
    inner = np.diag(heavy.sum(axis=0)) - heavy.T @ believed
    cross = (heavy * (known - mean[:, None])).sum(axis=0)
    corner = float((heavy * known**2).sum() - (weights * mean**2).sum())
    return slope, np.block([[np.array([[corner]]), cross[None]], [cross[:, None], inner]])


def _logarithms(posteriors: Floats) -> Floats:
    logarithms: Floats = np.log(np.maximum(np.nan_to_num(posteriors), _LITTLE))
    return logarithms


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances
