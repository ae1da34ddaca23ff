"""Rows in batches of about equal length, in an order that the seed decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.keras.encoding import Encoder, Row, padded
from classifiers.training.datasets import Example

Array = NDArray[Any]

POOL: Final = 50
"""Batches that are drawn together and sorted by length, so that little padding is needed."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Texts as a network reads them, and what it should answer.

    Attributes:
        rows: One a text.
        targets: float32 of shape (texts, outputs).
    """

    rows: Sequence[Row]
    targets: Array

    def batches(self, size: int, generator: np.random.Generator | None) -> list[Array]:
        """Return the numbers of the texts of each batch; in a drawn order with a generator."""
        count = len(self.rows)
        order = np.arange(count) if generator is None else generator.permutation(count)
        lengths = np.array([len(row[0]) for row in self.rows])
        found: list[Array] = []
        for start in range(0, count, size * POOL):
            pool = order[start : start + size * POOL]
            pool = pool[np.argsort(lengths[pool], kind="stable")]
            found += [pool[at : at + size] for at in range(0, len(pool), size)]
        if generator is not None:
            found = [found[each] for each in generator.permutation(len(found))]
        return found

    def forever(
        self, encoder: Encoder, size: int, generator: np.random.Generator | None
    ) -> Iterator[tuple[tuple[Array, ...], Array]]:
        """Yield inputs and targets, round after round."""
        while True:
            for batch in self.batches(size, generator):
                inputs = padded(encoder, [self.rows[each] for each in batch])
                yield tuple(inputs.values()), self.targets[batch]


def targets_of(examples: Sequence[Example], labels: Sequence[str], *, binary: bool) -> Array:
    """Return what a network should answer: a column a label, or of two the second alone.

    Returns:
        float32 of shape (examples, outputs), 0 or 1.
    """
    places = {label: place for place, label in enumerate(labels)}
    table = np.zeros((len(examples), len(labels)), np.float32)
    for line, example in zip(table, examples, strict=True):
        line[[places[label] for label in example.labels]] = 1
    return table[:, 1:] if binary else table
