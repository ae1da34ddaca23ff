"""What the tests of fine-tuning share: a tiny pretrained model and toy data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from classifiers.training.transformer import FineTuning, Task
from classifiers.training.transformer.recipe import Outcome, fine_tune
from tests.support.tiny_transformer import make_base, toy_rows, write_tsv

QUICK = FineTuning(
    unfreeze=1, epochs=4, head_epochs=2, batch=16, rate=3e-3, head_rate=1e-2, max_length=16
)


@dataclass
class Recorder:
    """Watches a training, and asks to stop after so many steps."""

    stop_after: int | None = None
    notes: list[str] = field(default_factory=list)
    stages: list[tuple[str, int]] = field(default_factory=list)
    steps: int = 0

    def begin(self, stage: str, total: int) -> None:
        self.stages.append((stage, total))

    def advance(self, steps: int) -> None:
        self.steps += steps

    def note(self, text: str) -> None:
        self.notes.append(text)

    def stopping(self) -> bool:
        return self.stop_after is not None and self.steps >= self.stop_after


@dataclass(frozen=True)
class Toys:
    """Where the toy data and the tiny model lie."""

    train: str
    dev: str
    test: str
    model: str

    def task(self, out: Path, **choices: Any) -> Task:
        task = Task(data=self.train, dev=self.dev, test=self.test, model=self.model, out=out)
        return replace(task, **choices)


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Tiny matrices are slower on several threads, and much slower beside other tests."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory, _one_thread: None) -> Toys:
    folder = tmp_path_factory.mktemp("toys")
    return Toys(
        write_tsv(folder / "train.tsv", toy_rows(120, 1)),
        write_tsv(folder / "dev.tsv", toy_rows(40, 3)),
        write_tsv(folder / "test.tsv", toy_rows(60, 2)),
        make_base(folder / "tiny-bert"),
    )


@pytest.fixture
def train(toys: Toys, tmp_path: Path) -> Callable[..., Outcome]:
    """Train on the toys into a folder by name, with other choices where they are named."""

    def run(
        name: str, settings: FineTuning = QUICK, watch: Recorder | None = None, **choices: Any
    ) -> Outcome:
        return fine_tune(toys.task(tmp_path / name, **choices), settings, watch or Recorder())

    return run
