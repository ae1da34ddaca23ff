"""Trains the parameters of one stage: AdamW, warm-up and decay, early stopping, checkpoints."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from classifiers.evaluation.metrics import measure
from classifiers.evaluation.scored import flags_of
from classifiers.extras import required
from classifiers.training.transformer.base import EXTRA, Loaded
from classifiers.training.transformer.bench import (
    Bench,
    Floats,
    Portions,
    Timed,
    judged,
    portions,
    probabilities,
    scored,
)
from classifiers.training.transformer.checkpoint import Checkpoint, Keeper, Standing
from classifiers.training.transformer.errors import FineTuningError, TrainingStopped
from classifiers.training.transformer.material import Material
from classifiers.training.transformer.settings import FineTuning, Precision, Watch
from classifiers.training.transformer.stages import Stage

LONGEST_STEP: Final = 1.0
"""Norm to which gradients are clipped, as for BERT."""

BUCKET: Final = 16
"""Batches that are filled by length from one drawn pile: little padding, still a fair mix."""

HEAVIEST: Final = 20.0
"""Most that a rare label may weigh against a common one."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What all stages have in common.

    Attributes:
        material: The examples.
        settings: How to train.
        bench: Where.
        keeper: Who keeps checkpoints.
        watch: Who looks on.
    """

    material: Material
    settings: FineTuning
    bench: Bench
    keeper: Keeper
    watch: Watch

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return math.ceil(len(self.material.train) / self.settings.batch)


class Trainer:
    """Runs one stage on a model, from its beginning or from a checkpoint within it."""

    def __init__(
        self,
        lessons: Lessons,
        loaded: Loaded,
        stage: Stage,
        rates: Mapping[str, float],
        standing: Standing,
    ) -> None:
        """Let only the parameters with a rate move.

        Args:
            lessons: What all stages have in common.
            loaded: The model, on its device.
            stage: What this stage is.
            rates: The highest rate of each parameter that moves.
            standing: How far the training has come; kept up to date.
        """
        torch = required("torch", EXTRA)
        self._lessons, self._loaded, self._stage = lessons, loaded, stage
        self._standing = standing
        self._room = Portions(standing.at_once or lessons.settings.batch, lessons.watch.note)
        named = dict(loaded.model.named_parameters())
        for parameter in named.values():
            parameter.requires_grad_(False)
        self._moving = {name: named[name].requires_grad_() for name in named if name in rates}
        self._optimizer = torch.optim.AdamW(_groups(self._moving, rates, lessons.settings))
        total = lessons.steps * stage.epochs
        self._schedule = required("transformers", EXTRA).get_linear_schedule_with_warmup(
            self._optimizer, math.ceil(total * lessons.settings.warm_up), total
        )
        self._scaler = torch.amp.GradScaler(
            lessons.bench.device.type, enabled=lessons.bench.precision is Precision.FP16
        )
        self._targets = _targets(lessons)
        self._weights = _weights(lessons)
        # A stage that makes nothing better ends where it began.
        self._best: Mapping[str, Any] = _copied(self._moving) if standing.best >= 0 else {}

    def resume(self, kept: Checkpoint) -> None:
        """Take everything up where a checkpoint of this stage left it."""
        torch = required("torch", EXTRA)
        with torch.no_grad():
            for name, parameter in self._moving.items():
                parameter.copy_(kept.weights[name])
        self._best = kept.best
        self._optimizer.load_state_dict(kept.machinery["optimizer"])
        self._schedule.load_state_dict(kept.machinery["schedule"])
        self._scaler.load_state_dict(kept.machinery["scaler"])
        torch.set_rng_state(kept.machinery["chance"])
        states = kept.machinery["chance_of_gpu"]
        if states and len(states) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(states)

    def run(self) -> None:
        """Train until the epochs are over or nothing improves, then go back to the best epoch.

        Raises:
            TrainingStopped: Somebody asked to stop; a checkpoint was written.
            FineTuningError: The loss is no number any more.
            OutOfMemory: Not even one text fits.
        """
        lessons, standing, stage = self._lessons, self._standing, self._stage
        lessons.watch.begin(stage.name, lessons.steps * stage.epochs)
        lessons.watch.advance(standing.epoch * lessons.steps + standing.step)
        while standing.epoch < stage.epochs and not self._is_tired():
            self._epoch()
            self._look()
            standing.epoch, standing.step = standing.epoch + 1, 0
            self._keep()
        torch = required("torch", EXTRA)
        with torch.no_grad():
            for name, weight in self._best.items():
                self._moving[name].copy_(weight)

    def _is_tired(self) -> bool:
        patience = self._lessons.settings.patience
        return bool(patience) and self._standing.waited >= patience

    def _epoch(self) -> None:
        """Do the steps of an epoch that are not done yet."""
        lessons, standing = self._lessons, self._standing
        order = list(self._order())
        self._loaded.model.train()
        for rows in order[standing.step :]:
            standing.losses.append(self._step(rows))
            standing.step += 1
            lessons.watch.advance(1)
            if lessons.watch.stopping():
                self._keep()
                msg = (
                    f"stopped in {self._stage.name}, epoch {standing.epoch + 1}, after step "
                    f"{standing.step} of {len(order)}; add --resume to go on"
                )
                raise TrainingStopped(msg)
            if lessons.settings.save_steps and standing.step % lessons.settings.save_steps == 0:
                self._keep()

    def _order(self) -> Iterator[list[int]]:
        """Yield the rows of each batch; the same for the same seed, stage and epoch."""
        material, settings = self._lessons.material, self._lessons.settings
        chance = np.random.default_rng([settings.seed, self._standing.stage, self._standing.epoch])
        drawn: list[int] = chance.permutation(len(material.train)).tolist()
        batches: list[list[int]] = []
        for pile in portions(drawn, settings.batch * BUCKET):
            by_length = sorted(pile, key=lambda row: len(material.train[row].text))
            batches += [list(rows) for rows in portions(by_length, settings.batch)]
        for number in chance.permutation(len(batches)):
            yield batches[number]

    def _step(self, rows: list[int]) -> float:
        """Learn from a batch, in as many portions as memory demands; return its mean loss."""
        torch = required("torch", EXTRA)

        def gradients(size: int) -> float:
            self._optimizer.zero_grad(set_to_none=True)
            total = 0.0
            for portion in portions(rows, size):
                # Each portion counts by its texts, so that the cut makes no difference.
                loss = self._loss(list(portion)).sum() / len(rows)
                self._scaler.scale(loss).backward()
                total += loss.item()
            return total

        mean = self._room.fitting(gradients)
        if not math.isfinite(mean):
            msg = "the loss is no number any more; lower --rate, or use --precision fp32"
            raise FineTuningError(msg)
        self._scaler.unscale_(self._optimizer)
        torch.nn.utils.clip_grad_norm_(self._moving.values(), LONGEST_STEP)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self._schedule.step()
        return mean

    def _loss(self, rows: list[int]) -> Any:  # noqa: ANN401 - a tensor
        """Return the loss of each text, of shape (rows,)."""
        torch = required("torch", EXTRA)
        material, device = self._lessons.material, self._lessons.bench.device
        texts = [material.train[row].text for row in rows]
        logits = self._lessons.bench.logits(self._loaded, texts)
        targets = torch.from_numpy(self._targets[rows]).to(device)
        weights = torch.from_numpy(self._weights).to(device)
        if material.multi_label:
            each = torch.nn.functional.binary_cross_entropy_with_logits(
                logits, targets, pos_weight=weights, reduction="none"
            )
            return each.mean(dim=1)
        each = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
        return each * (targets @ weights)

    def _look(self) -> None:
        """Measure on dev, and remember the weights if they are the best yet."""
        lessons, standing = self._lessons, self._standing
        material = lessons.material
        texts = [example.text for example in material.dev]
        logits = judged(lessons.bench, self._loaded, texts, self._room, _ignored)
        answers = Timed(probabilities(logits, multi_label=material.multi_label), 0.0)
        figures = measure(
            scored(material.labels, material.dev, answers, multi_label=material.multi_label)
        )
        told = {
            "stage": self._stage.name,
            "epoch": standing.epoch + 1,
            "steps": len(standing.losses),
            "train_loss": float(np.mean(standing.losses[-lessons.steps :])),
            "dev_loss": dev_loss(answers.scores, material),
            "dev_accuracy": figures.accuracy,
            "dev_macro_f1": figures.macro_f1,
        }
        standing.history.append(told)
        standing.waited += 1
        if figures.macro_f1 > standing.best:
            standing.best, standing.waited = figures.macro_f1, 0
            self._best = _copied(self._moving)
        lessons.watch.note(
            f"{self._stage.name}, epoch {standing.epoch + 1}: loss {told['train_loss']:.3f}, "
            f"on dev {told['dev_loss']:.3f}, macro-F1 {figures.macro_f1:.3f}"
        )

    def _keep(self) -> None:
        torch = required("torch", EXTRA)
        self._standing.at_once = self._room.size
        machinery = {
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "scaler": self._scaler.state_dict(),
            "chance": torch.get_rng_state(),
            "chance_of_gpu": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        self._lessons.keeper.save(
            Checkpoint(self._standing, _copied(self._moving), self._best, machinery)
        )


def dev_loss(scores: Floats, material: Material) -> float:
    """Return the mean loss of the dev set without weights, in nats."""
    gold = flags_of([example.labels for example in material.dev], material.labels)
    kept = np.clip(scores, 1e-12, 1 - 1e-12)
    if material.multi_label:
        return float(-np.where(gold, np.log(kept), np.log1p(-kept)).mean())
    return float(-np.log(kept[gold]).mean())


def _groups(
    moving: Mapping[str, Any], rates: Mapping[str, float], settings: FineTuning
) -> list[dict[str, Any]]:
    """Gather parameters of the same rate and decay; biases and norms do not decay."""
    found: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in moving.items():
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        found.setdefault((rates[name], decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in found.items()
    ]


def _targets(lessons: Lessons) -> Any:  # noqa: ANN401 - an array
    """Return what each training text should answer, float32 of shape (texts, labels)."""
    rows = [example.labels for example in lessons.material.train]
    return flags_of(rows, lessons.material.labels).astype(np.float32)


def _weights(lessons: Lessons) -> Any:  # noqa: ANN401 - an array
    """Return what each label weighs, float32 of shape (labels,); a text weighs 1 on average."""
    material = lessons.material
    if not lessons.settings.balance:
        return np.ones(len(material.labels), np.float32)
    # A label may occur only in texts that were kept back.
    counts, texts = np.maximum(material.counts(), 1), len(material.train)
    if material.multi_label:
        return np.clip((texts - counts) / counts, 1, HEAVIEST).astype(np.float32)
    heavy = np.clip(counts.max() / counts, 1, HEAVIEST)
    return (heavy * texts / (heavy * counts).sum()).astype(np.float32)


def _copied(moving: Mapping[str, Any]) -> dict[str, Any]:
    return {name: parameter.detach().cpu().clone() for name, parameter in moving.items()}


def _ignored(count: int) -> None:
    """Nobody waits for these."""
