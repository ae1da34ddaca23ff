"""Inference in numpy: from n-grams to the scores of every head, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import grams
from classifiers.embedded.negation import negated
from classifiers.embedded.quantisation import Bytes, unpacked
from classifiers.embedded.weights import Arrays, Shape
from classifiers.heads import Head

Floats = NDArray[np.float32]

POOL_SCALE: Final = np.float32(4.0)
"""The mean of embeddings is multiplied by this, in training as here."""

LITTLE: Final = np.float32(1e-6)
ZERO: Final = np.array(0, np.float32)

FLOAT: Final = 4
"""Bytes of a float32."""

ROW: Final = 32
"""Bytes that numpy copies at once, twice as fast as a few less; two fit a line of the cache."""

BLOCK: Final = 1 << 10
"""Texts that are read at once: the sentences of a batch of long messages are many more, and would
not fit the 16 bits of ``Owners`` nor little memory."""


class Network:
    """Weighted mean of n-gram embeddings, a hidden layer, linear heads.

    Hidden layer and heads see two means beside each other: that of the whole text, and that of its
    negated part. Nothing in it changes after it was built, so threads may share it.
    """

    def __init__(self, shape: Shape, arrays: Arrays) -> None:
        buckets = len(arrays.tags)  # a power of two
        self._mask = np.array(buckets - 1, np.uint32)
        self._shift = np.array(buckets.bit_length() - 1, np.uint32)
        self._tags = arrays.tags.reshape(-1)
        self._second = np.ascontiguousarray(arrays.tags[:, 1])
        self._size = shape.size
        self._rows = _side_by_side(arrays.rows)
        self._codes = slice(2 * FLOAT, 2 * FLOAT + shape.size)
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
        turned = negated(text)
        sums = self._sums([text, turned] if turned else [text])
        known = sums[0, 0]
        inputs = np.zeros(len(self._heads), np.float32)
        hidden, seen = inputs[: len(self._hidden_bias)], inputs[len(self._hidden_bias) :]
        if known > 0:
            sums *= POOL_SCALE / (known + LITTLE)
            for at, each in enumerate(sums):
                seen[at * self._size : (at + 1) * self._size] = each[self._codes]
        seen.dot(self._hidden, out=hidden)
        hidden += self._hidden_bias
        np.maximum(hidden, ZERO, out=hidden)
        scores = inputs.dot(self._heads)
        scores += self._bias
        return scores.tolist(), float(known)

    def pooled(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return float32[texts, 2 * size], the two means, and the sums of all weights.

        The second mean is divided by the weights of the whole text: a long message is changed
        little by a short negation.
        """
        starts = range(0, len(texts), BLOCK)
        blocks = [texts[start : start + BLOCK] for start in starts]
        found = [self._means(block, list(map(negated, block))) for block in blocks]
        if len(found) == 1:
            return found[0]
        return np.concatenate([x for x, _ in found]), np.concatenate([x for _, x in found])

    def _means(self, texts: Sequence[str], turned: Sequence[str]) -> tuple[Floats, Floats]:
        """Return what ``pooled`` does of texts and their negated parts."""
        count = len(texts)
        extra = [part for part in turned if part]
        sums = self._sums([*texts, *extra] if extra else texts)
        known = sums[:count, 0]
        means = np.zeros((count, 2 * self._size), np.float32)
        means[:, : self._size] = sums[:count, self._codes]
        if extra:
            negative = [at for at, part in enumerate(turned) if part]
            means[negative, self._size :] = sums[count:, self._codes]
        # Of a text that is not known at all, the negated part says nothing: there is no scale.
        scale = np.sign(known)
        scale *= POOL_SCALE
        scale /= known + LITTLE
        means *= scale[:, None]
        return means, known

    def _sums(self, texts: Sequence[str]) -> Floats:
        """Return float32[texts, row], the sums of weights and the weighted sums of embeddings.

        The first are in column 0, the others in those of ``_codes``.
        """
        found = grams(texts)
        slots, places = self._known(found.keys)
        bounds = [0, len(slots)]
        if len(texts) > 1:
            numbers = np.arange(len(texts) + 1, dtype=np.int16)
            bounds = found.owners.take(places).searchsorted(numbers).tolist()
        factors, codes = self._looked_up(slots)
        sums = np.empty((len(texts), codes.shape[1]), np.float32)
        for row, (begin, end) in zip(sums, pairwise(bounds), strict=True):
            factors[begin:end].dot(codes[begin:end], out=row)
        return sums

    def _looked_up(self, slots: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return float32[n], the factors of n slots, and float32[n, row], what they multiply."""
        rows = self._rows.take(slots, axis=0, mode="clip")
        numbers = rows.view(np.float32)
        codes = rows.astype(np.float32)
        codes[:, 0] = numbers[:, 1]  # a factor times this is the weight
        return numbers[:, 0].copy(), codes

    def _known(self, keys: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the slots of the n-grams that have one, and which those are."""
        tags = (keys >> self._shift).astype(np.uint8)
        slots = (keys & self._mask).astype(np.intp)
        second = self._second.take(slots) == tags
        slots += slots
        slots += second
        places = (self._tags.take(slots) == tags).nonzero()[0]
        return slots.take(places), places


def _side_by_side(packed: Bytes) -> NDArray[np.int8]:
    """Return a row a slot with all that is read of it, so that a look-up touches one place only.

    int8[slots, n], n a multiple of four and at least ``ROW``: the factor of the codes (the scale
    times the weight) and one over the scale, each the bytes of a float32, then the codes.
    """
    codes, scales, weights = unpacked(packed)
    used = 2 * FLOAT + codes.shape[1]
    rows = np.zeros((len(codes), max(used, ROW)), np.int8)
    rows[:, : 2 * FLOAT] = np.stack([scales * weights, 1 / scales], axis=1).view(np.int8)
    rows[:, 2 * FLOAT : used] = codes
    return rows


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
