"""How far probabilities are from what happens: expected calibration error (ECE).

Bins of equal mass: the texts are sorted by probability and cut into fifteen parts of the same size
(give or take one), so that no bin is empty and a confident classifier is not judged by one bin
alone. The error is the mean gap between probability and frequency, weighted by size (Naeini et
al. 2015, "Obtaining well calibrated probabilities using Bayesian binning", with the equal-mass
bins of Nixon et al. 2019, "Measuring calibration in deep learning"). Texts of the same probability
share their frequency before the cut, so that the order of a file cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers.evaluation.scored import Flags, Scored, Scores

BINS: Final = 15
EQUAL_DIGITS: Final = 9
"""Decimals to which two probabilities count as the same."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A part of the texts, of similar probability.

    Attributes:
        probability: The mean of what was claimed, in [0, 1].
        frequency: The share of texts where it was true, in [0, 1].
        size: How many texts.
    """

    probability: float
    frequency: float
    size: int


def equal_mass_bins(probabilities: Scores, happened: Flags, bins: int = BINS) -> tuple[Bin, ...]:
    """Return bins in rising order of probability; both arrays have shape (n,).

    Fewer than ``bins`` are returned when there are fewer texts.
    """
    order = np.argsort(probabilities, kind="stable")
    parts = np.array_split(order, min(bins, len(order))) if len(order) else []
    shared = _shared_among_equals(probabilities, happened)
    return tuple(
        Bin(float(probabilities[part].mean()), float(shared[part].mean()), len(part))
        for part in parts
    )


def calibration_error(probabilities: Scores, happened: Flags, bins: int = BINS) -> float:
    """Return the ECE in [0, 1] of the claim that ``happened`` has those probabilities."""
    parts = equal_mass_bins(probabilities, happened, bins)
    gaps = sum(part.size * abs(part.probability - part.frequency) for part in parts)
    return gaps / max(1, sum(part.size for part in parts))


def top_label_bins(scored: Scored) -> tuple[Bin, ...]:
    """Return the bins of the verdicts' own probabilities; of every class when multi-label."""
    claimed, happened = _claims(scored)
    return equal_mass_bins(claimed, happened)


def top_label_error(scored: Scored) -> float | None:
    """Return the ECE of the verdicts, or ``None`` without probabilities.

    In a multi-label set there is no one verdict: every pair of text and class is a claim then.
    """
    return None if scored.scores is None else calibration_error(*_claims(scored))


def class_errors(scored: Scored) -> dict[str, float]:
    """Return the ECE of each class' probability by itself; empty without probabilities."""
    if scored.scores is None:
        return {}
    pairs = zip(scored.classes, scored.scores.T, scored.gold.T, strict=True)
    return {name: calibration_error(claimed, happened) for name, claimed, happened in pairs}


def _shared_among_equals(probabilities: Scores, happened: Flags) -> Scores:
    """Return for each text the frequency among all texts of its probability, shape (n,)."""
    _, group = np.unique(probabilities.round(EQUAL_DIGITS), return_inverse=True)
    frequency = np.bincount(group, weights=happened) / np.maximum(np.bincount(group), 1)
    return np.asarray(frequency[group])


def _claims(scored: Scored) -> tuple[Scores, Flags]:
    if scored.scores is None:
        return np.zeros(0), np.zeros(0, dtype=np.bool_)
    if scored.multi_label:
        return scored.scores.ravel(), scored.gold.ravel()
    # The verdict's own probability, which need not be the highest one.
    return (scored.scores * scored.predicted).max(axis=1), scored.correct
