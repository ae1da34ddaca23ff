"""Inference in numpy: from n-grams to the scores of every head, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import Grams, grams
from classifiers.embedded.negation import negated
from classifiers.embedded.quantisation import Bytes, unpacked
from classifiers.embedded.weights import Arrays, Shape
from classifiers.heads import Head

Floats = NDArray[np.float32]

POOL_SCALE: Final = np.float32(4.0)
"""The mean of embeddings is multiplied by this, in training as here."""

LITTLE: Final = np.float32(1e-6)
FLOAT: Final = 4
"""Bytes of a float32."""

BLOCK: Final = 1 << 10
"""Texts that are read at once: the sentences of a batch of long messages are many more, and would
not fit the 16 bits of ``Owners`` nor little memory."""


class Network:
    """Weighted mean of n-gram embeddings, a hidden layer, linear heads.

    Hidden layer and heads see two means beside each other: that of the whole text, and that of its
    negated part. Nothing in it changes after it was built, so threads may share it.
    """

    def __init__(self, shape: Shape, arrays: Arrays) -> None:
        self._first, self._second = np.ascontiguousarray(arrays.tags.T)
        buckets = len(arrays.tags)  # a power of two
        self._mask = np.uint32(buckets - 1)
        self._shift = np.uint32(buckets.bit_length() - 1)
        self._size = shape.size
        self._rows = _side_by_side(arrays.rows)
        dense = arrays.dense.astype(np.float32)
        seen = 2 * shape.size
        inner = shape.width * seen
        self._hidden = np.ascontiguousarray(dense[:inner].reshape(shape.width, seen).T)
        self._hidden_bias = dense[inner : inner + shape.width]
        self._heads, self._bias, self.columns = _stacked(
            dense[inner + shape.width :], shape.heads, shape.width + seen
        )

    def scores(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the scores of all heads and how much was recognised.

        Args:
            texts: What ``features.plain`` returned; at least one.

        Returns:
            float32[texts, labels of all heads], see ``columns``; and float32[texts], the summed
            weights of the n-grams that the model knows, 0 where it knows none.
        """
        means, known = self.pooled(texts)
        hidden = means @ self._hidden
        hidden += self._hidden_bias
        np.maximum(hidden, 0, out=hidden)
        return np.concatenate([hidden, means], axis=1) @ self._heads + self._bias, known

    def score(self, text: str) -> tuple[list[float], float]:
        """Return what ``scores`` returns, of one text; quicker than a batch of one.

        Returns:
            The scores of all heads, see ``columns``; and how much was recognised.
        """
        seen = np.zeros(2 * self._size, np.float32)
        seen[: self._size], known = self._sum(text)
        if known <= 0:
            seen[:] = 0
        else:
            turned = negated(text)
            if turned:
                seen[self._size :] = self._sum(turned)[0]
            seen *= POOL_SCALE / (known + LITTLE)
        hidden = seen @ self._hidden
        hidden += self._hidden_bias
        np.maximum(hidden, 0, out=hidden)
        scores = np.concatenate([hidden, seen]) @ self._heads
        scores += self._bias
        return scores.tolist(), float(known)

    def pooled(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return float32[texts, 2 * size], the two means, and the sums of all weights.

        The second mean is divided by the weights of the whole text: a long message is changed
        little by a short negation.
        """
        if len(texts) > BLOCK:
            starts = range(0, len(texts), BLOCK)
            blocks = [self.pooled(texts[start : start + BLOCK]) for start in starts]
            return np.concatenate([x for x, _ in blocks]), np.concatenate([x for _, x in blocks])
        count = len(texts)
        turned = [negated(text) for text in texts]
        extra = [part for part in turned if part]
        means = np.zeros((count, 2 * self._size), np.float32)
        sums, known = self._sums([*texts, *extra])
        known = known[:count]
        means[:, : self._size] = sums[:count]
        means[np.flatnonzero(list(map(bool, turned))), self._size :] = sums[count:]
        # Of a text that is not known at all, the negated part says nothing: there is no scale.
        scale = np.sign(known)
        scale *= POOL_SCALE
        scale /= known + LITTLE
        means *= scale[:, None]
        return means, known

    def _sums(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return float32[texts, size], weighted sums of embeddings, and the sums of weights."""
        slots, bounds = self._slots(texts)
        codes, factors, weights = self._looked_up(slots)
        sums = np.empty((len(texts), self._size), np.float32)
        for row, (begin, end) in zip(sums, pairwise(bounds), strict=True):
            np.dot(factors[begin:end], codes[begin:end], out=row)
        # An empty text has no first weight: reduceat would give it a neighbour's.
        running = np.concatenate([[0], np.cumsum(weights, dtype=np.float64)])
        return sums, np.diff(running[bounds]).astype(np.float32)

    def _sum(self, text: str) -> tuple[Floats, np.float32]:
        """Return the same of one text: float32[size], and the sum of its weights."""
        codes, factors, weights = self._looked_up(self._known(grams([text]))[0])
        return np.dot(factors, codes), np.add.reduce(weights)

    def _looked_up(self, slots: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """Return float32[n, size], the codes of n slots, their factors and their weights."""
        rows = self._rows.take(slots, axis=0)
        codes = rows[:, 2 * FLOAT : 2 * FLOAT + self._size].astype(np.float32)
        factors, weights = rows.view(np.float32)[:, :2].T.copy()
        return codes, factors, weights

    def _slots(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], list[int]]:
        """Return the slots of known n-grams text by text, and where each text begins and ends."""
        found = grams(texts)
        slots, places = self._known(found)
        owners = found.owners.take(places)
        order = np.argsort(owners, kind="stable")  # of 16 bits: a radix sort
        counts = np.bincount(owners, minlength=len(texts))
        return slots.take(order), [0, *np.cumsum(counts).tolist()]

    def _known(self, found: Grams) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the slots of the n-grams that have one, and which those are."""
        buckets = found.keys & self._mask
        tags = (found.keys >> self._shift).astype(np.uint8)
        second = self._second.take(buckets) == tags
        hit = self._first.take(buckets) == tags
        hit |= second
        places = np.flatnonzero(hit)
        slots = buckets.take(places).astype(np.int64)
        slots += slots
        slots += second.take(places)
        return slots, places


def _side_by_side(packed: Bytes) -> NDArray[np.int8]:
    """Return a row a slot with all that is read of it, so that a look-up touches one place only.

    int8[slots, n], n a multiple of four: the factor of the codes and the weight, each the bytes of
    a float32, then the codes.
    """
    codes, scales, weights = unpacked(packed)
    numbers = np.stack([scales * weights, weights], axis=1).view(np.int8)
    return np.concatenate([numbers, codes], axis=1)


def _stacked(
    dense: Floats, heads: Sequence[Head], inputs: int
) -> tuple[Floats, Floats, Mapping[str, slice]]:
    """Return the weights of all heads side by side, the biases, and each head's columns."""
    weights, biases, columns = [], [], {}
    place = column = 0
    for head in heads:
        labels = len(head.labels)
        weights.append(dense[place : place + labels * inputs].reshape(labels, inputs))
        biases.append(dense[place + labels * inputs : place + labels * (inputs + 1)])
        columns[head.name] = slice(column, column + labels)
        place += labels * (inputs + 1)
        column += labels
    return np.ascontiguousarray(np.concatenate(weights).T), np.concatenate(biases), columns
