"""The manifest of an exported model: what it means, where it is from, and its checksums."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from classifiers.errors import BackendUnavailable
from classifiers.transformer.folders import checksum
from classifiers.transformer.naming import OWN_MAP, Outputs

FILE: Final = "nunchi.json"
FORMAT: Final = 1
UNNAMED_SOURCE: Final = "a folder"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an exported folder says of itself.

    Attributes:
        labels: In the order of the outputs.
        multi_label: Each label has a probability of its own; ``None`` where that is not known.
        table: A class of ours for each label; ``None`` leaves it to whoever loads it.
        source: The hub id, or the name of the folder, that it was made from.
        revision: The commit of a hub id.
        licence: As the model card says.
        languages: What it was made for.
        quantise: ``none`` or ``int8``.
        longest: How many tokens it can read.
        weights: SHA-256 of the weights that it was made from.
        exporter: How the graph was made.
        difference: The largest difference of a probability from torch's, on the sample texts.
        files: SHA-256 of every file by its name.
        map_name: What the table is called.
    """

    labels: tuple[str, ...]
    multi_label: bool | None
    table: Mapping[str, str | None] | None
    source: str
    revision: str
    licence: str
    languages: tuple[str, ...]
    quantise: str
    longest: int
    weights: str
    exporter: str
    difference: float
    files: Mapping[str, str] = field(default_factory=dict)
    map_name: str = OWN_MAP

    @property
    def outputs(self) -> Outputs:
        """The outputs as the manifest names them."""
        return Outputs(self.labels, self.multi_label, self.table, self.map_name)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it beside the files that it speaks of."""
    content = {"format": FORMAT, **asdict(manifest)}
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, "utf-8")


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a folder and check every file that it lists.

    Returns:
        ``None`` when the folder has no manifest, for it was exported by somebody else.

    Raises:
        BackendUnavailable: The manifest cannot be read, or a file is not what it was.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        manifest = _manifest(content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"{FILE} of the model is damaged; export the model again: nunchi export"
        raise BackendUnavailable(msg) from error
    for name, known in manifest.files.items():
        _check(folder, name, known)
    return manifest


def _manifest(content: dict[str, Any]) -> Manifest:
    if content.pop("format") != FORMAT:
        msg = "another format"
        raise ValueError(msg)
    for name in ("labels", "languages"):
        content[name] = tuple(content[name])
    manifest = Manifest(**content)
    if not manifest.labels or not dict(manifest.files):
        msg = "nothing in it"
        raise ValueError(msg)
    return manifest


def _check(folder: Path, name: str, known: str) -> None:
    path = folder / name
    # A manifest speaks of its own folder only.
    if Path(name).name != name or not path.is_file():
        msg = f"{name} is missing from the exported model; export it again: nunchi export"
        raise BackendUnavailable(msg)
    if checksum([path]) != known:
        msg = (
            f"{name} is not the file that was exported (its checksum differs); copy the folder "
            "again, or export it again: nunchi export"
        )
        raise BackendUnavailable(msg)
