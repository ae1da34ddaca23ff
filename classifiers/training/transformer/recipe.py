"""From labelled texts and a pretrained model to a folder with a model of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from classifiers.evaluation.metrics import measure
from classifiers.evaluation.presentation import as_json
from classifiers.extras import required
from classifiers.label_maps import is_understood
from classifiers.training.transformer.adapters import adapt, quantisation
from classifiers.training.transformer.base import (
    EXTRA,
    Base,
    Loaded,
    find_base,
    label_order,
    open_base,
    open_trained,
    quiet,
    token_limit,
)
from classifiers.training.transformer.bench import Bench, Portions, scored, timed
from classifiers.training.transformer.card import Measured, card_of
from classifiers.training.transformer.checkpoint import (
    FOLDER,
    Checkpoint,
    Keeper,
    Standing,
    fingerprint_of,
)
from classifiers.training.transformer.curves import draw_curves
from classifiers.training.transformer.errors import FineTuningError
from classifiers.training.transformer.material import read_material
from classifiers.training.transformer.settings import FineTuning, Strategy, Task, Watch
from classifiers.training.transformer.stages import rates_of, stages_of
from classifiers.training.transformer.trainer import Lessons, Trainer

EVALUATION: Final = "evaluation.json"
HISTORY: Final = "training.json"
PICTURE: Final = "learning-curves.png"
CARD: Final = "README.md"
NEEDED: Final = ("torch", "transformers", "peft", "safetensors", "sklearn", "matplotlib")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training.

    Attributes:
        folder: Where the model was saved.
        labels: The columns of its head.
        measured: How well the saved model does.
    """

    folder: Path
    labels: tuple[str, ...]
    measured: Measured


def fine_tune(task: Task, settings: FineTuning, watch: Watch) -> Outcome:
    """Train a classifier and save it with its figures, curves and card.

    The folder holds what ``save_pretrained`` writes, and ``evaluation.json``, ``training.json``,
    ``learning-curves.png`` and ``README.md``. While training lasts it holds a checkpoint.

    Raises:
        BackendUnavailable: A package, the model, or a GPU that was asked for is missing.
        DatasetError: The data cannot be read.
        LabelMapError: The map does not fit.
        InvalidOption: The model or the device cannot do what is asked for.
        FineTuningError: The data teach nothing, the folder is taken, or a file cannot be written.
        TrainingStopped: Somebody asked to stop; ``resume`` goes on from there.
        OutOfMemory: Not even one text fits into memory.
    """
    for module in NEEDED:
        required(module, EXTRA)
    _demand_room(task)
    quantised = quantisation(settings)
    material = read_material(task, settings.seed)
    base = find_base(task.model, task.revision)
    material = replace(material, labels=label_order(base, material.labels))
    for note in material.notes:
        watch.note(note)
    if not is_understood(material.labels):
        # Before the hours of training, for a map that is named now needs none later.
        watch.note(
            "the bot cannot tell what these labels mean: name a JSON file {label: emotion or null} "
            "by --map now, or later by transformers?model=...&map=FILE"
        )
    keeper = Keeper(task.out, fingerprint_of(base, material, settings))
    with _own_chance(settings.seed):
        loaded = open_base(
            base, material.labels, multi_label=material.multi_label, quantised=quantised
        )
        bench = Bench.of(settings, token_limit(loaded, settings.max_length))
        lessons = Lessons(material, settings, bench, keeper, watch)
        kept = _kept(keeper, task, watch)
        standing = _train(lessons, loaded, kept)
        with _writing(task.out):
            _save(lessons, loaded, base, task.out)
            measured = _measure(lessons, task.out)
            _write(task, lessons, base, standing, measured)
    keeper.clear()
    return Outcome(task.out, material.labels, measured)


def _demand_room(task: Task) -> None:
    out = task.out
    if out.exists() and not out.is_dir():
        msg = f"{out} is a file; name a folder that is new or empty"
        raise FineTuningError(msg)
    if not out.exists() or not any(out.iterdir()):
        return
    if not task.resume:
        msg = f"{out} is not empty; name another folder, or go on with --resume"
        raise FineTuningError(msg)
    if (out / CARD).exists():
        msg = f"{out} holds a model that is ready; there is nothing to resume"
        raise FineTuningError(msg)
    if not (out / FOLDER).is_dir():
        msg = f"{out} holds no training to resume, but other files; name another folder"
        raise FineTuningError(msg)


@contextmanager
def _own_chance(seed: int) -> Iterator[None]:
    """Draw everything from one seed, and leave the generators of the process as they were."""
    torch = required("torch", EXTRA)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def _kept(keeper: Keeper, task: Task, watch: Watch) -> Checkpoint | None:
    kept = keeper.load() if task.resume else None
    if task.resume and kept is None:
        watch.note("there is no checkpoint yet; training begins anew")
    return kept


def _train(lessons: Lessons, loaded: Loaded, kept: Checkpoint | None) -> Standing:
    """Run the stages that are not over; the model then holds what was best, without adapters."""
    if lessons.settings.strategy is not Strategy.QLORA:
        # Weights of 4 bits are loaded where they work.
        loaded.model.to(lessons.bench.device)
    standing = Standing() if kept is None else kept.standing
    begin, adapters = standing.stage, None
    for number, stage in enumerate(stages_of(lessons.settings)):
        if number < begin:
            continue
        if number > standing.stage:
            standing.stage, standing.epoch, standing.step, standing.waited = number, 0, 0, 0
        if stage.adapted:
            adapters = adapt(loaded, lessons.settings)
        rates = rates_of(loaded, stage, lessons.settings)
        trainer = Trainer(lessons, loaded, stage, rates, standing)
        if kept is not None and number == begin:
            trainer.resume(kept)
        trainer.run()
    if adapters is not None and lessons.settings.strategy is not Strategy.QLORA:
        adapters.merge_and_unload(safe_merge=True)
    return standing


def _save(lessons: Lessons, loaded: Loaded, base: Base, out: Path) -> None:
    whole = loaded
    if lessons.settings.strategy is Strategy.QLORA:
        whole = _unsqueezed(lessons, loaded, base)
    with quiet():
        whole.model.to("cpu").save_pretrained(out)
        whole.tokenizer.save_pretrained(out)


def _unsqueezed(lessons: Lessons, loaded: Loaded, base: Base) -> Loaded:
    """Put what was learnt beside weights of 4 bits into the same weights of 32 bits."""
    material = lessons.material
    whole = open_base(base, material.labels, multi_label=material.multi_label)
    adapters = adapt(whole, lessons.settings)
    learnt = {
        name: parameter.detach().cpu()
        for name, parameter in loaded.model.named_parameters()
        if parameter.requires_grad
    }
    whole.model.load_state_dict(learnt, strict=False)
    adapters.merge_and_unload(safe_merge=True)
    return whole


def _measure(lessons: Lessons, out: Path) -> Measured:
    """Measure the model as it was saved."""
    material, bench = lessons.material, lessons.bench
    loaded = open_trained(out)
    loaded.model.to(bench.device)
    room = Portions(lessons.settings.batch, lessons.watch.note)
    dev, test = (
        timed(bench, loaded, [each.text for each in part], room, multi_label=material.multi_label)
        for part in (material.dev, material.test)
    )
    chosen = scored(material.labels, material.dev, dev, multi_label=material.multi_label)
    if not material.test:
        return Measured("dev", measure(chosen))
    answered = scored(
        material.labels,
        material.test,
        test,
        multi_label=material.multi_label,
        thresholds=chosen.thresholds,
    )
    return Measured("test", measure(answered))


def _write(
    task: Task, lessons: Lessons, base: Base, standing: Standing, measured: Measured
) -> None:
    """Write everything that stands beside the model, the card last: it says all is there."""
    _write_json(task.out / EVALUATION, {"part": measured.part, **as_json(measured.evaluation)})
    _write_json(
        task.out / HISTORY,
        {
            "base": base.name,
            "revision": base.revision,
            "settings": {key: _plain(value) for key, value in asdict(lessons.settings).items()},
            "precision": str(lessons.bench.precision),
            "device": lessons.bench.device.type,
            "versions": {name: version(name) for name in ("torch", "transformers", "peft")},
            "notes": list(lessons.material.notes),
            "epochs": standing.history,
            "losses": standing.losses,
        },
    )
    draw_curves(standing.losses, standing.history, task.out / PICTURE)
    card = card_of(task, lessons.settings, base, lessons.material, measured)
    (task.out / CARD).write_text(card, "utf-8")


def _plain(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _write_json(path: Path, value: Any) -> None:  # noqa: ANN401 - a JSON value
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    broken = required("safetensors", EXTRA).SafetensorError
    try:
        yield
    except (OSError, broken) as error:
        msg = f"cannot write to {out}: {error}"
        raise FineTuningError(msg) from error
