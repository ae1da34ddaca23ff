"""One name for every kind of labelled data that a command can be given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from classifiers.training.chat.corpus import ChatLine, load_chat
from classifiers.training.datasets.aihub import read_aihub
from classifiers.training.datasets.errors import DatasetUnreadable
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


def chat_lines(name: str) -> tuple[ChatLine, ...]:
    """Return the lines that ``chat[:LANGUAGE[:PART]]`` stands for; the test part by default.

    Raises:
        DatasetUnreadable: The name is another one, or there is no such language or part.
    """
    kind, language, split = [*name.split(":"), "", ""][:3]
    if kind != CHAT:
        msg = f"only the chat corpus will do here, chat[:LANGUAGE[:PART]], not {name!r}"
        raise DatasetUnreadable(msg)
    return load_chat(language or None, split or "test")


def _read(name: str, columns: Columns | None) -> Iterator[Example]:
    if name.partition(":")[0] == CHAT:
        return (line.example for line in chat_lines(name))
    if name.startswith(HUB):
        return _hub(name, columns)
    path = Path(name)
    return read_aihub(path) if path.suffix == ".json" else read_table(path, columns)


def _hub(name: str, columns: Columns | None) -> Iterator[Example]:
    _, owned, split, configuration = [*name.split(":"), "", ""][:4]
    return read_hub(
        owned, split=split or "test", configuration=configuration or None, columns=columns
    )
