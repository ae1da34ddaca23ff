"""What the compiled loops work on: named tuples of arrays, which numba understands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Table(NamedTuple):
    """The embeddings and their gates, with Adagrad's sums of squared gradients.

    Attributes:
        values: float32[slots, size].
        gates: float32[slots], logarithms of weights.
        value_sums: float32[slots].
        gate_sums: float32[slots].
    """

    values: Floats
    gates: Floats
    value_sums: Floats
    gate_sums: Floats


class Dense(NamedTuple):
    """All dense weights in one vector, their gradients, and Adam's two moments.

    Attributes:
        values: float32[n]: hidden weights [width, 2 * size], hidden bias [width], and for each
            head weights [labels, width + 2 * size] and bias [labels].
        slopes: float32[n], summed since the last step.
        first: float32[n].
        second: float32[n].
        steps: int64[1], how many steps were taken.
    """

    values: Floats
    slopes: Floats
    first: Floats
    second: Floats
    steps: NDArray[np.int64]


class Layout(NamedTuple):
    """Where each head lies in the dense vector.

    Attributes:
        starts: int64[heads].
        labels: int64[heads], how many labels a head has.
        several: bool[heads], whether several labels may hold.
        width: Units of the hidden layer.
    """

    starts: NDArray[np.int64]
    labels: NDArray[np.int64]
    several: NDArray[np.bool_]
    width: int


class Examples(NamedTuple):
    """The examples of all groups, one after the other.

    Attributes:
        rows: int32[n-grams], slots.
        turned: bool[n-grams], whether an n-gram is of the negated part.
        offsets: int64[examples + 1], where the n-grams of an example begin.
        targets: uint64[examples], a bit for each label that holds.
        heads: int32[examples].
        weights: float32[examples], in the loss.
    """

    rows: NDArray[np.int32]
    turned: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    targets: NDArray[np.uint64]
    heads: NDArray[np.int32]
    weights: Floats


class Knobs(NamedTuple):
    """The settings of a pass; rates fall in a line from the first example to the last.

    Attributes:
        table_from: Rate of the embeddings at the first example.
        table_to: The same at the last.
        dense_from: Rate of the dense part at the first example.
        dense_to: The same at the last.
        drop_grams: Share of n-grams that an example does without.
        drop_units: Share of hidden units that an example does without.
        smoothing: Share of a target that is spread over all labels.
        seed: Of what is dropped.
    """

    table_from: float
    table_to: float
    dense_from: float
    dense_to: float
    drop_grams: float
    drop_units: float
    smoothing: float
    seed: int


class Bench(NamedTuple):
    """Room for one example at a time.

    Attributes:
        rows: int32[longest], the n-grams that were not dropped.
        halves: int64[longest], where their half of the mean begins: 0, or size if negated.
        weights: float32[longest], their weights.
        mean: float32[2 * size], pooled: of the whole text, and of its negated part.
        mean_mask: float32[2 * size], 0 or the factor that makes up for what is dropped.
        seen: float32[2 * size], the mean after the mask.
        hidden: float32[width].
        hidden_mask: float32[width].
        scores: float32[most labels].
        mean_slope: float32[2 * size].
        hidden_slope: float32[width].
    """

    rows: NDArray[np.int32]
    halves: NDArray[np.int64]
    weights: Floats
    mean: Floats
    mean_mask: Floats
    seen: Floats
    hidden: Floats
    hidden_mask: Floats
    scores: Floats
    mean_slope: Floats
    hidden_slope: Floats


def bench(longest: int, size: int, width: int, labels: int) -> Bench:
    """Return room for examples of at most so many n-grams and labels."""
    lengths = (longest, 2 * size, 2 * size, 2 * size, width, width, labels, 2 * size, width)
    floats = [np.zeros(length, np.float32) for length in lengths]
    return Bench(np.zeros(longest, np.int32), np.zeros(longest, np.int64), *floats)
