"""Recalibrated posteriors mean what they say, under even shares."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers.recalibration import recalibration
from tests.support.simulated import CLASSES, held_out, judged


def test_a_bias_and_too_much_certainty_are_undone() -> None:
    draw = np.random.default_rng(0)
    posteriors, labels = held_out(draw, 800)
    fit = recalibration(posteriors, labels, np.ones(len(labels)))
    assert fit.scale == pytest.approx(1 / 1.3, abs=0.05)
    assert fit.bias[8] - fit.bias[:8].mean() == pytest.approx(-0.5 / 1.3, abs=0.08)
    fresh = np.arange(CLASSES).repeat(800)
    before = judged(fresh, draw)
    after = fit.apply(before)
    assert np.abs(after.mean(axis=0) - 1 / CLASSES).max() < 0.01
    assert before.mean(axis=0)[8] > 1 / CLASSES + 0.01


def test_few_texts_change_little() -> None:
    posteriors, labels = held_out(np.random.default_rng(1), 1)
    fit = recalibration(posteriors, labels, np.ones(CLASSES))
    assert fit.apply(posteriors) == pytest.approx(posteriors, abs=0.15)


def test_weights_count_as_copies() -> None:
    posteriors, labels = held_out(np.random.default_rng(2), 20)
    weights = np.where(labels == 3, 2.0, 1.0)
    twice = np.concatenate([np.arange(len(labels)), np.flatnonzero(labels == 3)])
    one = recalibration(posteriors, labels, weights)
    other = recalibration(posteriors[twice], labels[twice], np.ones(len(twice)))
    assert one.bias == pytest.approx(other.bias, abs=1e-5)


def test_a_class_without_texts_cannot_occur() -> None:
    posteriors, labels = held_out(np.random.default_rng(3), 30)
    kept = labels != 2
    fit = recalibration(posteriors[kept], labels[kept], np.ones(int(kept.sum())))
    applied = fit.apply(posteriors)
    assert (applied[:, 2] == 0).all()
    assert applied.sum(axis=1) == pytest.approx(np.ones(len(posteriors)))


def test_certainty_of_nothing_and_absent_classes_are_taken() -> None:
    posteriors, labels = held_out(np.random.default_rng(4), 30)
    fit = recalibration(posteriors, labels, np.ones(len(labels)))
    odd = np.array([[1.0, *[0.0] * 8], [np.nan, 1.0, *[0.0] * 7]])
    assert np.isfinite(fit.apply(odd)).all()
    assert fit.apply(odd)[1, 0] < 0.01
