"""Which n-grams get a slot, and texts as the slots of their n-grams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import BUCKET_BITS, KEY_BITS, TAG_BITS, Keys, grams, plain

WAYS: Final = 2
"""N-grams that share a bucket."""

CHUNK: Final = 512
LONGEST: Final = 600
"""Code points of a training text that are read."""

FEWEST: Final = 3.0
"""An n-gram that is seen less often gets no slot."""

DAMPING: Final = 3.0
"""A set counts an n-gram at most this times the root of how often it has it, so that the largest
set does not take every slot."""


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as bags of numbers.

    Attributes:
        values: Keys or slots of all texts, one text after the other.
        lengths: int64[texts].
    """

    values: NDArray[np.uint32]
    lengths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams with a slot.

    Attributes:
        tags: uint8[buckets, 2].
        filled: bool[buckets, 2]: whether the place is taken at all.
    """

    tags: NDArray[np.uint8]
    filled: NDArray[np.bool_]

    def slots(self, bags: Bags) -> Bags:
        """Return the slots of keys; n-grams without a slot are left out."""
        buckets = bags.values & np.uint32((1 << BUCKET_BITS) - 1)
        tags = (bags.values >> np.uint32(BUCKET_BITS)).astype(np.uint8)
        first = (self.tags[buckets, 0] == tags) & self.filled[buckets, 0]
        second = (self.tags[buckets, 1] == tags) & self.filled[buckets, 1]
        found = first | second
        slots = buckets * np.uint32(WAYS) + second
        owners = np.repeat(np.arange(len(bags.lengths)), bags.lengths)
        lengths = np.bincount(owners[found], minlength=len(bags.lengths))
        return Bags(slots[found], lengths)


def keys_of(texts: Sequence[str], progress: Callable[[int], None]) -> Bags:
    """Return the keys of texts; ``progress`` hears how many more texts were read."""
    values, lengths = [], []
    for start in range(0, len(texts), CHUNK):
        part = texts[start : start + CHUNK]
        bag = _keys([plain(text[:LONGEST]) for text in part])
        values.append(bag.values)
        lengths.append(bag.lengths)
        progress(len(part))
    return Bags(np.concatenate(values), np.concatenate(lengths))


def choose(counted: Iterable[Bags]) -> Vocabulary:
    """Give slots to the most frequent n-grams of each bucket, over several sets."""
    total = np.zeros(1 << KEY_BITS, np.float32)
    for bags in counted:
        counts = np.bincount(bags.values, minlength=1 << KEY_BITS).astype(np.float32)
        total += np.minimum(counts, np.sqrt(counts) * np.float32(DAMPING))
    total[total < FEWEST] = 0
    by_tag = total.reshape(1 << TAG_BITS, 1 << BUCKET_BITS)
    buckets = np.arange(1 << BUCKET_BITS)
    tags = np.zeros((len(buckets), WAYS), np.uint8)
    filled = np.zeros((len(buckets), WAYS), bool)
    for way in range(WAYS):
        best = by_tag.argmax(axis=0)
        tags[:, way] = best
        filled[:, way] = by_tag[best, buckets] > 0
        by_tag[best, buckets] = 0
    return Vocabulary(tags, filled)


def _keys(texts: Sequence[str]) -> Bags:
    found = grams(texts)
    count = np.arange(len(texts))
    spread = np.repeat(count, np.diff(found.bounds) * found.keys.shape[1])[found.valid.ravel()]
    words = np.repeat(count, np.diff(found.word_bounds) * 2)[found.paired.ravel()]
    owners = np.concatenate([spread, words])
    keys: Keys = np.concatenate([found.keys[found.valid], found.words[found.paired]])
    lengths = np.bincount(owners, minlength=len(texts))
    return Bags(keys[np.argsort(owners, kind="stable")], lengths)
