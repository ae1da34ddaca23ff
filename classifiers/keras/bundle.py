"""A trained model as one thing to copy: a folder, or one file ``NAME.nunchi`` (a ZIP of the same).

The members are ``manifest.json`` (what the model is, and the SHA-256 of every other member),
``signature.txt`` (who wrote the manifest, see ``trust``), ``model.keras``, ``model.onnx`` where
it could be exported, ``tokenizer.json``, and for people ``evaluation.json``, ``history.json`` and
``curves.png``.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from classifiers.keras.errors import BundleDamaged, BundleUnusable

FORMAT: Final = 1
SUFFIX: Final = ".nunchi"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature.txt"
MODEL: Final = "model.keras"
GRAPH: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
EVALUATION: Final = "evaluation.json"
HISTORY: Final = "history.json"
CURVES: Final = "curves.png"

LARGEST_MANIFEST: Final = 2**20
LARGEST_MEMBER: Final = 2**31
"""Bytes; a larger member is refused before it is unpacked."""

Text = Annotated[str, Field(min_length=1, max_length=200)]


class Manifest(BaseModel):
    """What a bundle says of its model.

    Attributes:
        format: The version of this layout.
        name: The data that it was trained on; its head is called so.
        architecture: Which of the three networks it is.
        encoding: How texts become numbers: ``subwords`` or ``ngrams``.
        labels: What the columns of its answers mean. Two labels that exclude each other share one
            output, the probability of the second, which is the pleasanter one.
        multi_label: Each label has a probability of its own.
        map_name: The label map that was chosen at training.
        label_map: Its table for these labels: an emotion or a sentiment each, or nothing.
        languages: ISO 639-1 codes of the texts that it was trained on.
        threshold: From which probability of the pleasanter of two labels the verdict is that one.
        length: The most tokens or n-grams of a text that are read.
        files: The SHA-256 of each member, in hexadecimal.
        made_with: Versions of the packages, and the settings of the training; for people.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1]
    name: Text
    architecture: Literal["lstm", "transformer", "bow"]
    encoding: Literal["subwords", "ngrams"]
    labels: tuple[Text, ...] = Field(min_length=2, max_length=1000)
    multi_label: bool
    map_name: str
    label_map: Mapping[str, str | None]
    languages: tuple[str, ...]
    threshold: float = Field(gt=0, lt=1)
    length: int = Field(ge=1, le=100_000)
    files: Mapping[str, Annotated[str, Field(pattern="^[0-9a-f]{64}$")]]
    made_with: Mapping[str, str | int | float | bool | None] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.labels)) != len(self.labels) or set(self.labels) != set(self.label_map):
            msg = "labels and label_map differ"
            raise ValueError(msg)
        return self

    @property
    def is_binary(self) -> bool:
        """Whether one output speaks for two labels."""
        return len(self.labels) == 2 and not self.multi_label


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle; its members are read, and checked, when they are asked for.

    Attributes:
        path: The folder or file.
        manifest: What it says of its model.
        sealed: The bytes of the manifest, which the signature is made of.
        signature: The signature, or an empty string.
    """

    path: Path
    manifest: Manifest
    sealed: bytes
    signature: str

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the manifest, and so of everything that it lists; hexadecimal."""
        return hashlib.sha256(self.sealed).hexdigest()

    def has(self, member: str) -> bool:
        """Tell whether the manifest lists a member."""
        return member in self.manifest.files

    def read(self, member: str) -> bytes:
        """Return a member.

        Raises:
            BundleDamaged: It is missing, or not the one that was written.
        """
        content = _member(self.path, member, LARGEST_MEMBER)
        if content is None:
            msg = f"{member} is missing in {self.path}; copy the bundle again, or train it anew"
            raise BundleDamaged(msg)
        if hashlib.sha256(content).hexdigest() != self.manifest.files.get(member):
            msg = (
                f"{member} in {self.path} does not match its checksum; copy the bundle again, or "
                "train it anew"
            )
            raise BundleDamaged(msg)
        return content


def open_bundle(path: Path) -> Bundle:
    """Open a bundle and read its manifest; nothing of it is run.

    Raises:
        BundleUnusable: There is none, or it is none that this version reads.
        BundleDamaged: The file is broken.
    """
    if not path.exists():
        msg = f"there is no bundle {path}; train one with: nunchi train --help"
        raise BundleUnusable(msg)
    sealed = _member(path, MANIFEST, LARGEST_MANIFEST)
    if sealed is None:
        msg = f"{path} is no bundle, or a broken one: it has no {MANIFEST}"
        raise BundleUnusable(msg)
    try:
        manifest = Manifest.model_validate_json(sealed)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "its form"
        msg = f"{MANIFEST} in {path} cannot be used ({place}); is it of another version of Nunchi?"
        raise BundleUnusable(msg) from error
    signature = (_member(path, SIGNATURE, LARGEST_MANIFEST) or b"").decode("ascii", "replace")
    return Bundle(path, manifest, sealed, signature.strip())


def write_bundle(
    path: Path, members: Mapping[str, bytes], manifest: Manifest, signature: str
) -> Bundle:
    """Write a bundle: one file if the name ends in ``.nunchi``, else a folder.

    Args:
        path: Where; a file is replaced, a folder must be absent, empty or a bundle.
        members: All that the manifest lists.
        manifest: What is said of the model; see ``sealed``.
        signature: Of the sealed manifest.

    Raises:
        BundleUnusable: The place is taken by something else, or cannot be written.
    """
    everything = {**members, MANIFEST: sealed(manifest), SIGNATURE: f"{signature}\n".encode()}
    check_place(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == SUFFIX:
            _write_file(path, everything)
        else:
            _write_folder(path, everything)
    except OSError as error:
        msg = f"the bundle {path} cannot be written: {error.strerror or error}"
        raise BundleUnusable(msg) from error
    return open_bundle(path)


def check_place(path: Path) -> None:
    """Find out before hours of training whether a bundle may be written to a place.

    Raises:
        BundleUnusable: Something else is there.
    """
    if path.suffix == SUFFIX:
        taken = path.is_dir()
    elif path.is_dir():
        taken = any(path.iterdir()) and not (path / MANIFEST).is_file()
    else:
        taken = path.exists()
    if taken:
        msg = f"{path} holds something that is no bundle; choose another place"
        raise BundleUnusable(msg)


def sealed(manifest: Manifest) -> bytes:
    """Return the bytes of a manifest, the same each time."""
    return manifest.model_dump_json(indent=1).encode()


def checksums(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each member."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}


def _member(path: Path, name: str, largest: int) -> bytes | None:
    """Return a member, or ``None`` without one."""
    try:
        content = _from_folder(path, name) if path.is_dir() else _from_file(path, name, largest)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        msg = f"{name} in {path} cannot be read; copy the bundle again, or train it anew"
        raise BundleDamaged(msg) from error
    if content is not None and len(content) > largest:
        msg = f"{name} in {path} is too large to be what it should be"
        raise BundleDamaged(msg)
    return content


def _from_folder(path: Path, name: str) -> bytes | None:
    file = path / name
    return file.read_bytes() if file.is_file() else None


def _from_file(path: Path, name: str, largest: int) -> bytes | None:
    with zipfile.ZipFile(path) as archive:
        if name not in archive.namelist():
            return None
        # One byte more than is allowed is enough to see that it is too large.
        with archive.open(name) as member:
            return member.read(largest + 1)


def _write_file(path: Path, members: Mapping[str, bytes]) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            # A fixed time, so that the same training gives the same file.
            archive.writestr(zipfile.ZipInfo(name), content)
    unfinished.replace(path)


def _write_folder(path: Path, members: Mapping[str, bytes]) -> None:
    path.mkdir(exist_ok=True)
    for known in (MODEL, GRAPH, TOKENIZER, EVALUATION, HISTORY, CURVES, SIGNATURE, MANIFEST):
        (path / known).unlink(missing_ok=True)
    for name, content in members.items():
        (path / name).write_bytes(content)
