"""Heads that are turned towards even shares, where that reads held-out texts better."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifiers.embedded import EmbeddedPredictor
from classifiers.embedded.weights import load, save
from classifiers.heads import Head
from classifiers.training.embedded import levelling
from classifiers.training.embedded.sources import Lesson
from tests.support.tiny_embedded import train_tiny, write_set

SENTIMENTS = Head("tweeteval_sentiment", ("negative", "neutral", "positive"))


def uneven(gap: float) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return scores that lean to the common label by ``gap``, and what people said."""
    chance = np.random.default_rng(0)
    told = chance.choice(3, 900, p=[0.1, 0.6, 0.3])
    scores = chance.standard_normal((900, 3)).astype(np.float32)
    scores[np.arange(900), told] += 1.5
    scores[:, 1] += gap
    return scores, told


def test_a_head_that_leans_to_a_common_label_is_turned() -> None:
    biases = -np.log(np.array([0.1, 0.6, 0.3]))
    scores, told = uneven(2.0)
    power = levelling.best_power(scores, told, biases, SENTIMENTS, 0)
    assert power >= 0.5
    before = (scores.argmax(axis=1) == told)[told == 0].mean()
    assert ((scores + power * biases).argmax(axis=1) == told)[told == 0].mean() > before + 0.2


def test_a_head_that_does_not_lean_stays_as_it_is() -> None:
    biases = -np.log(np.array([0.1, 0.6, 0.3]))
    assert levelling.best_power(*uneven(0.0), biases, SENTIMENTS, 0) == 0


UNEVEN = [
    *[("thing", "neutral"), ("bad day", "neutral"), ("good day", "neutral")] * 10,
    *[("bad day", "negative"), ("good day", "positive")] * 6,
]
LESSON = Lesson(
    SENTIMENTS.name,
    SENTIMENTS,
    tuple(text for text, _ in UNEVEN),
    tuple((SENTIMENTS.labels.index(label),) for _, label in UNEVEN),
)


@pytest.fixture
def uneven_sets(tmp_path: Path) -> Path:
    folder = tmp_path / "sets"
    write_set(folder, SENTIMENTS.name, UNEVEN)
    write_set(folder, "goemotions", [("happy", "joy"), ("angry", "anger"), ("hm", "joy|anger")] * 9)
    return folder


def test_without_held_out_texts_nothing_is_turned(uneven_sets: Path, tmp_path: Path) -> None:
    weights = load(train_tiny(uneven_sets, tmp_path / "w.bin"))
    shape, arrays = weights.card.networks["english"], weights.arrays["english"]
    same, powers = levelling.levelled(shape, arrays, [LESSON], uneven_sets, 0)
    assert not powers
    np.testing.assert_array_equal(same.dense, arrays.dense)


def test_a_rare_label_is_found_once_held_out_texts_ask_for_it(
    uneven_sets: Path, tmp_path: Path
) -> None:
    before = EmbeddedPredictor(train_tiny(uneven_sets, tmp_path / "w.bin"))
    held_out = [("bad day", "negative"), ("good day", "positive"), ("thing", "neutral")] * 80
    write_set(uneven_sets, SENTIMENTS.name, held_out, part="dev")
    after = EmbeddedPredictor(train_tiny(uneven_sets, tmp_path / "t.bin"))
    texts = ["bad day", "good day", "thing"]
    old, new = (each.predict_head(SENTIMENTS.name, texts) for each in (before, after))
    assert old.argmax(axis=1).tolist() == [1, 1, 1]
    assert new.argmax(axis=1).tolist() == [0, 2, 1]


def test_turning_adds_to_the_biases_of_that_head_alone(uneven_sets: Path, tmp_path: Path) -> None:
    path = train_tiny(uneven_sets, tmp_path / "w.bin")
    weights = load(path)
    shape, arrays = weights.card.networks["english"], weights.arrays["english"]
    added = np.array([1.0, -2.0, 0.5])
    other = levelling.turned(shape, arrays, {SENTIMENTS: added})
    save(replace(weights, arrays={**weights.arrays, "english": other}), tmp_path / "t.bin")
    before, after = EmbeddedPredictor(path), EmbeddedPredictor(tmp_path / "t.bin")
    texts = ["thing", "bad day", "x"]
    old, new = (np.log(each.predict_head(SENTIMENTS.name, texts)) for each in (before, after))
    moved = new - old
    np.testing.assert_allclose(moved - moved[:, :1], np.tile(added - 1, (3, 1)), atol=2e-2)
    others = (each.predict_head("goemotions", texts) for each in (before, after))
    np.testing.assert_array_equal(*others)
