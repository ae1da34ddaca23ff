"""Models that are known by a short name; package data in ``data/presets.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from classifiers.label_maps import built_in_maps

COMMIT: Final = re.compile(r"[0-9a-f]{40}")
DEFAULT_REVISION: Final = "main"


@dataclass(frozen=True, slots=True)
class Preset:
    """A model of the Hugging Face hub, and what has to be known to use it.

    Attributes:
        name: What ``model=`` takes.
        model: The hub id.
        revision: A commit, or a branch where no commit is known.
        file: The ONNX file in the repository, where that is what is run.
        labels: The labels in the order of the outputs, for a model that does not name them.
        label_map: The built-in label map.
        multi_label: Each label has a probability of its own.
        languages: ISO 639-1 codes.
        megabytes: What is downloaded, roughly.
        licence: ``unclear`` where the authors state none.
        note: A sentence or two about it.
    """

    name: str
    model: str
    revision: str
    file: str | None
    labels: tuple[str, ...]
    label_map: str
    multi_label: bool
    languages: tuple[str, ...]
    megabytes: int
    licence: str
    note: str

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a commit, which cannot change."""
        return is_commit(self.revision)


def is_commit(revision: str) -> bool:
    """Tell a commit from a branch or a tag, both of which may move."""
    return COMMIT.fullmatch(revision) is not None


@cache
def presets() -> Mapping[str, Preset]:
    """Return every preset by its name, in the order of the table."""
    text = files("classifiers.transformer").joinpath("data", "presets.json").read_text("utf-8")
    return {name: _preset(name, row) for name, row in json.loads(text).items()}


def _preset(name: str, row: dict[str, object]) -> Preset:
    labels = row["labels"]
    languages = row["languages"]
    assert isinstance(languages, list)
    return Preset(
        name=name,
        model=str(row["model"]),
        revision=str(row["revision"] or DEFAULT_REVISION),
        file=str(row["file"]) if "file" in row else None,
        labels=tuple(built_in_maps()[str(labels)].table) if labels else (),
        label_map=str(row["map"]),
        multi_label=bool(row["multi_label"]),
        languages=tuple(map(str, languages)),
        megabytes=int(str(row["megabytes"])),
        licence=str(row["licence"]),
        note=str(row["note"]),
    )
