"""A tiny embedded model, trained once for all modules that read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.embedded import EmbeddedPredictor
from tests.support.tiny_embedded import train_tiny, write_sets


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a model that knows a few words of each emotion."""
    folder = tmp_path_factory.mktemp("tiny")
    return train_tiny(write_sets(folder / "data"), folder / "weights.bin")


@pytest.fixture(scope="session")
def tiny(tiny_weights: Path) -> EmbeddedPredictor:
    """Return a predictor of that model."""
    return EmbeddedPredictor(tiny_weights)
