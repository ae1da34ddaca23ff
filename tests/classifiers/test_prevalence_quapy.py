"""Our estimates against those of QuaPy (Moreo, Esuli and Sebastiani 2021), to the digit."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from classifiers.prevalence import PosteriorMatrix, adjusted, counted, likeliest, maximised
from tests.support.simulated import CLASSES, NEUTRAL_HEAVY, held_out, judged

aggregative = pytest.importorskip("quapy.method.aggregative")

EVEN = np.full(CLASSES, 1 / CLASSES)


class Known(BaseEstimator):
    """Stands for a classifier whose posteriors are given."""

    def __init__(self) -> None:
        self.classes_ = np.arange(CLASSES)

    def fit(self, _texts: object, _labels: object) -> Known:
        return self

    def predict_proba(self, posteriors: np.ndarray) -> np.ndarray:
        return posteriors


def bags() -> list[np.ndarray]:
    draw = np.random.default_rng(6)
    flat = [draw.dirichlet(EVEN * CLASSES) for _ in range(6)]
    return [
        judged(draw.choice(CLASSES, size, p=shares), draw)
        for shares in (*flat, NEUTRAL_HEAVY, EVEN)
        for size in (60, 500)
    ]


def test_adjusted_is_pacc() -> None:
    posteriors, labels = held_out(np.random.default_rng(2), 200)
    theirs = aggregative.PACC(
        Known(), fit_classifier=False, val_split=None, solver="exact-raise", norm="mapsimplex"
    )
    theirs.aggregation_fit(posteriors, labels)
    matrix = PosteriorMatrix.fit(posteriors, labels)
    for bag in bags():
        ours = adjusted(bag.mean(axis=0), matrix)
        assert ours == pytest.approx(theirs.aggregate(bag), abs=1e-9)


@pytest.mark.parametrize("prior", [EVEN, NEUTRAL_HEAVY])
def test_maximised_is_emq(prior: np.ndarray) -> None:
    for bag in bags():
        theirs, _ = aggregative.EMQ.EM(prior, bag, epsilon=1e-6)
        assert maximised(bag, prior) == pytest.approx(theirs, abs=2e-3)


def test_likeliest_is_emq_in_fewer_steps() -> None:
    for bag in bags():
        theirs, _ = aggregative.EMQ.EM(EVEN, bag, epsilon=1e-6)
        ours = likeliest(np.ones((1, len(bag))), bag, EVEN, 0.0)[0]
        assert ours == pytest.approx(theirs, abs=2e-3)


def test_counted_is_classify_and_count() -> None:
    theirs = aggregative.CC(Known(), fit_classifier=False)
    for bag in bags():
        theirs.aggregation_fit(None, None)
        assert counted(bag) == pytest.approx(theirs.aggregate(bag.argmax(axis=1)))
