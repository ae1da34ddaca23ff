"""The training loop: rounds over a mixture of lessons, everything drawn from one seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import MOST_BUCKET_BITS
from classifiers.heads import Head
from classifiers.training.embedded.kernels import train_pass
from classifiers.training.embedded.state import (
    Dense,
    Examples,
    Floats,
    Knobs,
    Layout,
    Table,
    bench,
)
from classifiers.training.embedded.vocabulary import Bags

LONGEST: Final = 2_048
"""N-grams of one example that are learnt from."""

MOST_LABELS: Final = 64
"""Labels of one head: the bits of a target."""

REPORTED: Final = 20_000
"""Examples between two reports of progress."""

NEGATED_SPREAD: Final = 0.3
"""How large the first weights of the negated mean are beside those of the whole."""

LAST_RATE: Final = 0.002
"""Rates fall to this share of where they began."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The knobs of training; the defaults were chosen on the dev parts.

    Attributes:
        size: Length of an embedding; a multiple of four.
        width: Units of the hidden layer.
        rounds: Passes over the mixture.
        table_rate: Learning rate of the embeddings (Adagrad).
        dense_rate: Learning rate of the rest (Adam).
        drop_grams: Share of n-grams that an example does without.
        drop_units: Share of hidden units that an example does without.
        smoothing: Share of a target that is spread over all labels (one-label heads).
        bits: Of the number of buckets; half as many n-grams fit when it is one less.
        evenness: A set of n examples is drawn from n ** evenness times a constant.
    """

    size: int = 28
    width: int = 128
    rounds: int = 3
    table_rate: float = 0.25
    dense_rate: float = 1e-3
    drop_grams: float = 0.4
    drop_units: float = 0.4
    smoothing: float = 0.05
    bits: int = MOST_BUCKET_BITS
    evenness: float = 0.85


@dataclass(frozen=True, slots=True)
class Group:
    """Examples that are drawn from together.

    Attributes:
        head: Position among the heads.
        bags: The slots of each example.
        targets: uint64[examples], a bit for each label that holds.
        weight: Of each example in the loss.
        share: How many examples a round draws, as a multiple of their number; if not given, it
            follows from ``Plan.evenness``.
    """

    head: int
    bags: Bags
    targets: NDArray[np.uint64]
    weight: float = 1.0
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Learnt:
    """What training leaves behind, in floats.

    Attributes:
        table: float32[slots, size].
        gates: float32[slots].
        dense: float32[n], see ``classifiers.embedded.weights.Weights``.
    """

    table: Floats
    gates: Floats
    dense: Floats


def train(
    groups: Sequence[Group],
    heads: Sequence[Head],
    slots: int,
    plan: Plan,
    seed: int,
    progress: Callable[[int], None],
) -> Learnt:
    """Train from nothing; the same arguments give the same result on the same machine.

    Args:
        groups: What to learn from.
        heads: What to learn.
        slots: Rows of the table.
        plan: The knobs.
        seed: Of everything random.
        progress: Hears how many more examples were seen.
    """  # fmt: skip
    chance = np.random.default_rng(seed)
    learnt = _beginning(heads, slots, plan, chance)
    sums = (np.full(slots, 1e-6, np.float32), np.full(slots, 1e-3, np.float32))
    table = Table(learnt.table, learnt.gates, *sums)
    slopes, first, second = (np.zeros_like(learnt.dense) for _ in range(3))
    dense = Dense(learnt.dense, slopes, first, second, np.zeros(1, np.int64))
    layout = _layout(heads, plan)
    examples = _joined(groups)
    room = bench(LONGEST, plan.size, plan.width, MOST_LABELS)
    drawn = _drawn(groups, plan)
    for round_ in range(plan.rounds):
        order = _order(groups, drawn, chance)
        parts = np.array_split(order, max(len(order) // REPORTED, 1))
        for number, part in enumerate(parts):
            done = (round_ + np.array([number, number + 1]) / len(parts)) / plan.rounds
            knobs = _knobs(plan, 1 - done, int(chance.integers(1 << 31)))
            train_pass(table, dense, layout, examples, part, knobs, room)
            progress(len(part))
    return learnt


def examples_seen(groups: Sequence[Group], plan: Plan) -> int:
    """Return how many examples training will see."""
    return plan.rounds * sum(_drawn(groups, plan))


def _beginning(
    heads: Sequence[Head], slots: int, plan: Plan, chance: np.random.Generator
) -> Learnt:
    table = chance.random((slots, plan.size), np.float32)
    table -= np.float32(0.5)
    table *= np.float32(0.2)
    seen = 2 * plan.size
    spread = np.repeat([1.0, NEGATED_SPREAD], plan.size) / np.sqrt(plan.size)
    inputs = plan.width + seen + 1
    outer = sum(len(head.labels) for head in heads) * inputs
    dense = np.concatenate(
        [
            (chance.standard_normal((plan.width, seen)) * spread).ravel(),
            np.zeros(plan.width),
            chance.standard_normal(outer) * 0.05,
        ]
    )
    return Learnt(table, np.zeros(slots, np.float32), dense.astype(np.float32))


def _layout(heads: Sequence[Head], plan: Plan) -> Layout:
    sizes = np.array([len(head.labels) for head in heads], np.int64)
    spans = sizes * (plan.width + 2 * plan.size + 1)
    starts = plan.width * (2 * plan.size + 1) + np.cumsum(spans) - spans
    return Layout(starts, sizes, np.array([head.multi_label for head in heads]), plan.width)


def _knobs(plan: Plan, left: NDArray[np.float64], seed: int) -> Knobs:
    before, after = np.maximum(left, LAST_RATE).tolist()
    return Knobs(
        plan.table_rate * before,
        plan.table_rate * after,
        plan.dense_rate * before,
        plan.dense_rate * after,
        plan.drop_grams,
        plan.drop_units,
        plan.smoothing,
        seed,
    )


def _joined(groups: Sequence[Group]) -> Examples:
    rows = np.concatenate([group.bags.values for group in groups]).astype(np.int32)
    turned = np.concatenate([group.bags.turned for group in groups])
    lengths = np.concatenate([group.bags.lengths for group in groups])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    targets = np.concatenate([group.targets for group in groups])
    counts = [len(group.targets) for group in groups]
    heads = np.repeat(np.array([group.head for group in groups], np.int32), counts)
    weights = np.repeat(np.array([group.weight for group in groups], np.float32), counts)
    return Examples(rows, turned, offsets, targets, heads, weights)


def _drawn(groups: Sequence[Group], plan: Plan) -> list[int]:
    counts = np.array([len(group.targets) for group in groups], float)
    even = counts**plan.evenness
    even *= counts.sum() / even.sum()
    shares = zip(groups, counts, even, strict=True)
    return [int(free if group.share is None else group.share * n) for group, n, free in shares]


def _order(
    groups: Sequence[Group], drawn: Sequence[int], chance: np.random.Generator
) -> NDArray[np.int64]:
    order: list[NDArray[np.int64]] = []
    start = 0
    for group, wanted in zip(groups, drawn, strict=True):
        count = len(group.targets)
        order.extend(
            start + chance.permutation(count)[: wanted - done] for done in range(0, wanted, count)
        )
        start += count
    return chance.permutation(np.concatenate(order))
