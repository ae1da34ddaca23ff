"""Which n-grams get a slot, and texts as the slots of their n-grams."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import (
    CHARACTERS,
    HANGUL,
    JAMO,
    KEY_BITS,
    TAG_BITS,
    Grams,
    grams,
    plain,
)
from classifiers.embedded.negation import negated

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
        turned: bool of the same length: whether it is of the negated part of its text.
        lengths: int64[texts].
    """

    values: NDArray[np.uint32]
    turned: NDArray[np.bool_]
    lengths: NDArray[np.int64]

    def only(self, kept: NDArray[np.bool_]) -> Bags:
        """Return the bags of some texts: ``kept`` is bool[texts]."""
        of_kept = np.repeat(kept, self.lengths)
        return Bags(self.values[of_kept], self.turned[of_kept], self.lengths[kept])


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
        buckets = bags.values & np.uint32(len(self.tags) - 1)
        shift = np.uint32(len(self.tags).bit_length() - 1)
        tags = (bags.values >> shift).astype(np.uint8)
        first = (self.tags[buckets, 0] == tags) & self.filled[buckets, 0]
        second = (self.tags[buckets, 1] == tags) & self.filled[buckets, 1]
        found = first | second
        slots = buckets * np.uint32(WAYS) + second
        owners = np.repeat(np.arange(len(bags.lengths)), bags.lengths)
        lengths = np.bincount(owners[found], minlength=len(bags.lengths))
        return Bags(slots[found], bags.turned[found], lengths)


def keys_of(texts: Sequence[str], progress: Callable[[int], None]) -> Bags:
    """Return the keys of texts; ``progress`` hears how many more texts were read."""
    bags = []
    for start in range(0, len(texts), CHUNK):
        part = texts[start : start + CHUNK]
        bags.append(_keys([plain(text[:LONGEST]) for text in part]))
        progress(len(part))
    return Bags(
        np.concatenate([bag.values for bag in bags]),
        np.concatenate([bag.turned for bag in bags]),
        np.concatenate([bag.lengths for bag in bags]),
    )


def choose(counted: Iterable[Bags], bits: int) -> Vocabulary:
    """Give slots to the most frequent n-grams of each bucket, over several sets.

    Args:
        counted: The keys of each set.
        bits: Of the number of buckets, at most ``MOST_BUCKET_BITS``.
    """
    total = np.zeros(1 << KEY_BITS, np.float32)
    for bags in counted:
        whole = bags.values[~bags.turned]
        counts = np.bincount(whole, minlength=1 << KEY_BITS).astype(np.float32)
        total += np.minimum(counts, np.sqrt(counts) * np.float32(DAMPING))
    total[total < FEWEST] = 0
    by_tag = total.reshape(-1, 1 << TAG_BITS, 1 << bits).sum(axis=0)
    buckets = np.arange(1 << bits)
    tags = np.zeros((len(buckets), WAYS), np.uint8)
    filled = np.zeros((len(buckets), WAYS), bool)
    for way in range(WAYS):
        best = by_tag.argmax(axis=0)
        tags[:, way] = best
        filled[:, way] = by_tag[best, buckets] > 0
        by_tag[best, buckets] = 0
    return Vocabulary(tags, filled)


def _keys(texts: Sequence[str]) -> Bags:
    parts = [(place, part) for place, text in enumerate(texts) if (part := negated(text))]
    read = [*texts, *(part for _, part in parts)]
    found = grams(read)
    owners = found.owners.astype(np.int64)
    turned = owners >= len(texts)
    owners[turned] = np.array([place for place, _ in parts], np.int64)[owners[turned] - len(texts)]
    order = np.lexsort((turned, _ranks(found, read), owners))
    lengths = np.bincount(owners, minlength=len(texts))
    return Bags(found.keys[order], turned[order], lengths)


def _ranks(found: Grams, texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the kind of each n-gram: characters by their order, words, pairs, jamo by theirs.

    The order means nothing to a network, but chance drops n-grams in the order in which they come:
    in another one the same seed would not give the weights that are shipped. ``grams`` returns
    those of a text with words and pairs before characters.
    """
    characters = np.array([_counts(len(text), CHARACTERS) for text in texts])
    jamo = np.array([_counts(_jamo_length(text), JAMO) for text in texts])
    totals = np.bincount(found.owners, minlength=len(texts))
    words = totals - characters.sum(axis=1) - jamo.sum(axis=1)
    single = (words + 1) // 2  # n words have n - 1 pairs
    counts = np.column_stack([single, words - single, characters, jamo])
    first = len(CHARACTERS)
    last = np.arange(first + 2, counts.shape[1])
    ranks = np.concatenate([[first, first + 1], np.arange(first), last])
    return np.repeat(np.tile(ranks, len(texts)), counts.ravel())


def _counts(length: int, orders: Sequence[int]) -> list[int]:
    return [max(length - order + 1, 0) for order in orders]


def _jamo_length(text: str) -> int:
    return len(unicodedata.normalize("NFD", text)) if HANGUL.search(text) else 0
