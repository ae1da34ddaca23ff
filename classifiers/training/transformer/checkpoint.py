"""What is kept of a training that runs, so that it can go on after an interruption."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from classifiers.extras import required
from classifiers.training.transformer.base import EXTRA, Base
from classifiers.training.transformer.errors import FineTuningError
from classifiers.training.transformer.material import Material
from classifiers.training.transformer.settings import FineTuning

FOLDER: Final = "checkpoint"
FILE: Final = "last.pt"
BROKEN: Final = (
    OSError,
    RuntimeError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    pickle.PickleError,
)
"""What torch raises for a file that is torn, or none of its own; its format has no one error."""


@dataclass(slots=True)
class Standing:
    """How far a training has come.

    Attributes:
        stage: Number of the stage that runs, from 0.
        epoch: Epochs of that stage that are over.
        step: Steps of the running epoch that are done.
        best: Highest dev macro-F1 so far, -1 before the first epoch ended.
        waited: Epochs since then.
        at_once: Texts in memory at a time; less than a batch once memory ran out.
        losses: Mean loss of each step so far, all stages.
        history: What was measured after each epoch, all stages.
    """

    stage: int = 0
    epoch: int = 0
    step: int = 0
    best: float = -1.0
    waited: int = 0
    at_once: int = 0
    losses: list[float] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A standing and the tensors that belong to it.

    Attributes:
        standing: How far the training has come.
        weights: The parameters that move in the running stage, by name.
        best: The same as of the highest dev macro-F1; empty before the first epoch ended.
        machinery: States of optimiser, schedule, loss scaling and random generators.
    """

    standing: Standing
    weights: Mapping[str, Any]
    best: Mapping[str, Any]
    machinery: Mapping[str, Any]


class Keeper:
    """Writes and reads the checkpoint of one output folder.

    The file is replaced whole: a crash leaves the previous one.
    """

    def __init__(self, out: Path, fingerprint: str) -> None:
        self._folder = out / FOLDER
        self._fingerprint = fingerprint

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace what is kept.

        Raises:
            FineTuningError: It cannot be written.
        """
        torch = required("torch", EXTRA)
        content = {
            "fingerprint": self._fingerprint,
            "standing": asdict(checkpoint.standing),
            "weights": dict(checkpoint.weights),
            "best": dict(checkpoint.best),
            "machinery": dict(checkpoint.machinery),
        }
        unfinished = self._folder / f"{FILE}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                torch.save(content, file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._folder / FILE)
        # torch turns a full disk into a RuntimeError of its writer.
        except (OSError, RuntimeError) as error:
            msg = f"cannot keep a checkpoint in {self._folder}: {error}"
            raise FineTuningError(msg) from error

    def load(self) -> Checkpoint | None:
        """Return what is kept, or ``None``.

        Raises:
            FineTuningError: It is broken, or belongs to other data or settings.
        """
        path = self._folder / FILE
        if not path.is_file():
            return None
        torch = required("torch", EXTRA)
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
            kept = Checkpoint(
                Standing(**content["standing"]),
                content["weights"],
                content["best"],
                content["machinery"],
            )
            fingerprint = content["fingerprint"]
        except BROKEN as error:
            msg = f"{path} cannot be read; start again with another --out"
            raise FineTuningError(msg) from error
        if fingerprint != self._fingerprint:
            msg = (
                f"{path} was made with another model, other data or other settings; "
                "give the same ones, or another --out"
            )
            raise FineTuningError(msg)
        return kept

    def clear(self) -> None:
        """Forget what is kept."""
        shutil.rmtree(self._folder, ignore_errors=True)


def fingerprint_of(base: Base, material: Material, settings: FineTuning) -> str:
    """Return a digest of everything that the course of a training depends on.

    The device is no part of it: a training may go on elsewhere, with other rounding.
    """
    digest = hashlib.sha256()
    chosen = {key: str(value) for key, value in asdict(settings).items() if key != "device"}
    said = [base.identity, chosen, material.labels, material.multi_label]
    digest.update(json.dumps(said, sort_keys=True).encode())
    for part in (material.train, material.dev):
        for example in part:
            digest.update(json.dumps([example.text, example.labels]).encode())
        digest.update(b"\0")
    return digest.hexdigest()
