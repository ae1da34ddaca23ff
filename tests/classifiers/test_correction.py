"""The correction of shares: what it is worth, and that it survives every journey."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from classifiers.classifier import ModelInfo, ThreadClassifier
from classifiers.correction import ShareCorrection
from classifiers.prediction import Prediction
from classifiers.prevalence import PosteriorMatrix, counted
from tests.support.simulated import CLASSES, MODEL, NEUTRAL_HEAVY, correction, held_out, judged

ONE = 1 / 400
"""A message more or less, where the interval of a share near 0 cannot be had by drawing again."""

EVEN = np.full(CLASSES, 1 / CLASSES)


@pytest.fixture(scope="module")
def measured() -> ShareCorrection:
    return correction(np.random.default_rng(7))


def bag(shares: np.ndarray, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    labels = draw.choice(CLASSES, size, p=shares)
    return judged(labels, draw), np.bincount(labels, minlength=CLASSES) / size


def shares_of(measured: ShareCorrection, posteriors: np.ndarray) -> np.ndarray:
    return measured.shares(np.ones((1, len(posteriors))), posteriors)[0]


@pytest.mark.parametrize("concentration", [EVEN * CLASSES, NEUTRAL_HEAVY * 20])
def test_the_error_is_at_least_forty_percent_below_counting(
    measured: ShareCorrection, concentration: np.ndarray
) -> None:
    """Measured over 200 bags: 55 to 65 % below."""
    gaps: list[tuple[float, float]] = []
    for seed in range(60):
        shares = np.random.default_rng(seed).dirichlet(concentration)
        posteriors, truth = bag(shares, 1000, 1000 + seed)
        gaps.append(
            (
                float(np.abs(shares_of(measured, posteriors) - truth).mean()),
                float(np.abs(counted(posteriors) - truth).mean()),
            )
        )
    estimated, naive = np.mean(gaps, axis=0)
    assert estimated < 0.6 * naive


def test_intervals_cover_what_people_wrote() -> None:
    """Bags of 400 texts; each round measures the classifier anew."""
    draw = np.random.default_rng(3)
    covered = []
    for seed in range(25):
        known = correction(draw)
        shares = draw.dirichlet(NEUTRAL_HEAVY * 20)
        posteriors, _ = bag(shares, 400, seed)
        weights = draw.multinomial(400, np.full(400, 1 / 400), 500).astype(float)
        doubts = known.doubts(shares_of(known, posteriors))
        drawn = known.shares(weights, posteriors) - np.repeat(doubts, 10, axis=0)
        low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
        covered.append((low - ONE <= shares) & (shares <= high + ONE))
    assert 0.92 <= np.mean(covered) <= 0.99


def test_without_the_error_of_the_classifier_intervals_would_be_too_narrow() -> None:
    """With many messages, not knowing the classifier is what is left of the error."""
    known = correction(np.random.default_rng(5))
    posteriors, _ = bag(NEUTRAL_HEAVY, 20_000, 5)
    doubts = known.doubts(shares_of(known, posteriors))
    assert np.std(doubts, axis=0).mean() > 0.003


TOPICS = np.arange(CLASSES * 75) % 15


def by_topic(unlike: float) -> ShareCorrection:
    """Measure on texts of 15 topics, in each of which other classes are mistaken for others."""
    draw = np.random.default_rng(11)
    labels = np.repeat(np.arange(CLASSES), 75)
    taste = np.exp(unlike * draw.normal(size=(15, CLASSES)))[TOPICS]
    posteriors = judged(labels, draw) * taste
    posteriors /= posteriors.sum(axis=1, keepdims=True)
    return ShareCorrection.measured(MODEL, posteriors, labels, groups=TOPICS)


def test_topics_that_are_unlike_make_a_community_uncertain() -> None:
    alike, unlike = (by_topic(size).doubts(NEUTRAL_HEAVY).std(axis=0).mean() for size in (0.0, 0.8))
    assert unlike > 1.5 * alike


def test_topics_alike_doubt_no_more_than_texts_by_themselves(measured: ShareCorrection) -> None:
    alike = by_topic(0.0).doubts(NEUTRAL_HEAVY).std(axis=0).mean()
    assert alike < 1.5 * measured.doubts(NEUTRAL_HEAVY).std(axis=0).mean()


def test_few_topics_say_nothing(measured: ShareCorrection) -> None:
    labels = np.repeat(np.arange(CLASSES), 75)
    posteriors = judged(labels, np.random.default_rng(1))
    few = ShareCorrection.measured(MODEL, posteriors, labels, groups=labels % 3)
    assert few.groups is None
    with pytest.raises(ValueError, match="one label a text"):
        ShareCorrection.measured(MODEL, posteriors, labels, groups=labels[:3])


def test_topics_are_kept_and_older_documents_have_none() -> None:
    known = by_topic(0.4)
    document = json.loads(json.dumps(known.to_document()))
    assert np.array_equal(
        ShareCorrection.from_document(document).doubts(NEUTRAL_HEAVY),
        known.doubts(NEUTRAL_HEAVY),
    )
    del document["groups"]
    assert ShareCorrection.from_document(document).groups is None


def test_it_crosses_to_a_worker_and_back(measured: ShareCorrection) -> None:
    there = pickle.loads(pickle.dumps(measured))
    posteriors, _ = bag(NEUTRAL_HEAVY, 50, 1)
    assert np.array_equal(shares_of(there, posteriors), shares_of(measured, posteriors))


async def test_a_classifier_hands_it_on(measured: ShareCorrection) -> None:
    class Mute:
        def predict(self, texts: object) -> list[Prediction]:
            return []

    info = replace(ModelInfo("simulated", "1", ("en",)), correction=measured)
    classifier = ThreadClassifier(info, Mute)
    await classifier.start()
    assert classifier.info.correction is measured
    await classifier.close()
    assert ModelInfo("other", "1", ("en",)).correction is None


def test_it_is_the_same_after_json(measured: ShareCorrection) -> None:
    text = json.dumps(measured.to_document(), allow_nan=False)
    assert len(text) < 60_000
    read = ShareCorrection.from_document(json.loads(text))
    assert (read.model, read.usable) == (MODEL, True)
    posteriors, _ = bag(NEUTRAL_HEAVY, 50, 1)
    assert np.array_equal(shares_of(measured, posteriors), shares_of(read, posteriors))


@pytest.mark.parametrize(
    "change",
    [
        {"groups": [0, 1]},
        {"groups": [-1] * 675},
        {"scales": None},
        {"scales": []},
        {"biases": [[0.0]]},
        {"columns": [[1.0]]},
        {"columns": "none"},
        {"posteriors": [[1.0]]},
        {"labels": []},
        {"labels": [9]},
        {"counts": [None]},
        {"model": None, "fits": 1, "scales": [], "biases": []},
    ],
)
def test_a_damaged_document_is_refused(
    measured: ShareCorrection, change: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        ShareCorrection.from_document(measured.to_document() | change)
    lacking = measured.to_document()
    del lacking["counts"]
    with pytest.raises(ValueError, match="lacks"):
        ShareCorrection.from_document(lacking)


def test_too_few_held_out_texts_or_classes_alike_make_it_unusable(
    measured: ShareCorrection,
) -> None:
    assert measured.usable
    few = ShareCorrection.measured(MODEL, *held_out(np.random.default_rng(0), 9))
    assert not few.usable
    blind = PosteriorMatrix(np.full((CLASSES, CLASSES), 1 / CLASSES), np.full(CLASSES, 500))
    assert not replace(measured, matrix=blind).usable
    with pytest.raises(ValueError, match="one label a text"):
        ShareCorrection.measured(MODEL, np.ones((3, CLASSES)) / CLASSES, np.array([0, 1]))
    unseen = np.full((3, CLASSES), np.nan)
    with pytest.raises(ValueError, match="no held-out text"):
        ShareCorrection.measured(MODEL, unseen, np.array([0, 1, 2]))


def test_classes_that_the_backend_cannot_see_have_no_share() -> None:
    posteriors, labels = held_out(np.random.default_rng(1))
    posteriors[:, [1, 6]] = np.nan
    posteriors /= np.nansum(posteriors, axis=1, keepdims=True)
    known = ShareCorrection.measured(MODEL, posteriors, labels)
    assert known.usable
    assert np.flatnonzero(~known.seen).tolist() == [1, 6]
    read = ShareCorrection.from_document(json.loads(json.dumps(known.to_document())))
    shares = shares_of(read, posteriors)
    assert (shares[[1, 6]] == 0).all()
    assert shares.sum() == pytest.approx(1)


def test_a_class_that_nobody_wrote_keeps_a_little() -> None:
    known = correction(np.random.default_rng(1))
    posteriors, _ = bag(np.eye(CLASSES)[3], 400, 2)
    shares = shares_of(known, posteriors)
    assert (shares > 0).all()
    assert shares[3] > 0.9
