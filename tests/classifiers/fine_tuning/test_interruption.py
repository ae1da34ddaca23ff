"""A training that is interrupted, by whatever, ends with the same weights as one that is not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from classifiers.training.transformer import FineTuning, FineTuningError, Strategy, TrainingStopped
from classifiers.training.transformer.recipe import Outcome, fine_tune
from tests.classifiers.fine_tuning.conftest import QUICK, Recorder, Toys

SETTINGS = replace(QUICK, epochs=2, patience=0)
EPOCH = 8
"""Steps of an epoch of the toys: 120 texts in batches of 16."""


@pytest.fixture(scope="session")
def whole(toys: Toys, tmp_path_factory: pytest.TempPathFactory) -> Callable[[FineTuning], Path]:
    """Train without a break, once for the same settings."""
    done: dict[FineTuning, Path] = {}

    def trained(settings: FineTuning) -> Path:
        if settings not in done:
            folder = tmp_path_factory.mktemp("whole") / "out"
            done[settings] = fine_tune(toys.task(folder), settings, Recorder()).folder
        return done[settings]

    return trained


def assert_same(folder: Path, expected: Path) -> None:
    found, wanted = (load_file(each / "model.safetensors") for each in (folder, expected))
    assert found.keys() == wanted.keys()
    assert max(float((found[key] - wanted[key]).abs().max()) for key in wanted) < 1e-6


@pytest.mark.parametrize(
    ("strategy", "stops"),
    [
        (Strategy.ALL, [3, 2 * EPOCH + 1]),  # within the head's epoch, within the next stage
        (Strategy.ALL, [EPOCH, 2 * EPOCH]),  # at the end of an epoch, at the end of a stage
        (Strategy.TOP, [3 * EPOCH]),
        (Strategy.DORA, [1, EPOCH + 2, 3 * EPOCH + 5]),
    ],
)
def test_stopping_and_resuming_changes_nothing(
    strategy: Strategy,
    stops: Sequence[int],
    train: Callable[..., Outcome],
    whole: Callable[[FineTuning], Path],
) -> None:
    settings = replace(SETTINGS, strategy=strategy)
    for number, stop in enumerate(stops):
        # Resuming tells the watch of the steps that were done before.
        with pytest.raises(TrainingStopped, match=r"stopped in .*add --resume to go on"):
            train("out", settings, Recorder(_within_stage(stop, number)), resume=number > 0)
    outcome = train("out", settings, resume=True)
    assert_same(outcome.folder, whole(settings))
    assert not (outcome.folder / "checkpoint").exists()


def _within_stage(stop: int, number: int) -> int:
    """Return when a watch has to ask: a resumed stage tells it only the steps of that stage."""
    head = SETTINGS.head_epochs * EPOCH
    return stop - head if number and stop > head else stop


COMMAND = (
    "import torch; torch.set_num_threads(1); from bot.cli import nunchi; nunchi(prog_name='nunchi')"
)


def started(toys: Toys, out: Path) -> subprocess.Popen[str]:
    """Start the same training by the command line, in a process of its own."""
    options: dict[str, Any] = {
        "data": toys.train,
        "dev": toys.dev,
        "test": toys.test,
        "model": toys.model,
        "out": out,
        "epochs": SETTINGS.epochs,
        "head-epochs": SETTINGS.head_epochs,
        "batch": SETTINGS.batch,
        "rate": SETTINGS.rate,
        "head-rate": SETTINGS.head_rate,
        "max-length": SETTINGS.max_length,
        "patience": SETTINGS.patience,
        "unfreeze": SETTINGS.unfreeze,
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "train", "transformer", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_between_epochs_leaves_what_can_be_resumed(
    number: signal.Signals,
    toys: Toys,
    tmp_path: Path,
    train: Callable[..., Outcome],
    whole: Callable[[FineTuning], Path],
) -> None:
    process = started(toys, tmp_path / "out")
    assert process.stderr is not None
    with process:
        for line in process.stderr:
            if "head, epoch 1" in line:
                process.send_signal(number)
                break
        rest = process.stderr.read()
    if number is signal.SIGINT:
        assert process.returncode == 130
        assert re.search(r"nunchi: stopped in .*; add --resume to go on", rest)
    else:
        assert process.returncode == -signal.SIGKILL
    outcome = train("out", SETTINGS, resume=True)
    assert_same(outcome.folder, whole(SETTINGS))


def test_checkpoints_within_an_epoch_are_kept_on_demand(train: Callable[..., Outcome]) -> None:
    class Crash(Recorder):
        def advance(self, steps: int) -> None:
            super().advance(steps)
            if self.steps == 6:
                raise KeyboardInterrupt

    settings = replace(SETTINGS, strategy=Strategy.HEAD, epochs=1, save_steps=2)
    with pytest.raises(KeyboardInterrupt):
        train("out", settings, Crash())
    watch = Recorder()
    train("out", settings, watch, resume=True)
    assert watch.steps == EPOCH
    assert not any("anew" in note for note in watch.notes)


def test_resuming_before_the_first_checkpoint_begins_anew(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    (tmp_path / "out" / "checkpoint").mkdir(parents=True)
    watch = Recorder()
    train("out", replace(SETTINGS, strategy=Strategy.HEAD, epochs=1), watch, resume=True)
    assert any("no checkpoint yet" in note for note in watch.notes)


def test_a_checkpoint_goes_on_only_with_what_it_was_made_with(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    with pytest.raises(TrainingStopped):
        train("out", SETTINGS, Recorder(2))
    with pytest.raises(FineTuningError, match=r"is not empty; .*--resume"):
        train("out", SETTINGS)
    with pytest.raises(FineTuningError, match="other data or other settings"):
        train("out", replace(SETTINGS, seed=1), resume=True)
    (tmp_path / "out" / "checkpoint" / "last.pt").write_bytes(b"torn")
    with pytest.raises(FineTuningError, match="cannot be read; start again"):
        train("out", SETTINGS, resume=True)


def test_a_model_that_is_ready_is_not_trained_again(train: Callable[..., Outcome]) -> None:
    settings = replace(SETTINGS, strategy=Strategy.HEAD, epochs=1)
    train("out", settings)
    with pytest.raises(FineTuningError, match="nothing to resume"):
        train("out", settings, resume=True)
