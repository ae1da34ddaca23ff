"""The correction of shares beside the weights: written by the trainer, read by the backend."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from classifiers.embedded.backend import SHIPPED, EmbeddedClassifier
from classifiers.embedded.posterior import correction_beside, correction_file, write_correction
from classifiers.emotion import EMOTIONS
from classifiers.prediction import Prediction
from classifiers.training.chat import ChatLine
from classifiers.training.embedded.posterior import helps, measured_correction, ship_correction
from tests.support.simulated import MODEL, judged


class Simulated:
    """Judges texts that end with the number of their class."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        labels = np.array([int(text.split()[-1]) for text in texts])
        rows = judged(labels, np.random.default_rng(len(texts)))
        return [Prediction(tuple(row), 0.0, "en", MODEL) for row in rows.tolist()]


def lines(each: int = 40) -> list[ChatLine]:
    return [
        ChatLine(f"{number} {place}", emotion, "en", "study/library")
        for place, emotion in enumerate(EMOTIONS)
        for number in range(each)
    ]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(bytes(range(256)))
    return path


def test_what_was_measured_is_read_beside_the_weights(weights: Path) -> None:
    assert correction_beside(weights, MODEL) is None
    assert ship_correction(Simulated(), lines(), weights)
    read = correction_beside(weights, MODEL)
    assert read is not None
    assert read.usable
    assert read.matrix.counts.tolist() == [40] * 9
    assert correction_file(weights).stat().st_size < 60_000


def test_the_same_lines_and_seed_give_the_same_bytes(weights: Path) -> None:
    files = []
    for seed in (1, 1, 2):
        ship_correction(Simulated(), lines(), weights, seed)
        files.append(correction_file(weights).read_bytes())
    assert files[0] == files[1] != files[2]


def test_other_weights_are_noticed(weights: Path, caplog: pytest.LogCaptureFixture) -> None:
    ship_correction(Simulated(), lines(), weights)
    weights.write_bytes(b"trained again")
    with caplog.at_level(logging.WARNING):
        assert correction_beside(weights, MODEL) is None
    assert "other weights" in caplog.text


def test_another_version_is_noticed(weights: Path, caplog: pytest.LogCaptureFixture) -> None:
    ship_correction(Simulated(), lines(), weights)
    with caplog.at_level(logging.WARNING):
        assert correction_beside(weights, "simulated@2") is None
    assert "simulated@1, not simulated@2" in caplog.text


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"format": 1}', b"null"])
def test_a_damaged_file_is_as_none(
    weights: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    correction_file(weights).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert correction_beside(weights, MODEL) is None
    assert "not corrected" in caplog.text


def test_too_few_lines_leave_none_and_remove_an_old_one(weights: Path) -> None:
    write_correction(measured_correction(Simulated(), lines()), weights)
    assert not ship_correction(Simulated(), lines(3), weights)
    assert not correction_file(weights).exists()
    assert not ship_correction(Simulated(), [], weights)
    with pytest.raises(ValueError, match="there are none"):
        measured_correction(Simulated(), [])


def test_the_shipped_correction_belongs_to_the_shipped_weights() -> None:
    if not correction_file(SHIPPED).exists():
        pytest.skip("the shipped weights were trained before there were corrections")
    correction = correction_beside(SHIPPED, EmbeddedClassifier().info.model)
    assert correction is not None
    assert correction.usable
    assert EmbeddedClassifier().info.correction is not None


class Stubborn(Simulated):
    """Says neutral, a little surer of what is neutral and of all else at random."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        draw = np.random.default_rng(len(texts))
        rows = draw.dirichlet(np.full(9, 0.3), len(texts)) * 0.2
        rows[:, 8] += 0.8
        return [Prediction(tuple(row), 0.0, "en", MODEL) for row in rows.tolist()]


def test_a_correction_that_does_not_help_is_not_shipped(weights: Path) -> None:
    assert helps(measured_correction(Simulated(), lines()))
    assert not ship_correction(Stubborn(), lines(), weights)
    assert not correction_file(weights).exists()
