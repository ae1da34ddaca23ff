"""One name for every kind of labelled data that a command can be given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from classifiers.training.chat.corpus import load_chat
from classifiers.training.datasets.aihub import read_aihub
from classifiers.training.datasets.example import Example
from classifiers.training.datasets.hub import read_hub
from classifiers.training.datasets.tables import Columns, read_table

HUB: Final = "hub:"
CHAT: Final = "chat"


def read_source(name: str, columns: Columns | None = None) -> list[Example]:
    """Return the examples that a name stands for.

    Args:
        name: A TSV, CSV or JSONL file; a JSON file of AI Hub's emotional dialogues;
            ``hub:OWNER/NAME[:SPLIT[:CONFIGURATION]]`` for the Hugging Face hub; or ``chat``,
            ``chat:ko``, ``chat:en``, ``chat:ko:dev`` ... for the corpus of the project (its test
            part if no other is named).
        columns: Where text and labels stand, if not under their usual names.

    Raises:
        DatasetUnreadable: A file is missing or broken.
        DatasetUnavailable: The hub cannot be used.
    """
    return list(_read(name, columns))


def _read(name: str, columns: Columns | None) -> Iterator[Example]:
    kind, *rest = name.split(":")
    if kind == CHAT and not Path(name).exists():
        return _chat(rest)
    if name.startswith(HUB):
        return _hub(rest, columns)
    path = Path(name)
    return read_aihub(path) if path.suffix == ".json" else read_table(path, columns)


def _chat(parts: list[str]) -> Iterator[Example]:
    language, split = [*parts, "", ""][:2]
    lines = load_chat(language or None, split or "test")
    return (line.example for line in lines)


def _hub(parts: list[str], columns: Columns | None) -> Iterator[Example]:
    name, split, configuration = [*parts, "", ""][:3]
    return read_hub(
        name, split=split or "test", configuration=configuration or None, columns=columns
    )
