"""The examples that a model is trained, chosen and measured on."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classifiers.label_maps import LabelMap, map_for
from classifiers.text import said
from classifiers.training.datasets import Columns, Example, labels_of, read_set
from classifiers.training.datasets.source import CHAT, HUB, read_source
from classifiers.training.transformer.errors import UnusableData
from classifiers.training.transformer.settings import Kind, Task

PARTS: Final = ("train", "dev", "test")
DEV_SHARE: Final = 0.1
"""Share of the examples that is kept back where no dev set is given."""

SHOWN: Final = 5
"""How many labels a message lists."""

Part = tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """Examples whose labels are all known, with texts as the bot reads them.

    Attributes:
        labels: In the order of the head's columns.
        multi_label: Whether a text may have several; otherwise each has exactly one.
        train: What is learnt from.
        dev: What chooses the best epoch.
        test: What is measured on; empty if none was given.
        notes: What happened to the data on the way, a sentence each.
    """

    labels: tuple[str, ...]
    multi_label: bool
    train: Part
    dev: Part
    test: Part
    notes: tuple[str, ...] = ()

    def counts(self) -> tuple[int, ...]:
        """Return how many training examples have each label."""
        found = Counter(label for example in self.train for label in example.labels)
        return tuple(found[label] for label in self.labels)


def read_material(task: Task, seed: int) -> Material:
    """Read the parts that a task names, and make them fit for training.

    Raises:
        DatasetError: A file or the hub cannot be read.
        LabelMapError: The map does not exist, or lacks a label.
        UnusableData: There are no examples, only one label, several labels where one is allowed
            everywhere, or a label in dev or test that is not in the training data.
    """
    notes: list[str] = []
    parts = {name: _read(task, name) for name in PARTS}
    chosen = _map(task, parts["train"])
    if chosen is not None:
        parts = {name: _mapped(part, chosen) for name, part in parts.items()}
    multi_label = _is_multi(task.kind, parts.values())
    kept = {name: _of_kind(part, multi_label=multi_label) for name, part in parts.items()}
    dropped = sum(map(len, parts.values())) - sum(map(len, kept.values()))
    if dropped:
        notes.append(f"left out, for they have no label or several: {dropped} examples")
    train, dev, test = (kept[name] for name in PARTS)
    labels = _labels(train, chosen)
    if not dev:
        if task.dev is not None:
            msg = f"{task.dev} holds no example to choose the best epoch on"
            raise UnusableData(msg)
        train, dev = _split(train, seed)
        notes.append(f"kept back to choose the best epoch: {len(dev)} of {len(train) + len(dev)}")
    _demand_known(labels, dev=dev, test=test)
    notes += _overlap(train, test)
    return Material(labels, multi_label, train, dev, test, tuple(notes))


def _read(task: Task, part: str) -> Part:
    name = _named(task, part)
    if name is None:
        return ()
    columns = Columns(text=task.text_column, label=task.label_column)
    if isinstance(name, Path):
        found = read_set(name.parent, name.name, splits=(part,), columns=columns).splits[part]
        return tuple(_as_read(found))
    return tuple(_as_read(read_source(name, columns)))


def _named(task: Task, part: str) -> str | Path | None:
    """Return what a part is read from: a source, a folder of parts, or nothing."""
    named = {"train": task.data, "dev": task.dev, "test": task.test}[part]
    if named is not None and part != "train":
        return named
    folder = Path(task.data).resolve()
    if folder.is_dir():
        there = any(folder.glob(f"{part}.*"))
        return folder if there or part == "train" else None
    kind, *fields = task.data.split(":")
    if kind == CHAT and len(fields) < 2:
        return f"{CHAT}:{fields[0] if fields else ''}:{part}"
    if part != "train":
        return None
    return f"{task.data}:train" if task.data.startswith(HUB) and len(fields) < 2 else task.data


def _as_read(examples: Iterable[Example]) -> Iterator[Example]:
    """Clean the texts as the bot does before it classifies them."""
    return (Example(said(example.text), example.labels) for example in examples)


def _map(task: Task, train: Part) -> LabelMap | None:
    return None if task.label_map is None else map_for(task.label_map, labels_of(train))


def _mapped(part: Part, chosen: LabelMap) -> Part:
    return tuple(Example(each.text, chosen.classes_of(each.labels)) for each in part)


def _is_multi(kind: Kind, parts: Iterable[Part]) -> bool:
    if kind is not Kind.AUTO:
        return kind is Kind.MULTI
    return any(len(example.labels) > 1 for part in parts for example in part)


def _of_kind(part: Part, *, multi_label: bool) -> Part:
    return tuple(each for each in part if len(each.labels) == 1 or (each.labels and multi_label))


def _labels(train: Part, chosen: LabelMap | None) -> tuple[str, ...]:
    if not train:
        msg = "there is no example to learn from"
        raise UnusableData(msg)
    found = labels_of(train)
    if len(found) < 2:
        msg = f"there is nothing to tell apart: the only label is {found[0]!r}"
        raise UnusableData(msg)
    return found if chosen is None else tuple(name for name in chosen.classes if name in found)


def _demand_known(labels: Sequence[str], **parts: Part) -> None:
    for name, part in parts.items():
        strange = sorted(set(labels_of(part)) - set(labels))
        if strange:
            listed = ", ".join(map(repr, strange[:SHOWN])) + (" ..." if strange[SHOWN:] else "")
            msg = f"the {name} data have labels that the training data lack: {listed}"
            raise UnusableData(msg)


def _split(examples: Part, seed: int) -> tuple[Part, Part]:
    """Keep a tenth back, of each label alike; a text that occurs twice stays on one side."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for text, labels in {each.text: each.labels for each in examples}.items():
        groups[labels[:1]].append(text)
    chance = random.Random(seed)  # noqa: S311 - a fair draw, not a secret
    held: set[str] = set()
    for _, texts in sorted(groups.items()):
        # The share in whole texts; what is left over is drawn, so that rare labels have their turn.
        count = int(len(texts) * DEV_SHARE + chance.random())
        held.update(chance.sample(texts, min(count, len(texts) - 1)))
    if not held:
        msg = f"too few examples ({len(examples)}) to keep some back; name a dev set"
        raise UnusableData(msg)
    train = tuple(each for each in examples if each.text not in held)
    return train, tuple(each for each in examples if each.text in held)


def _overlap(train: Part, test: Part) -> list[str]:
    known = {example.text for example in train}
    seen = sum(example.text in known for example in test)
    return [f"{seen} of {len(test)} test texts also stand in the training data"] if seen else []
