"""Inference in numpy: from n-grams to the scores of every head, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import BUCKET_BITS, Grams, Keys, grams
from classifiers.embedded.quantisation import MIDDLE, gate_values, scale_values
from classifiers.embedded.weights import Weights
from classifiers.heads import Head

Floats = NDArray[np.float32]

POOL_SCALE: Final = np.float32(4.0)
"""The mean of embeddings is multiplied by this, in training as here."""

BUCKET_MASK: Final = np.uint32((1 << BUCKET_BITS) - 1)
LITTLE: Final = np.float32(1e-6)


class Model:
    """The network: weighted mean of n-gram embeddings, a hidden layer, linear heads.

    Nothing in it changes after it was built, so threads may share it.
    """

    def __init__(self, weights: Weights) -> None:
        card = weights.card
        self._pairs = weights.tags.view("<u2").ravel()
        self._rows = weights.rows
        self._gates = gate_values()
        self._factors = (scale_values()[:, None] * gate_values()).ravel()
        self._size = card.size
        dense = weights.dense.astype(np.float32)
        inner = card.width * card.size
        self._hidden = np.ascontiguousarray(dense[:inner].reshape(card.width, card.size).T)
        self._hidden_bias = dense[inner : inner + card.width]
        self._heads, self._bias, self.columns = _stacked(
            dense[inner + card.width :], card.heads, card.width + card.size
        )

    def scores(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the scores of all heads and how much was recognised.

        Args:
            texts: What ``features.plain`` returned; at least one.

        Returns:
            float32[texts, labels of all heads], see ``columns``; and float32[texts], the summed
            weights of the n-grams that the model knows, 0 where it knows none.
        """
        mean, known = self.pooled(texts)
        hidden = mean @ self._hidden
        hidden += self._hidden_bias
        np.maximum(hidden, 0, out=hidden)
        return np.concatenate([hidden, mean], axis=1) @ self._heads + self._bias, known

    def pooled(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the scaled mean of the embeddings, and the sum of their weights."""
        found = grams(texts)
        slots, starts = self._slots(found)
        rows = self._rows.take(slots, axis=0)
        ends = rows.view("<u2")[:, -1]  # code of the gate, and code of the scale times 256
        factors = self._factors.take(ends)
        weights = self._gates.take(ends & 255)
        half = self._size // 2
        codes = np.empty((2, *rows.shape), np.float32)
        np.copyto(codes[0], rows & 15)
        np.copyto(codes[1], rows >> 4)
        sums = np.empty((len(texts), self._size), np.float32)
        known = np.empty(len(texts), np.float32)
        for message, (begin, end) in enumerate(pairwise(starts.tolist())):
            some = factors[begin:end]
            middle = MIDDLE * some.sum()
            sums[message, 0::2] = some @ codes[0, begin:end, :half] - middle
            sums[message, 1::2] = some @ codes[1, begin:end, :half] - middle
            known[message] = weights[begin:end].sum()
        sums *= (POOL_SCALE / (known + LITTLE))[:, None]
        return sums, known

    def _slots(self, found: Grams) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the slots of known n-grams by message, and where each message begins."""
        spread, spread_bounds = self._known(found.keys, found.valid, found.bounds)
        words, word_bounds = self._known(found.words, found.paired, found.word_bounds)
        if len(spread_bounds) == 2:
            return np.concatenate([spread, words]), np.array([0, len(spread) + len(words)])
        owners = [
            np.repeat(np.arange(len(b) - 1), np.diff(b)) for b in (spread_bounds, word_bounds)
        ]
        order = np.argsort(np.concatenate(owners), kind="stable")
        return np.concatenate([spread, words])[order], spread_bounds + word_bounds

    def _known(
        self, keys: Keys, valid: NDArray[np.bool_], bounds: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        buckets = keys & BUCKET_MASK
        pairs = self._pairs.take(buckets)
        tags = (keys >> np.uint32(BUCKET_BITS)).astype(np.uint16)
        second = (pairs >> np.uint16(8)) == tags
        hit = (pairs & np.uint16(255)) == tags
        hit |= second
        hit &= valid
        places = np.flatnonzero(hit)
        slots = buckets.ravel().take(places).astype(np.int64) * 2
        slots += second.ravel().take(places)
        return slots, np.searchsorted(places, bounds * keys.shape[1])


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
