"""The shares of emotions in a period, estimated in spite of the classifier's errors.

Messages of the present model are corrected by EMQ (``classifiers.correction``): each counts with
the weight that it has in its person-day. Messages of other models, and all of them when there are
too few or the correction is of no use, count with their mean posterior. An interval's replicate
draws people again, takes the correction that another draw of the held-out texts would have given,
and is off by as much as one bunch of topics is unlike another: it includes all three errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers.correction import FEWEST_MESSAGES, PRIOR_MESSAGES, ShareCorrection
from reports.bootstrap import divided
from reports.gathered import Gathered
from reports.grouping import CLASSES, Floats, Integers
from reports.tallies import kinds_of

_LITTLE: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """The corrected messages of a period, by row (a person, or a point) and kind.

    Attributes:
        weights: float64[rows, kinds that occur].
        posteriors: float64[kinds that occur, 9].
        messages: How many messages they are.
        effective: Kish's effective number of messages, given their weights.
    """

    weights: Floats
    posteriors: Floats
    messages: float
    effective: float

    @classmethod
    def of(cls, gathered: Gathered, rows: Integers, count: int) -> Histogram:
        """Count what was gathered.

        Args:
            gathered: One period; every cell counts once.
            rows: int64[tallies], the row of each tally.
            count: How many rows there are.
        """
        tallies, weight = gathered.tallies, gathered.weights()
        kinds, place = np.unique(tallies.kind, return_inverse=True)
        flat = np.bincount(rows * len(kinds) + place, weight, count * len(kinds))
        return cls(
            flat.reshape(count, len(kinds)).astype(np.float64),
            tallies.posteriors(kinds),
            float(tallies.messages.sum()),
            _effective(weight, tallies.messages),
        )

    @property
    def enough(self) -> bool:
        """Whether there are none, or enough messages to correct."""
        return not self.messages or self.messages >= FEWEST_MESSAGES


def blended(
    probability: Floats, known: Floats, weight: Floats, estimated: Floats, seen: Floats
) -> Floats:
    """Return shares from messages that are not corrected and from those that are.

    Args:
        probability: float64[..., 9], sums of mean posteriors of the former.
        known: float64[..., 9], their weights, by class.
        weight: float64[...], the weight of the latter.
        estimated: float64[..., 9], their estimated shares; anything where ``weight`` is 0.
        seen: float64[9], 1 for the classes that their model sees, else 0.

    Returns:
        float64[..., 9], summing to 1 over the classes that are known; NaN for the others.
    """
    theirs = np.where(weight[..., None] > 0, estimated, 0.0) * weight[..., None]
    return composition(divided(probability + theirs, known + weight[..., None] * seen))


def composition(shares: Floats) -> Floats:
    """Scale shares [..., 9] to sum to 1 over the classes that are known.

    They do so by themselves while one model classifies; two models that know different classes in
    one week make the classes' bases differ.
    """
    total = np.nansum(shares, axis=-1, keepdims=True)
    scaled: Floats = shares / np.where(total > 0, total, np.nan)
    return scaled


def estimated(
    correction: ShareCorrection,
    histogram: Histogram,
    weights: Floats,
    *,
    corrected: bool = True,
) -> Floats:
    """Return the shares of several collections of one histogram's kinds.

    Args:
        correction: Of the model.
        histogram: What the kinds are, and how much they say.
        weights: float64[r, kinds].
        corrected: False for mean posteriors.

    Returns:
        float64[r, 9]; 0 in a row without weight.
    """
    shares = np.zeros((len(weights), CLASSES))
    some = weights.sum(axis=1) > 0
    if not some.any():
        return shares
    if corrected:
        lean = PRIOR_MESSAGES / (PRIOR_MESSAGES + histogram.effective)
        shares[some] = correction.shares(
            weights if some.all() else weights[some], histogram.posteriors, lean=lean
        )
    else:
        shares[some] = composition(weights[some] @ histogram.posteriors)
    return shares


def unbiased(
    correction: ShareCorrection, histogram: Histogram, *, corrected: bool = True
) -> Floats:
    """Return the shares of a histogram without what sorting into kinds adds; float64[1, 9]."""
    weights = histogram.weights.sum(axis=0, keepdims=True)
    shares = estimated(correction, histogram, weights, corrected=corrected)
    if not corrected or not shares.any():
        return shares
    settled: Floats = np.maximum(shares - sorting_error(correction, shares[0]), 0.0)
    return settled


def sorting_error(correction: ShareCorrection, shares: Floats) -> Floats:
    """Return how much sorting messages into kinds changes shares, float64[9].

    A kind's mean posterior is drawn to the classes that are common in the community. How far is
    seen in the held-out texts, given the same shares: once sorted, and once each by itself.

    Args:
        correction: Of the model.
        shares: float64[9], as estimated.
    """
    kinds, place = np.unique(kinds_of(correction.posteriors), return_inverse=True)
    counts = np.bincount(correction.labels, minlength=CLASSES)
    weights = (shares / np.maximum(counts, 1))[correction.labels]
    total = np.bincount(place, weights, len(kinds)).astype(np.float64)
    sums = [np.bincount(place, weights * column, len(kinds)) for column in correction.posteriors.T]
    means = np.stack(sums, axis=1) / np.maximum(total, _LITTLE)[:, None]
    by_kind = correction.shares(total[None], means, lean=0.0)[0]
    error: Floats = by_kind - correction.shares(weights[None], correction.posteriors, lean=0.0)[0]
    return error


def replicated(
    correction: ShareCorrection, histogram: Histogram, weights: Floats, *, corrected: bool
) -> Floats:
    """Return the shares of each replicate, all fits taking part equally; float64[r, 9].

    Replicate i always takes the same fit, so that the error of the classifier cancels from
    differences of two periods as far as it is the same in both.
    """
    if not corrected:
        return estimated(correction, histogram, weights, corrected=False)
    point = estimated(correction, histogram, histogram.weights.sum(axis=0, keepdims=True))[0]
    doubts = correction.doubts(point) + sorting_error(correction, point)
    drawn = estimated(correction, histogram, weights)
    # Replicate i always has the same doubt.
    off = doubts[np.arange(len(drawn)) * len(doubts) // len(drawn)]
    return np.maximum(drawn - off, 0.0)


def leaning(
    correction: ShareCorrection, histogram: Histogram, toward: Floats, *, corrected: bool
) -> Floats:
    """Return the shares of each row, leaning on those of the whole; float64[rows, 9].

    A point of the curve may hold few messages: the shares of the week weigh as much there as
    ``FEWEST_MESSAGES`` more of them (empirical Bayes).

    Args:
        correction: Of the model.
        histogram: The rows.
        toward: float64[9], the shares of the whole; NaN counts as 0.
        corrected: False for mean posteriors, which do not lean.
    """
    if not corrected:
        return estimated(correction, histogram, histogram.weights, corrected=False)
    whole = np.where(correction.seen, np.nan_to_num(toward), 0.0)
    whole = whole / whole.sum() if whole.sum() > 0 else correction.seen / correction.seen.sum()
    total = max(histogram.weights.sum(), 1e-9)
    shares = np.zeros((len(histogram.weights), CLASSES))
    for row, weights in enumerate(histogram.weights):
        if weights.sum() > 0:
            messages = histogram.effective * weights.sum() / total
            lean = FEWEST_MESSAGES / (FEWEST_MESSAGES + messages)
            shares[row] = correction.shares(
                weights[None], histogram.posteriors, toward=whole, lean=lean
            )[0]
    return shares


def _effective(weights: Floats, messages: Floats) -> float:
    """Return (sum w)^2 / sum w^2 over messages, which share the weight of their tally."""
    squares = float((weights**2 / messages).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0
