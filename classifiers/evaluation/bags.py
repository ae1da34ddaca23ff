"""Estimates of shares under shifted prevalence: the artificial prevalence protocol.

A week's channel has other shares of emotions than a test set. So bags of texts are drawn from the
set with shares chosen at random, uniform over all possible shares (a flat Dirichlet distribution;
Forman 2005, "Counting positives accurately despite inaccurate classification"; Moreo and
Sebastiani 2022 for several classes), and an estimate is compared with the shares that were drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.errors import EvaluationError
from classifiers.evaluation.scored import Scored, Scores

Estimator = Callable[[Scores], Scores]
"""From the probabilities of a bag, shape (size, k), to estimated shares, shape (k,)."""

BAGS: Final = 200
BAG_SIZE: Final = 100

COUNTED: Final = "classify_and_count"
AVERAGED: Final = "mean_probability"


@dataclass(frozen=True, slots=True, eq=False)
class Bag:
    """Texts drawn with chosen shares.

    Attributes:
        rows: Their row numbers, shape (size,); a text may be drawn twice.
        shares: What people's labels say of them, shape (k,).
    """

    rows: NDArray[np.intp]
    shares: Scores


def shifted_bags(
    scored: Scored, *, bags: int = BAGS, size: int = BAG_SIZE, seed: int = 0
) -> list[Bag]:
    """Draw bags whose shares are uniform over those of the classes that occur.

    Raises:
        EvaluationError: The set is multi-label, where shares do not sum to 1.
    """
    if scored.multi_label:
        msg = "shares of several labels a text do not sum to 1; bags need one label a text"
        raise EvaluationError(msg)
    rng = np.random.default_rng(seed)
    rows_of = [np.flatnonzero(column) for column in scored.gold.T]
    occurring = np.array([bool(len(rows)) for rows in rows_of])
    return [_drawn(rng, rows_of, occurring, size) for _ in range(bags)]


def prevalence_errors(
    scored: Scored, bags: list[Bag], estimators: Mapping[str, Estimator] | None = None
) -> dict[str, float]:
    """Return the mean absolute error of a share, in [0, 1], by the name of the estimate.

    Always measured are ``classify_and_count``, the shares of the verdicts, and
    ``mean_probability``.

    Args:
        scored: The judged set that the bags were drawn from.
        bags: At least one.
        estimators: Further estimates to measure.

    Raises:
        EvaluationError: There are no probabilities.
    """
    if scored.scores is None:
        msg = "there are no probabilities to estimate shares from"
        raise EvaluationError(msg)
    verdicts = scored.predicted.astype(np.float64)
    named: dict[str, tuple[Scores, Estimator]] = {
        COUNTED: (verdicts, _mean),
        AVERAGED: (scored.scores, _mean),
    }
    named |= {name: (scored.scores, each) for name, each in (estimators or {}).items()}
    return {name: _error(bags, source, each) for name, (source, each) in named.items()}


def _drawn(
    rng: np.random.Generator,
    rows_of: list[NDArray[Any]],
    occurring: NDArray[np.bool_],
    size: int,
) -> Bag:
    wanted = np.zeros(len(rows_of))
    wanted[occurring] = rng.dirichlet(np.ones(int(occurring.sum())))
    counts = rng.multinomial(size, wanted)
    pairs = zip(rows_of, counts, strict=True)
    rows = np.concatenate([rng.choice(rows, count) for rows, count in pairs if count])
    return Bag(rows, counts / size)


def _error(bags: list[Bag], source: Scores, estimate: Estimator) -> float:
    gaps = [np.abs(estimate(source[bag.rows]) - bag.shares).mean() for bag in bags]
    return float(np.mean(gaps))


def _mean(rows: Scores) -> Scores:
    return np.asarray(rows.mean(axis=0))
