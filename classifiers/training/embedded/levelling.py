"""Heads whose labels are uneven, turned towards even shares where that reads held-out texts better.

A head learns how common its labels are, and asks more of a rare one. In the figures of these sets
every label counts the same, and a chat has shares of its own. The posteriors are therefore divided
by a power of the shares in training (Saerens, Latinne and Decaestecker 2002): at 0 nothing changes,
at 1 they are those of a world in which all labels are equally common. That is a bias a label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import plain
from classifiers.embedded.model import Network
from classifiers.embedded.weights import Arrays, Shape
from classifiers.heads import Head
from classifiers.training.datasets import Example, read_set
from classifiers.training.embedded.sources import Lesson

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

POWERS: Final = (0.25, 0.5, 0.75, 1.0)

RECALLED: Final = frozenset({"tweeteval_sentiment"})
"""Heads whose official figure is macro-recall; that of the others is macro-F1."""

FEWEST: Final = 200
"""Fewer held-out texts than this say nothing."""

RESAMPLES: Final = 200
SURE: Final = 0.95
"""Share of resamples of the held-out texts in which the figure must rise before a head turns."""


def levelled(
    shape: Shape, arrays: Arrays, lessons: Sequence[Lesson], folder: Path, seed: int
) -> tuple[Arrays, Mapping[str, float]]:
    """Return a network with its heads of one label turned, and the power of each that was.

    Args:
        shape: Of the network.
        arrays: Of the network.
        lessons: What it learnt from; the set of a lesson is the one that its head is tried on.
        folder: Holds ``NAME/dev.tsv.gz``; a set without that part leaves its head as it is.
        seed: Of the resamples.

    Raises:
        DatasetUnreadable: A file is broken.
    """
    network = Network(shape, arrays)
    powers: dict[str, float] = {}
    added: dict[Head, Floats] = {}
    for lesson in lessons:
        head = lesson.head
        if head.multi_label or head.name != lesson.name:
            continue
        held_out = [each for each in _dev(folder, lesson.name) if each.labels[0] in head.labels]
        if len(held_out) < FEWEST:
            continue
        scores = network.scores([plain(each.text) for each in held_out])[0]
        told = np.array([head.labels.index(each.labels[0]) for each in held_out], np.int64)
        biases = -np.log(_shares(lesson))
        power = best_power(scores[:, network.columns[head.name]], told, biases, head, seed)
        if power > 0:
            powers[head.name] = power
            added[head] = power * (biases - biases.mean())
    return turned(shape, arrays, added), MappingProxyType(powers)


def turned(shape: Shape, arrays: Arrays, added: Mapping[Head, Floats]) -> Arrays:
    """Return a network with something added to the biases of some heads.

    Args:
        shape: Of the network.
        arrays: Of the network.
        added: float64[labels] by head.
    """
    dense = arrays.dense.copy()
    for head, biases in added.items():
        dense[_biases(shape, head)] += biases.astype(np.float16)
    return replace(arrays, dense=dense)


def best_power(
    scores: NDArray[np.float32], told: Numbers, biases: Floats, head: Head, seed: int
) -> float:
    """Return the power with the best figure, or 0 where that is not surely better than as it is.

    Args:
        scores: float32[texts, labels].
        told: int64[texts], what people said.
        biases: float64[labels], what is added at a power of 1.
        head: Decides which figure counts.
        seed: Of the resamples.
    """
    recall = head.name in RECALLED
    before = scores.argmax(axis=1)
    said = {power: (scores + power * biases).argmax(axis=1) for power in POWERS}
    count = len(head.labels)
    power = max(said, key=lambda each: _figure(told, said[each], count, recall=recall))
    chance = np.random.default_rng(seed)
    better = 0
    for _ in range(RESAMPLES):
        drawn = chance.integers(len(told), size=len(told))
        after = _figure(told[drawn], said[power][drawn], count, recall=recall)
        better += after > _figure(told[drawn], before[drawn], count, recall=recall)
    return power if better >= SURE * RESAMPLES else 0.0


def _figure(told: Numbers, said: NDArray[np.intp], count: int, *, recall: bool) -> float:
    """Return macro-recall or macro-F1 over the labels that were told or said."""
    hits = np.bincount(told[told == said], minlength=count)
    real = np.bincount(told, minlength=count)
    claimed = np.bincount(said, minlength=count)
    below = real if recall else (real + claimed) / 2
    kept = (real if recall else real + claimed) > 0
    return float((hits[kept] / below[kept]).mean())


def _shares(lesson: Lesson) -> Floats:
    every = [label for target in lesson.targets for label in target]
    counts = np.bincount(every, minlength=len(lesson.head.labels)) + 1.0
    return np.asarray(counts / counts.sum())


def _biases(shape: Shape, head: Head) -> slice:
    """Return where the biases of a head lie in the dense part."""
    seen = 2 * shape.size
    end = shape.width * (seen + 1)
    for each in shape.heads:
        end += len(each.labels) * (shape.width + seen + 1)
        if each == head:
            break
    return slice(end - len(head.labels), end)


def _dev(folder: Path, name: str) -> tuple[Example, ...]:
    if not list((folder / name).glob("dev.*")):
        return ()
    return tuple(read_set(folder, name, splits=("dev",)).splits["dev"])
