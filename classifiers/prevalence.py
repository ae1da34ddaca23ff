"""How common each class is in a collection, estimated in spite of the classifier's errors.

Counting verdicts is biased: a classifier that misses half of the anger reports half of it, and what
it takes for anger instead is added (Forman, "Quantifying Counts and Costs via Classification", Data
Mining and Knowledge Discovery 17, 2008). Quantification corrects this with the classifier's
behaviour on held-out labelled texts. Two methods:

- **PACC**, probabilistic adjusted classify and count: the mean posterior of a collection is a
  mixture of the mean posteriors of the true classes (Bella et al., "Quantification via Probability
  Estimators", ICDM 2010); solve for the weights. It needs sums only.
- **EMQ**, expectation maximisation (Saerens, Latinne and Decaestecker, "Adjusting the Outputs of a
  Classifier to New a Priori Probabilities", Neural Computation 14, 2002): the likeliest shares. It
  needs each text's posteriors, right under known shares; see ``classifiers.correction``.

Both assume that texts of one class look alike in both places (prior probability shift).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WORST_CONDITION: Final = 100.0
"""Condition number beyond which a posterior matrix is too close to singular to be inverted."""

FEWEST_EXAMPLES: Final = 10
"""Held-out texts that a class needs before its column means anything."""

ROUNDS: Final = 200
CONVERGED: Final = 1e-6

_LEAPS: Final = 60
_SMALLEST: Final = 1e-12
_TOGETHER: Final = 256
"""Collections that are estimated at once."""


@dataclass(frozen=True, slots=True, eq=False)
class PosteriorMatrix:
    """What a classifier says of texts whose class is known.

    Attributes:
        columns: float64[k, k]; column j is the mean posterior of held-out texts of class j, and
            sums to 1.
        counts: int64[k], how many held-out texts each class had.
    """

    columns: Floats
    counts: Integers

    @classmethod
    def fit(cls, posteriors: Floats, labels: Integers) -> Self:
        """Measure a matrix on held-out texts.

        Args:
            posteriors: float64[n, k], rows sum to 1.
            labels: int64[n], the true classes, 0 to k - 1.

        Raises:
            ValueError: The shapes do not fit together.
        """
        count, classes = posteriors.shape
        if labels.shape != (count,):
            msg = f"one label a text is needed: {count} texts, labels of shape {labels.shape}"
            raise ValueError(msg)
        member = np.eye(classes)[labels]
        counts = member.sum(axis=0)
        columns = posteriors.T @ member / np.maximum(counts, 1)
        return cls(columns, counts.astype(np.int64))

    @property
    def usable(self) -> bool:
        """Whether every class was seen often enough and can be told from the others."""
        enough = bool((self.counts >= FEWEST_EXAMPLES).all())
        return enough and float(np.linalg.cond(self.columns)) <= WORST_CONDITION


def counted(posteriors: Floats) -> Floats:
    """Return the shares of the most probable classes: classify and count.

    Args:
        posteriors: float64[n, k], n at least 1.
    """
    verdicts = np.bincount(posteriors.argmax(axis=1), minlength=posteriors.shape[1])
    return verdicts / len(posteriors)


def adjusted(mean_posterior: Floats, matrix: PosteriorMatrix) -> Floats:
    """Return PACC's shares; the mean posterior itself where the matrix is of no use.

    Args:
        mean_posterior: float64[..., k], each summing to 1; leading axes are independent
            collections, such as the replicates of a bootstrap.
        matrix: The classifier's behaviour on held-out texts.
    """
    if not matrix.usable:
        return mean_posterior
    return on_simplex(mean_posterior @ np.linalg.inv(matrix.columns).T)


def maximised(posteriors: Floats, trained_on: Floats) -> Floats:
    """Return EMQ's shares.

    Args:
        posteriors: float64[n, k], n at least 1.
        trained_on: float64[k], the shares under which the posteriors are right; all positive.
    """
    shares = trained_on.copy()
    for _ in range(ROUNDS):
        weighted = posteriors * (shares / trained_on)
        total = weighted.sum(axis=1, keepdims=True)
        following: Floats = (weighted / np.where(total > 0, total, 1.0)).mean(axis=0)
        if np.abs(following - shares).max() < CONVERGED:
            return following
        shares = following
    return shares


def likeliest(weights: Floats, posteriors: Floats, toward: Floats, lean: float) -> Floats:
    """Return EMQ's shares of several weighted collections of the same texts, such as replicates.

    With ``lean`` 0 it is ``maximised`` with even shares; above, the maximum a posteriori under a
    Dirichlet prior. Steps are stretched as in SQUAREM (Varadhan and Roland, "Simple and Globally
    Convergent Methods for Accelerating the Convergence of Any EM Algorithm", Scandinavian Journal
    of Statistics 35, 2008), which saves most of them.

    Args:
        weights: float64[r, n], how much each text counts in each collection; not all 0 in a row.
        posteriors: float64[n, k], right under even shares; a class that cannot occur is 0.
        toward: float64[k], the shares that are leant on; 0 for a class that cannot occur.
        lean: In [0, 1): how much they weigh beside the texts.

    Returns:
        float64[r, k], each row summing to 1.
    """
    parts = weights / weights.sum(axis=1, keepdims=True)

    def step(shares: Floats) -> Floats:
        moved = np.empty_like(shares)
        for start in range(0, len(shares), _TOGETHER):  # Keeps the working memory small.
            rows = slice(start, start + _TOGETHER)
            expected = np.maximum(shares[rows] @ posteriors.T, _SMALLEST)
            np.divide(parts[rows], expected, out=expected)
            moved[rows] = shares[rows] * (expected @ posteriors)
        leaning: Floats = (1 - lean) * moved / moved.sum(axis=1, keepdims=True) + lean * toward
        return leaning

    possible = (posteriors > 0).any(axis=0) | (toward > 0)
    shares = np.tile(possible / possible.sum(), (len(weights), 1))
    for _ in range(_LEAPS):
        first = step(shares)
        second = step(first)
        leapt = step(_stretched(shares, first, second))
        if np.abs(leapt - second).max() < CONVERGED * 10:
            return leapt
        shares = leapt
    return shares


def _stretched(start: Floats, first: Floats, second: Floats) -> Floats:
    """Return where two steps of EM lead when they go on as they began, inside the simplex."""
    change = first - start
    bend = second - first - change
    length, turn = (np.linalg.norm(each, axis=1, keepdims=True) for each in (change, bend))
    factor = np.maximum(np.where(turn > 0, length / np.maximum(turn, _SMALLEST), 1.0), 1.0)
    target = start + 2 * factor * change + factor**2 * bend
    # A share that became 0 could never grow again.
    inside = np.where(target > 0, target, second / 2)
    shares: Floats = inside / inside.sum(axis=1, keepdims=True)
    return shares


def on_simplex(points: Floats) -> Floats:
    """Return the nearest points whose parts are non-negative and sum to 1.

    Algorithm of Duchi et al., "Efficient Projections onto the l1-Ball", ICML 2008.

    Args:
        points: float64[..., k].
    """
    descending = np.sort(points, axis=-1)[..., ::-1]
    excess = np.cumsum(descending, axis=-1) - 1
    place = np.arange(1, points.shape[-1] + 1)
    kept = (descending - excess / place > 0).sum(axis=-1, keepdims=True)
    threshold = np.take_along_axis(excess, kept - 1, axis=-1) / kept
    nearest: Floats = np.maximum(points - threshold, 0.0)
    return nearest
