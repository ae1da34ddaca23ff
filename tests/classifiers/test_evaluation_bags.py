"""Bags with shifted shares, and the error of estimating them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifiers.evaluation import EvaluationError, Scored
from classifiers.evaluation.bags import prevalence_errors, shifted_bags
from classifiers.evaluation.scored import Scores, one_hot

CLASSES = ("anger", "joy", "neutral", "hurt")
SKILL = 0.6


def judged(n: int = 3_000) -> Scored:
    """Three of four classes occur; verdicts are right with a probability of SKILL."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, n)
    verdict = np.where(rng.random(n) < SKILL, truth, (truth + rng.integers(1, 3, n)) % 3)
    scores = np.full((n, 4), (1 - SKILL) / 2)
    scores[:, 3] = 0
    scores[np.arange(n), verdict] = SKILL
    return Scored(CLASSES, one_hot(truth, 4), one_hot(verdict, 4), scores, ("en",) * n, False, 1.0)


def corrected(scores: Scores) -> Scores:
    """Undo the known confusion: the adjusted count of this classifier."""
    counted = (scores[:, :3] == SKILL).mean(axis=0)
    wrong = (1 - SKILL) / 2
    shares = np.clip((counted - wrong) / (SKILL - wrong), 0, 1)
    return np.append(shares / shares.sum(), 0)


def test_a_bag_has_the_shares_that_it_says() -> None:
    scored = judged()
    bags = shifted_bags(scored, bags=50, size=80)
    assert len(bags) == 50
    for bag in bags:
        assert bag.rows.shape == (80,)
        np.testing.assert_allclose(scored.gold[bag.rows].mean(axis=0), bag.shares)
    shares = np.array([bag.shares for bag in bags])
    assert (shares[:, 3] == 0).all()
    # Uniform over the simplex of three: a third on average, but far apart.
    np.testing.assert_allclose(shares[:, :3].mean(axis=0), 1 / 3, atol=0.12)
    assert shares[:, :3].std() > 0.15


def test_the_same_seed_draws_the_same_bags() -> None:
    one, other, third = (shifted_bags(judged(), bags=3, seed=seed) for seed in (1, 1, 2))
    assert [bag.rows.tolist() for bag in one] == [bag.rows.tolist() for bag in other]
    assert [bag.rows.tolist() for bag in one] != [bag.rows.tolist() for bag in third]


def test_counting_verdicts_errs_more_than_a_corrected_count() -> None:
    scored = judged()
    errors = prevalence_errors(scored, shifted_bags(scored, size=400), {"corrected": corrected})
    assert list(errors) == ["classify_and_count", "mean_probability", "corrected"]
    assert errors["corrected"] < 0.6 * errors["classify_and_count"]
    assert errors["mean_probability"] > errors["classify_and_count"]


def test_bags_need_one_label_a_text_and_probabilities() -> None:
    scored = judged(50)
    with pytest.raises(EvaluationError, match="one label a text"):
        shifted_bags(replace(scored, multi_label=True))
    with pytest.raises(EvaluationError, match="no probabilities"):
        prevalence_errors(replace(scored, scores=None), shifted_bags(scored, bags=1))
