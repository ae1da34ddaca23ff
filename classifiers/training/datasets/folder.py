"""A folder of tidy sets: ``NAME/{train,dev,test}.tsv.gz`` with a text and a label in each row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from classifiers.training.datasets.errors import DatasetUnreadable
from classifiers.training.datasets.example import Dataset, Example
from classifiers.training.datasets.tables import Columns, read_table

SPLITS: Final = ("train", "dev", "test")
SUFFIXES: Final = (".tsv.gz", ".tsv", ".csv.gz", ".csv", ".jsonl.gz", ".jsonl")


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names of the sets in a folder, in alphabetical order."""
    if not folder.is_dir():
        msg = f"{folder} is no folder"
        raise DatasetUnreadable(msg)
    inside = sorted(path for path in folder.iterdir() if path.is_dir())
    return tuple(path.name for path in inside if any(_file(path, split) for split in SPLITS))


def read_set(
    folder: Path, name: str, *, splits: Sequence[str] = SPLITS, columns: Columns | None = None
) -> Dataset:
    """Read the parts of one set; a part without a file is left out.

    Args:
        folder: The folder that holds a folder for each set.
        name: The set, such as ``goemotions``.
        splits: The parts to read.
        columns: Where text and labels stand, if not under their usual names.

    Raises:
        DatasetUnreadable: None of the parts is there, or a file is broken.
    """
    found: dict[str, list[Example]] = {}
    for split in splits:
        path = _file(folder / name, split)
        if path is not None:
            found[split] = list(read_table(path, columns))
    if not found:
        msg = f"there is no set called {name!r} in {folder}; there are: {_listed(folder)}"
        raise DatasetUnreadable(msg)
    return Dataset.of(name, found)


def _file(folder: Path, split: str) -> Path | None:
    candidates = (folder / f"{split}{suffix}" for suffix in SUFFIXES)
    return next((path for path in candidates if path.is_file()), None)


def _listed(folder: Path) -> str:
    return ", ".join(names_in(folder)) or "none"
