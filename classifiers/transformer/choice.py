"""What the options of ``transformers?...`` ask for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classifiers.errors import InvalidOption
from classifiers.options import TRUE, Options
from classifiers.transformer.naming import Naming
from classifiers.transformer.presets import DEFAULT_REVISION, Preset, presets

NAME: Final = "transformers"
HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
DEFAULT_LENGTH: Final = 256
"""Tokens of a message that are read; a chat message has twenty, a very long one hundreds."""

DEFAULT_BATCH: Final = 32
OFFLINE_VARIABLES: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


@dataclass(frozen=True, slots=True)
class Choice:
    """A model and how to run it.

    Attributes:
        model: A folder, or a hub id.
        preset: The preset that was named, if one was.
        revision: The commit, branch or tag of a hub id.
        file: The ONNX file that is run, relative to the folder or the repository.
        naming: What is told of its labels.
        runtime: ``onnx`` or ``torch``.
        quantise: ``auto`` (as it is), ``none`` or ``int8``.
        threads: Threads of one operation.
        batch: Texts judged at once.
        max_length: Tokens of a text that are read.
        offline: Nothing is downloaded.
        cache: Folder of downloads and exports; ``None`` is the user's own.
        languages: What it was made for, where that is told.
    """

    model: str
    preset: Preset | None
    revision: str
    file: str | None
    naming: Naming
    runtime: str
    quantise: str
    threads: int
    batch: int
    max_length: int
    offline: bool
    cache: Path | None
    languages: tuple[str, ...]

    @property
    def folder(self) -> Path | None:
        """The folder that is named, or ``None`` where the model is on the hub.

        Raises:
            InvalidOption: It is neither a folder nor looks like a hub id.
        """
        path = Path(self.model).expanduser()
        if path.is_dir():
            return path
        if HUB_ID.fullmatch(self.model):
            return None
        msg = f"no folder is called {self.model!r}, and no hub id looks like that"
        raise InvalidOption(msg)


def choice_of(given: Mapping[str, str]) -> Choice:
    """Read the options.

    Raises:
        InvalidOption: One is missing, unknown or has a value that cannot be used.
    """
    options = Options(NAME, given)
    name = options.needed("model", "go-emotions")
    preset = None if Path(name).is_dir() else presets().get(name)
    cache = options.text("cache")
    choice = Choice(
        model=preset.model if preset else name,
        preset=preset,
        revision=options.text("revision") or (preset.revision if preset else DEFAULT_REVISION),
        file=options.text("file") or (preset.file if preset else None),
        naming=_naming(options, preset),
        runtime=options.choice("runtime", ("onnx", "torch"), "onnx"),
        quantise=options.choice("quantise", ("auto", "none", "int8"), "auto"),
        threads=options.integer("threads", 1, 1, 256),
        batch=options.integer("batch", DEFAULT_BATCH, 1, 1024),
        max_length=options.integer("max_length", DEFAULT_LENGTH, 4, 8192),
        offline=options.flag("offline", default=_offline_everywhere()),
        cache=Path(cache).expanduser() if cache else None,
        languages=_languages(options) or (preset.languages if preset else ()),
    )
    options.finish()
    _refuse_contradictions(choice)
    return choice


def _naming(options: Options, preset: Preset | None) -> Naming:
    asked = options.text("map")
    told = options.flag("multi_label") if options.text("multi_label") else None
    if preset is None:
        return Naming(label_map=asked, multi_label=told)
    multi_label = preset.multi_label if told is None else told
    return Naming(asked or preset.label_map, multi_label, preset.labels)


def _languages(options: Options) -> tuple[str, ...]:
    codes = tuple(filter(None, (options.text("languages") or "").replace(" ", "").split(",")))
    if not all(map(LANGUAGE.fullmatch, codes)):
        msg = f"the option languages of {NAME} must be codes such as ko,en"
        raise InvalidOption(msg)
    return codes


def _offline_everywhere() -> bool:
    return any(os.environ.get(name, "").lower() in TRUE for name in OFFLINE_VARIABLES)


def _refuse_contradictions(choice: Choice) -> None:
    if choice.runtime == "torch" and choice.quantise == "int8":
        msg = "int8 runs by ONNX Runtime only; remove runtime=torch or quantise=int8"
        raise InvalidOption(msg)
    if choice.runtime == "torch" and choice.file:
        msg = "an ONNX file cannot be run by torch; remove runtime=torch or file="
        raise InvalidOption(msg)
