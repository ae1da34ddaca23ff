"""The inner loops of training, compiled; the gradients are written out by hand.

What the layers see is two means beside each other, of the whole text and of its negated part; both
are divided by the weights of the whole.

One example at a time: the embeddings learn by Adagrad with one sum a row, the dense part by Adam
after every ``BATCH`` examples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from classifiers.training.embedded.state import Bench, Dense, Examples, Floats, Knobs, Layout, Table

F = TypeVar("F", bound=Callable[..., object])

BATCH: Final = 16
POOL_SCALE: Final = 4.0
"""The mean of embeddings is multiplied by this, in inference too; it speeds up the first steps."""

GATE_LIMIT: Final = 4.0
"""Largest logarithm of a weight, either way."""

GATE_RATE: Final = 0.5
"""Rate of the gates, as a share of that of the embeddings."""


def compiled(function: F) -> F:
    """Compile a function with numba; a type checker sees it as it is written."""
    return cast("F", numba.njit(cache=True, fastmath=True, nogil=True)(function))


@compiled
def train_pass(
    table: Table,
    dense: Dense,
    layout: Layout,
    examples: Examples,
    order: NDArray[np.int64],
    knobs: Knobs,
    room: Bench,
) -> float:
    """Learn from the examples that ``order`` names, one after the other; return the mean loss.

    Args:
        table: Changed in place.
        dense: Changed in place.
        layout: Of ``dense``.
        examples: All of them.
        order: int64[n], positions of examples.
        knobs: The settings.
        room: Changed in place; ``bench`` makes it.
    """
    np.random.seed(knobs.seed)
    loss = 0.0
    for at in range(len(order)):
        done = at / len(order)
        length = keep_some(examples, order[at], knobs.drop_grams, room)
        if length > 0:
            rate = knobs.table_from + (knobs.table_to - knobs.table_from) * done
            loss += learn(table, dense, layout, examples, order[at], length, knobs, room, rate)
        if at % BATCH == BATCH - 1:
            adam(dense, knobs.dense_from + (knobs.dense_to - knobs.dense_from) * done)
    return loss / max(len(order), 1)


@compiled
def keep_some(examples: Examples, example: int, drop: float, room: Bench) -> int:
    """Copy the n-grams that are not dropped to ``room.rows``; return how many."""
    length = 0
    for place in range(examples.offsets[example], examples.offsets[example + 1]):
        if length < len(room.rows) and np.random.random() >= drop:
            room.rows[length] = examples.rows[place]
            room.halves[length] = len(room.mean) // 2 if examples.turned[place] else 0
            length += 1
    return length


@compiled
def learn(  # noqa: PLR0913, PLR0917  (numba takes no object that would carry these)
    table: Table,
    dense: Dense,
    layout: Layout,
    examples: Examples,
    example: int,
    length: int,
    knobs: Knobs,
    room: Bench,
    rate: float,
) -> float:
    """Learn from one example, whose n-grams are the first ``length`` of ``room.rows``."""
    total = pool(table, room, length)
    draw_mask(room.mean_mask, knobs.drop_units / 2)
    draw_mask(room.hidden_mask, knobs.drop_units)
    hide(dense, layout.width, room)
    head = examples.heads[example]
    start, labels = layout.starts[head], layout.labels[head]
    score(dense, start, labels, room)
    loss = residuals(
        room.scores[:labels],
        examples.targets[example],
        layout.several[head],
        knobs.smoothing,
        examples.weights[example],
    )
    backward_head(dense, start, labels, room)
    backward_hidden(dense, layout.width, room)
    scatter(table, room, length, total, rate)
    return loss


@compiled
def pool(table: Table, room: Bench, length: int) -> float:
    """Write the weighted means of the rows; return the sum of the weights of the whole text."""
    mean = room.mean
    mean[:] = 0
    total = np.float32(1e-6)
    for i in range(length):
        gate = min(max(table.gates[room.rows[i]], np.float32(-GATE_LIMIT)), np.float32(GATE_LIMIT))
        weight = np.exp(gate)
        room.weights[i] = weight
        half = room.halves[i]
        if half == 0:
            total += weight
        row = table.values[room.rows[i]]
        for j in range(len(row)):
            mean[half + j] += weight * row[j]
    for j in range(len(mean)):
        mean[j] *= np.float32(POOL_SCALE) / total
    return float(total)


@compiled
def draw_mask(mask: Floats, drop: float) -> None:
    """Drop some units; the others are raised, so that the expectation stays."""
    kept = np.float32(1 / (1 - drop))
    for k in range(len(mask)):
        mask[k] = kept if np.random.random() >= drop else np.float32(0)


@compiled
def hide(dense: Dense, width: int, room: Bench) -> None:
    """Mask the mean and write the rectified hidden layer."""
    size = len(room.mean)
    for j in range(size):
        room.seen[j] = room.mean[j] * room.mean_mask[j]
    bias = dense.values[width * size : width * (size + 1)]
    for k in range(width):
        row = dense.values[k * size : (k + 1) * size]
        total = bias[k]
        for j in range(size):
            total += row[j] * room.seen[j]
        room.hidden[k] = max(total, np.float32(0)) * room.hidden_mask[k]


@compiled
def score(dense: Dense, start: int, labels: int, room: Bench) -> None:
    """Write the scores of a head, which sees the hidden layer and the mean beside it."""
    width, size = len(room.hidden), len(room.mean)
    span = width + size
    bias = dense.values[start + labels * span : start + labels * (span + 1)]
    for k in range(labels):
        row = dense.values[start + k * span : start + (k + 1) * span]
        total = bias[k]
        for j in range(width):
            total += row[j] * room.hidden[j]
        for j in range(size):
            total += row[width + j] * room.seen[j]
        room.scores[k] = total


@compiled
def residuals(scores: Floats, target: int, several: bool, smoothing: float, weight: float) -> float:
    """Turn scores into d loss / d score in place; return the loss.

    Args:
        scores: float32[labels], replaced.
        target: A bit for each label that holds (uint64).
        several: A sigmoid a label instead of one softmax over the labels.
        smoothing: Share of the target that is spread over all labels (softmax only).
        weight: Of the example.
    """
    if several:
        return sigmoid_residuals(scores, target, weight)
    return softmax_residuals(scores, target, smoothing, weight)


@compiled
def holds(target: int, label: int) -> float:
    """Return 1 where the bit of a label is set, else 0."""
    return float((target >> np.uint64(label)) & np.uint64(1))


@compiled
def sigmoid_residuals(scores: Floats, target: int, weight: float) -> float:
    """``residuals`` of a multi-label head."""
    loss = np.float32(0)
    for k in range(len(scores)):
        hit = np.float32(holds(target, k))
        chance = np.float32(1) / (np.float32(1) + np.exp(-scores[k]))
        loss -= np.log(np.abs(np.float32(1) - hit - chance) + np.float32(1e-7))
        scores[k] = weight * (chance - hit)
    return float(loss)


@compiled
def softmax_residuals(scores: Floats, target: int, smoothing: float, weight: float) -> float:
    """``residuals`` of a head with one label; where several hold they share the target."""
    count = len(scores)
    top = scores[0]
    held = np.float32(0)
    for k in range(count):
        top = max(top, scores[k])
        held += np.float32(holds(target, k))
    total = np.float32(0)
    for k in range(count):
        scores[k] = np.exp(scores[k] - top)
        total += scores[k]
    loss = np.float32(0)
    for k in range(count):
        share = np.float32(holds(target, k)) / held
        chance = scores[k] / total
        loss -= share * np.log(chance + np.float32(1e-7))
        scores[k] = weight * (chance - (1 - smoothing) * share - smoothing / count)
    return float(loss)


@compiled
def backward_head(dense: Dense, start: int, labels: int, room: Bench) -> None:
    """Add to the slopes of a head; write those of the hidden layer and of the masked mean."""
    width, size = len(room.hidden), len(room.mean)
    span = width + size
    bias = dense.slopes[start + labels * span : start + labels * (span + 1)]
    room.mean_slope[:] = 0
    room.hidden_slope[:] = 0
    for k in range(labels):
        change = room.scores[k]
        bias[k] += change
        row = dense.values[start + k * span : start + (k + 1) * span]
        slopes = dense.slopes[start + k * span : start + (k + 1) * span]
        for j in range(width):
            slopes[j] += change * room.hidden[j]
            room.hidden_slope[j] += change * row[j]
        for j in range(size):
            slopes[width + j] += change * room.seen[j]
            room.mean_slope[j] += change * row[width + j]


@compiled
def backward_hidden(dense: Dense, width: int, room: Bench) -> None:
    """Add to the slopes of the hidden layer; complete those of the mean before its mask."""
    size = len(room.mean)
    bias = dense.slopes[width * size : width * (size + 1)]
    for k in range(width):
        if room.hidden[k] > 0:
            change = room.hidden_slope[k] * room.hidden_mask[k]
            bias[k] += change
            row = dense.values[k * size : (k + 1) * size]
            slopes = dense.slopes[k * size : (k + 1) * size]
            for j in range(size):
                slopes[j] += change * room.seen[j]
                room.mean_slope[j] += change * row[j]
    for j in range(size):
        room.mean_slope[j] *= room.mean_mask[j]


@compiled
def scatter(table: Table, room: Bench, length: int, total: float, rate: float) -> None:
    """Move the rows and gates of an example against the slope of its means (Adagrad)."""
    slope, mean = room.mean_slope, room.mean
    size = len(slope) // 2
    whole = np.float32(0)  # what a heavier total does to both means
    norms = np.zeros(2, np.float32)
    for j in range(len(slope)):
        slope[j] *= np.float32(POOL_SCALE) / total
        whole += mean[j] / np.float32(POOL_SCALE) * slope[j]
        norms[j // size] += slope[j] * slope[j] / size
    for i in range(length):
        r = room.rows[i]
        weight = room.weights[i]
        row = table.values[r]
        half = room.halves[i]
        norm = norms[half // size]
        pull = -whole if half == 0 else np.float32(0)
        for j in range(size):
            pull += row[j] * slope[half + j]
        pull *= weight
        table.gate_sums[r] += pull * pull
        table.gates[r] -= rate * np.float32(GATE_RATE) * pull / np.sqrt(table.gate_sums[r])
        table.value_sums[r] += weight * weight * norm
        step = np.float32(rate * weight / np.sqrt(table.value_sums[r]))
        for j in range(size):
            row[j] -= step * slope[half + j]


@compiled
def adam(dense: Dense, rate: float) -> None:
    """Take one step of Adam with a little weight decay; the slopes are cleared."""
    dense.steps[0] += 1
    one = np.float32(1 - 0.9 ** dense.steps[0])
    two = np.float32(1 - 0.999 ** dense.steps[0])
    small = np.float32(rate)
    for i in range(len(dense.values)):
        slope = dense.slopes[i] / np.float32(BATCH)
        dense.first[i] = np.float32(0.9) * dense.first[i] + np.float32(0.1) * slope
        dense.second[i] = np.float32(0.999) * dense.second[i] + np.float32(0.001) * slope * slope
        move = dense.first[i] / one / (np.sqrt(dense.second[i] / two) + np.float32(1e-8))
        dense.values[i] -= small * (move + np.float32(1e-4) * dense.values[i])
        dense.slopes[i] = 0
