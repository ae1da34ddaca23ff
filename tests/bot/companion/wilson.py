"""The written set of crisis and harmless lines, and how a detector did on a part of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

SETS = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Line:
    label: str
    kind: str
    text: str

    @property
    def in_test(self) -> bool:
        """Half of the lines, by a hash of the text: the rules were never tuned on them."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


def lines(name: str) -> list[Line]:
    header, *rows = (SETS / name).read_text("utf-8").splitlines()
    assert header == "label\tkind\ttext"
    return [Line(*row.split("\t")) for row in rows]


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval for a share of independent lines."""
    share = hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    half /= 1 + z * z / count
    return max(0.0, middle - half), min(1.0, middle + half)
