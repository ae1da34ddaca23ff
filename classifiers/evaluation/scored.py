"""What people said and what a classifier said, side by side, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A judged test set of ``n`` texts and ``k`` classes.

    Attributes:
        classes: The names of the columns.
        gold: What people said, shape (n, k); one flag a row unless ``multi_label``.
        predicted: What the classifier decided, shape (n, k).
        scores: Its probabilities, shape (n, k); ``None`` where it gave none.
        languages: The language of each text, as ``classifiers.language.detect`` tells it.
        multi_label: Whether a text may belong to several classes.
        seconds: How long the classifier took for all texts, everything included.
        dropped: How many examples were left out because their labels name no single class.
        thresholds: From which score a class counts as predicted, shape (k,); multi-label only.
    """

    classes: tuple[str, ...]
    gold: Flags
    predicted: Flags
    scores: Scores | None
    languages: tuple[str, ...]
    multi_label: bool
    seconds: float
    dropped: int = 0
    thresholds: Scores | None = None

    @property
    def correct(self) -> Flags:
        """Which texts were judged exactly as people did, shape (n,)."""
        return np.asarray((self.gold == self.predicted).all(axis=1))

    def only(self, rows: NDArray[Any]) -> Scored:
        """Return the part with some rows; its ``seconds`` stay those of the whole."""
        chosen = np.arange(len(self.gold))[rows]
        return Scored(
            self.classes,
            self.gold[chosen],
            self.predicted[chosen],
            None if self.scores is None else self.scores[chosen],
            tuple(self.languages[row] for row in chosen),
            self.multi_label,
            self.seconds,
            self.dropped,
            self.thresholds,
        )


def one_hot(columns: NDArray[np.intp], width: int) -> Flags:
    """Return flags of shape (len(columns), width), one a row."""
    return np.asarray(columns[:, None] == np.arange(width))


def flags_of(rows: Sequence[Sequence[str]], classes: Sequence[str]) -> Flags:
    """Return which of the classes each row names, shape (rows, classes)."""
    columns = {name: number for number, name in enumerate(classes)}
    flags = np.zeros((len(rows), len(classes)), dtype=np.bool_)
    for number, row in enumerate(rows):
        flags[number, [columns[name] for name in row]] = True
    return flags
