"""The weights of the embedded model: one file, checked, memory-mapped.

Layout, little-endian: ``MAGIC`` (8 bytes), SHA-256 of all that follows (32), length of the header
(4), the header (JSON, UTF-8), then the arrays one after the other, each at a multiple of 64 bytes
from the end of the header. The rows of networks that are read only when they are asked for are
deflated, column by column: 4-bit codes with a scale a row need a fifth less so.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import BackendUnavailable
from classifiers.heads import Head

MAGIC: Final = b"NUNCHI\x00\x04"
DIGEST_AT: Final = len(MAGIC)
HEADER_AT: Final = DIGEST_AT + 32
ALIGNMENT: Final = 64
ROWS: Final = "rows"
LEVEL: Final = 9
"""Of deflating; it is done once, when training ends."""

Bytes = NDArray[np.uint8]


class WeightsDamaged(BackendUnavailable):
    """A file of weights is missing, cut short, changed, or of another format."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is and what it answers.

    Attributes:
        size: Length of an embedding; a multiple of four.
        width: Units of the hidden layer.
        heads: In the order of their rows in the dense part.
    """

    size: int
    width: int
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores of the emotions become probabilities.

    Attributes:
        temperature: The scores are divided by it.
        doubt: Share of the probability that is spread evenly over the classes, in [0, 1).
    """

    temperature: float = 1.0
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """What a file of weights says of itself.

    Attributes:
        version: Of the model; part of its name in every prediction.
        networks: By name; each has a table of its own, so that what one learns costs the others
            nothing.
        calibrations: By language code; ``und`` is for the languages that are not there.
        languages: ISO 639-1 codes that the model was made for.
        sources: The data sets that it learnt from, each with its licence.
    """

    version: str
    networks: Mapping[str, Shape]
    calibrations: Mapping[str, Calibration]
    languages: tuple[str, ...]
    sources: Mapping[str, str]

    @property
    def heads(self) -> Mapping[str, Head]:
        """Every head by name."""
        return {head.name: head for shape in self.networks.values() for head in shape.heads}

    def homes(self, head: str) -> tuple[str, ...]:
        """Return the names of the networks that have a head of some name."""
        return tuple(
            name
            for name, shape in self.networks.items()
            if any(each.name == head for each in shape.heads)
        )


@dataclass(frozen=True, slots=True)
class Arrays:
    """What a network learnt.

    Attributes:
        tags: uint8[buckets, 2], buckets a power of two: which two n-grams a bucket holds.
        rows: uint8[2 * buckets, size / 2 + 2]: an embedding of 4-bit codes, two a byte (the lower
            half first), then the code of its gate and the code of its scale.
        dense: float16[n]: hidden weights [width, 2 * size], hidden bias [width], and for each head
            weights [labels, width + 2 * size] and bias [labels].
    """

    tags: Bytes
    rows: Bytes
    dense: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Weights:
    """The card, and the arrays of each network by its name, read when they are asked for."""

    card: Card
    arrays: Mapping[str, Arrays]


class _Networks(Mapping[str, Arrays]):
    """The arrays of a file by network; what is deflated is inflated when it is asked for."""

    def __init__(
        self, path: Path, names: Collection[str], body: memoryview, places: Mapping[str, Any]
    ) -> None:
        self._path = path
        self._names = names
        self._body = body
        self._places = places

    def __getitem__(self, name: str) -> Arrays:
        if name not in self._names:
            raise KeyError(name)
        found = (self._places[f"{name}.{field.name}"] for field in fields(Arrays))
        return Arrays(*(_array(self._path, self._body, place) for place in found))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def save(weights: Weights, path: Path, deflated: Collection[str] = ()) -> None:
    """Write a file of weights; the same weights give the same bytes with the same zlib.

    Args:
        weights: What to write.
        path: The file.
        deflated: The networks whose rows are deflated; the others can be used as they lie there.
    """
    body = bytearray()
    places: dict[str, dict[str, Any]] = {}
    for name, network in weights.arrays.items():
        for field in fields(Arrays):
            array: NDArray[Any] = getattr(network, field.name)
            body.extend(bytes(-len(body) % ALIGNMENT))
            place = {"at": len(body), "shape": array.shape, "type": array.dtype.name}
            if field.name == ROWS and name in deflated:
                content = zlib.compress(array.T.tobytes(), LEVEL)
                place["deflated"] = len(content)
            else:
                content = array.tobytes()
            body.extend(content)
            places[f"{name}.{field.name}"] = place
    header = json.dumps(
        {"card": asdict(weights.card), "arrays": places}, ensure_ascii=False, sort_keys=True
    ).encode()
    header += b" " * (-(HEADER_AT + 4 + len(header)) % ALIGNMENT)
    rest = len(header).to_bytes(4, "little") + header + bytes(body)
    path.write_bytes(MAGIC + hashlib.sha256(rest).digest() + rest)


def load(path: Path) -> Weights:
    """Map a file of weights into memory and check it.

    Raises:
        WeightsDamaged: The file is missing, cut short, changed, or of another format.
    """
    content = _mapped(path)
    if content[:DIGEST_AT] != MAGIC:
        raise _damaged(path, "is no file of weights of this version")
    view = memoryview(content)
    if hashlib.sha256(view[HEADER_AT:]).digest() != bytes(view[DIGEST_AT:HEADER_AT]):
        raise _damaged(path, "is damaged: its checksum is wrong")
    header, start = _header(view)
    card = _card(header["card"])
    networks = _Networks(path, tuple(card.networks), view[start:], header["arrays"])
    return Weights(card, networks)


def read_card(path: Path) -> Card:
    """Read only the card of a file; the arrays are not checked.

    Raises:
        WeightsDamaged: The file is missing or of another format.
    """
    content = _mapped(path)
    if content[:DIGEST_AT] != MAGIC:
        raise _damaged(path, "is no file of weights of this version")
    try:
        header, _ = _header(memoryview(content))
        return _card(header["card"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, "is damaged: its header cannot be read") from error


def _mapped(path: Path) -> mmap.mmap:
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise _damaged(path, "cannot be read") from error


def _header(view: memoryview) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(view[HEADER_AT : HEADER_AT + 4], "little")
    start = HEADER_AT + 4
    return json.loads(bytes(view[start : start + length])), start + length


def _card(told: dict[str, Any]) -> Card:
    networks = {name: _shape(shape) for name, shape in told["networks"].items()}
    calibrations = {code: Calibration(**each) for code, each in told["calibrations"].items()}
    languages = tuple(told["languages"])
    return Card(
        **{**told, "networks": networks, "calibrations": calibrations, "languages": languages}
    )


def _shape(told: dict[str, Any]) -> Shape:
    heads = tuple(
        Head(head["name"], tuple(head["labels"]), head["multi_label"]) for head in told["heads"]
    )
    return Shape(told["size"], told["width"], heads)


def _array(path: Path, body: memoryview, place: Mapping[str, Any]) -> NDArray[Any]:
    kind = np.dtype(place["type"])
    shape = tuple(place["shape"])
    count = int(np.prod(shape))
    if "deflated" not in place:
        return np.frombuffer(body, kind, count, place["at"]).reshape(shape)
    content = body[place["at"] : place["at"] + place["deflated"]]
    columns = np.frombuffer(_inflated(path, content, count * kind.itemsize), kind)
    return np.ascontiguousarray(columns.reshape(shape[::-1]).T)


def _inflated(path: Path, content: memoryview, size: int) -> bytes:
    """Return what was deflated; never more than the header tells, whatever the file holds."""
    try:
        found = zlib.decompressobj().decompress(content, size)
    except zlib.error as error:
        raise _damaged(path, "is damaged: a part cannot be inflated") from error
    if len(found) != size:
        raise _damaged(path, "is damaged: a part is too short")
    return found


def _damaged(path: Path, problem: str) -> WeightsDamaged:
    return WeightsDamaged(f"{path.name} {problem}; install the package again or train a new one")
