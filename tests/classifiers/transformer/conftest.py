"""Two tiny models, one for each kind of head, and their exports; made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from tests.classifiers.transformer.tiny_models import SENTIMENTS, WORDS, saved


@dataclass(frozen=True)
class Exported:
    """A folder that ``nunchi export`` wrote, and what the command said."""

    folder: Path
    output: str


@pytest.fixture(scope="session")
def sentiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint with labels that exclude each other."""
    return saved(tmp_path_factory.mktemp("checkpoints") / "sentiment", "bert", SENTIMENTS)


@pytest.fixture(scope="session")
def emotions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint with a probability for each label."""
    folder = tmp_path_factory.mktemp("checkpoints") / "emotions"
    return saved(folder, "electra", WORDS, problem_type="multi_label_classification")


@pytest.fixture(scope="session")
def exported(sentiment: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Return the export of ``sentiment``."""
    return _exported(sentiment, tmp_path_factory.mktemp("exported") / "sentiment-onnx")


@pytest.fixture(scope="session")
def exported_int8(emotions: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Return the export of ``emotions`` in 8-bit integers."""
    folder = tmp_path_factory.mktemp("exported") / "emotions-int8"
    return _exported(emotions, folder, "--quantise", "int8", "--languages", "ko,en")


def _exported(checkpoint: Path, out: Path, *options: str) -> Exported:
    arguments = ["export", "--model", str(checkpoint), "--out", str(out), *options]
    result = CliRunner().invoke(nunchi, arguments)
    assert result.exit_code == 0, result.output
    return Exported(out, result.output)
