"""Shares that are estimated come nearer to the truth than shares that are counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from classifiers.prevalence import (
    PosteriorMatrix,
    adjusted,
    counted,
    likeliest,
    maximised,
    on_simplex,
)

CLASSES = 4


def world(count: int, shares: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A classifier with calibrated posteriors under even shares, and texts with given shares."""
    draw = np.random.default_rng(seed)
    labels = draw.choice(CLASSES, count, p=shares)
    centres = np.eye(CLASSES) * 1.6
    centres[1, 0] = 1.1  # class 1 is often taken for class 0
    seen = centres[labels] + draw.normal(size=(count, CLASSES))
    scores = -((seen[:, None, :] - centres[None]) ** 2).sum(axis=2) / 2
    posteriors = np.exp(scores - scores.max(axis=1, keepdims=True))
    return posteriors / posteriors.sum(axis=1, keepdims=True), labels


EVEN = np.full(CLASSES, 1 / CLASSES)


@pytest.fixture(scope="module")
def matrix() -> PosteriorMatrix:
    return PosteriorMatrix.fit(*world(4000, EVEN, 1))


def test_a_matrix_holds_the_mean_posterior_of_each_class() -> None:
    posteriors = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    fitted = PosteriorMatrix.fit(posteriors, np.array([0, 0, 1]))
    assert fitted.columns == pytest.approx(np.array([[0.7, 0.1], [0.3, 0.9]]))
    assert fitted.counts.tolist() == [2, 1]
    assert not fitted.usable, "two texts of a class say nothing"


def test_labels_must_fit_the_texts() -> None:
    with pytest.raises(ValueError, match="one label a text"):
        PosteriorMatrix.fit(np.ones((3, 2)) / 2, np.array([0, 1]))


def test_estimates_beat_counting_under_shifted_shares(matrix: PosteriorMatrix) -> None:
    errors: dict[str, list[float]] = {"counted": [], "pacc": [], "emq": []}
    for seed in range(40):
        shares = np.random.default_rng(seed).dirichlet(np.ones(CLASSES))
        posteriors, labels = world(600, shares, 100 + seed)
        truth = np.bincount(labels, minlength=CLASSES) / 600
        for name, estimate in (
            ("counted", counted(posteriors)),
            ("pacc", adjusted(posteriors.mean(axis=0), matrix)),
            ("emq", maximised(posteriors, EVEN)),
        ):
            errors[name].append(float(np.abs(estimate - truth).mean()))
    means = {name: np.mean(values) for name, values in errors.items()}
    assert means["pacc"] < 0.6 * means["counted"]
    assert means["emq"] < 0.6 * means["counted"]


def test_many_collections_at_once_are_as_one_by_one(matrix: PosteriorMatrix) -> None:
    means = np.random.default_rng(3).dirichlet(np.ones(CLASSES), size=(5, 2))
    together = adjusted(means, matrix)
    assert together[4, 1] == pytest.approx(adjusted(means[4, 1], matrix))


def test_a_matrix_that_tells_nothing_apart_changes_nothing() -> None:
    blind = PosteriorMatrix(np.full((CLASSES, CLASSES), 0.25), np.full(CLASSES, 500))
    mean = np.array([0.4, 0.3, 0.2, 0.1])
    assert not blind.usable
    assert adjusted(mean, blind) == pytest.approx(mean)


def test_a_perfect_classifier_needs_no_correction() -> None:
    perfect = PosteriorMatrix(np.eye(CLASSES), np.full(CLASSES, 500))
    mean = np.array([0.4, 0.3, 0.2, 0.1])
    assert adjusted(mean, perfect) == pytest.approx(mean)
    assert maximised(np.eye(CLASSES), EVEN) == pytest.approx(EVEN)


def test_many_weighted_collections_are_as_one_by_one() -> None:
    posteriors, _ = world(300, np.array([0.6, 0.1, 0.2, 0.1]), 5)
    draw = np.random.default_rng(0)
    weights = draw.integers(0, 4, (6, 300)).astype(float)
    together = likeliest(weights, posteriors, EVEN, 0.0)
    for row, counts in zip(together, weights.astype(int), strict=True):
        copies = np.repeat(posteriors, counts, axis=0)
        # Plain EM stops early where the likelihood is flat; the leaps go on.
        plain = maximised(copies, EVEN)
        assert row == pytest.approx(plain, abs=5e-3)
        assert np.log(copies @ row).sum() >= np.log(copies @ plain).sum() - 1e-3


def test_leaning_keeps_every_share_above_nothing_and_at_one_in_all() -> None:
    sure = np.repeat(np.eye(CLASSES)[:1], 30, axis=0)
    weights = np.ones((1, 30))
    assert likeliest(weights, sure, EVEN, 0.0)[0] == pytest.approx([1, 0, 0, 0], abs=1e-6)
    assert likeliest(weights, sure, EVEN, 0.2)[0] == pytest.approx([0.85, 0.05, 0.05, 0.05])
    assert likeliest(weights, sure, EVEN, 0.999)[0] == pytest.approx(EVEN, abs=0.01)


@given(arrays(np.float64, (3, 5), elements=st.floats(-10, 10)))
def test_projections_lie_on_the_simplex_and_are_nearest(points: np.ndarray) -> None:
    projected = on_simplex(points)
    assert (projected >= 0).all()
    assert projected.sum(axis=-1) == pytest.approx(np.ones(3))
    rival = np.full(5, 0.2)
    gap = np.linalg.norm(points - projected, axis=-1)
    assert (gap <= np.linalg.norm(points - rival, axis=-1) + 1e-9).all()
    assert on_simplex(projected) == pytest.approx(projected)
