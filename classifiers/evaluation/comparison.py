"""Is one classifier really better than another on the same texts?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.errors import EvaluationError, needed
from classifiers.evaluation.scored import Flags, Scored, Scores

RESAMPLES: Final = 1_000
CHUNK: Final = 50
"""Resamples drawn together; keeps the weights of a large test set at a few megabytes."""

COVERAGE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first classifier against the second; positive differences speak for the first.

    Attributes:
        accuracy_difference: In accuracy.
        macro_f1_difference: In macro-F1.
        low: Lower end of the 95 % interval of ``macro_f1_difference``, paired bootstrap.
        high: Its upper end.
        only_first: Texts that only the first judged right.
        only_second: Texts that only the second judged right.
        p_value: McNemar's exact test that both are right equally often.
    """

    accuracy_difference: float
    macro_f1_difference: float
    low: float
    high: float
    only_first: int
    only_second: int
    p_value: float


def compare(first: Scored, second: Scored, *, seed: int = 0) -> Comparison:
    """Compare two judgements of the same texts.

    McNemar 1947, exact binomial form; the bootstrap draws texts with replacement, the same for
    both classifiers (Efron and Tibshirani 1993, percentile interval, 1 000 resamples).

    Raises:
        EvaluationError: They judged different texts, or scipy is missing.
    """
    if first.gold.shape != second.gold.shape or not (first.gold == second.gold).all():
        msg = "two classifiers can be compared on the same texts and classes only"
        raise EvaluationError(msg)
    only_first = int((first.correct & ~second.correct).sum())
    only_second = int((second.correct & ~first.correct).sum())
    n = len(first.gold)
    resampled = _bootstrap(first, second, np.random.default_rng(seed))
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    everything = np.ones((1, n))
    difference = _macro_f1(everything, first) - _macro_f1(everything, second)
    return Comparison(
        (only_first - only_second) / n,
        float(difference[0]),
        float(low),
        float(high),
        only_first,
        only_second,
        mcnemar(only_first, only_second),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided exact p-value of the texts that just one classifier judged right.

    Raises:
        PackageMissing: scipy is not installed.
    """
    if only_first + only_second == 0:
        return 1.0
    stats = needed("scipy.stats")
    return float(stats.binomtest(only_first, only_first + only_second).pvalue)


def _bootstrap(first: Scored, second: Scored, rng: np.random.Generator) -> Scores:
    n = len(first.gold)
    differences = []
    for _ in range(RESAMPLES // CHUNK):
        drawn = rng.integers(0, n, (CHUNK, n))
        weights = np.array([np.bincount(row, minlength=n) for row in drawn], dtype=np.float64)
        differences.append(_macro_f1(weights, first) - _macro_f1(weights, second))
    return np.concatenate(differences)


def _macro_f1(weights: NDArray[np.float64], scored: Scored) -> Scores:
    """Return the macro-F1 for each row of weights of shape (resamples, n)."""
    hits = weights @ _numbers(scored.gold & scored.predicted)
    gold, predicted = weights @ _numbers(scored.gold), weights @ _numbers(scored.predicted)
    f1 = 2 * hits / np.maximum(gold + predicted, 1)
    occurring = gold > 0
    return np.asarray((f1 * occurring).sum(axis=1) / occurring.sum(axis=1))


def _numbers(flags: Flags) -> Scores:
    return flags.astype(np.float64)
