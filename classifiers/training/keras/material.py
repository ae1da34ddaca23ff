"""What is learnt from, what is chosen by, and what is measured on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from classifiers.training.datasets import (
    Columns,
    DatasetUnreadable,
    Example,
    labels_of,
    read_set,
)
from classifiers.training.datasets.source import CHAT, HUB, read_source

DEV_SHARE: Final = 0.1
LARGEST_DEV: Final = 5_000
PARTS: Final = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class DataRequest:
    """Where the data are.

    Attributes:
        data: A folder with ``{train,dev,test}`` as TSV, CSV or JSONL; or a name that
            ``read_source`` knows, for the training part alone; ``chat[:LANGUAGE]`` has all three.
        dev: A name for the dev part; without one it is that of the folder, or drawn from the
            training part.
        test: A name for the test part, likewise; there may be none.
        columns: Where text and labels stand, if not under their usual names.
        multi_label: Whether a text may have several labels; ``None`` looks at the data.
        limit: The most training examples, drawn at random; ``None`` takes all.
        seed: Of what is drawn.
    """

    data: str
    dev: str | None = None
    test: str | None = None
    columns: Columns = field(default_factory=Columns)
    multi_label: bool | None = None
    limit: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Material:
    """Labelled texts in three parts; only ``test`` may be empty.

    Attributes:
        name: Of the data; the head of the model is called so.
        labels: All that occur in the training part, in alphabetical order.
        multi_label: Whether a text may have several.
        train: What is learnt from.
        dev: What training stops by, and thresholds are chosen on.
        test: What is measured on.
    """

    name: str
    labels: tuple[str, ...]
    multi_label: bool
    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]


def read_material(request: DataRequest) -> Material:
    """Read all parts.

    Raises:
        DatasetUnreadable: A file is missing or broken, or there is too little in it.
        DatasetUnavailable: The hub cannot be used.
    """
    name, parts = _parts(request)
    for part, source in (("dev", request.dev), ("test", request.test)):
        if source is not None:
            parts[part] = read_source(source, request.columns)
    generator = random.Random(request.seed)  # noqa: S311 - no secret
    train = list(parts.get("train", ()))
    generator.shuffle(train)
    dev = list(parts.get("dev", ()))
    if not dev:
        held = min(LARGEST_DEV, max(1, int(len(train) * DEV_SHARE)))
        train, dev = train[held:], train[:held]
    train = train[: request.limit]
    return _checked(name, request.multi_label, train, dev, parts.get("test", ()))


def _parts(request: DataRequest) -> tuple[str, dict[str, Sequence[Example]]]:
    """Return the name of the data, and those of its parts that it brings along."""
    source = request.data
    folder = Path(source)
    if folder.is_dir():
        where = folder.resolve()
        return where.name, dict(read_set(where.parent, where.name, columns=request.columns).splits)
    if source.partition(":")[0] == CHAT and source.count(":") < 2:
        language = source.partition(":")[2]
        return CHAT, {part: read_source(f"{CHAT}:{language}:{part}") for part in PARTS}
    name = source.split(":")[1].split("/")[-1] if source.startswith(HUB) else Path(source).name
    return name.partition(".")[0] or "data", {"train": read_source(source, request.columns)}


def _checked(
    name: str,
    several: bool | None,
    train: Sequence[Example],
    dev: Sequence[Example],
    test: Sequence[Example],
) -> Material:
    labels = labels_of(train)
    if len(labels) < 2:
        msg = f"{name} needs training texts of at least two labels; it has {len(labels)}"
        raise DatasetUnreadable(msg)
    found = any(len(each.labels) > 1 for each in (*train, *dev, *test))
    if found and several is False:
        msg = f"{name} has texts with several labels; leave --single-label out"
        raise DatasetUnreadable(msg)
    # A label that was never learnt cannot be measured.
    kept = [tuple(each for each in part if set(each.labels) <= set(labels)) for part in (dev, test)]
    if not kept[0]:
        msg = f"no text of the dev part of {name} has labels of the training part alone"
        raise DatasetUnreadable(msg)
    return Material(name, labels, found if several is None else several, tuple(train), *kept)
