"""Hashed n-grams of whole batches: characters, jamo and words, without a loop over n-grams.

A message becomes one or two streams of code points in one buffer: its characters and, where there
is Hangul, its jamo. Rolling hashes over the buffer give every n-gram of every order at once.
A key has 26 bits: the lower ``BUCKET_BITS`` name a bucket, the rest is the tag that tells the
n-grams of a bucket apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.text import normalise

Keys = NDArray[np.uint32]
Offsets = NDArray[np.int64]

BUCKET_BITS: Final = 18
TAG_BITS: Final = 8
KEY_BITS: Final = BUCKET_BITS + TAG_BITS

ORDERS: Final = (2, 3, 4, 5, 6)
"""Lengths of n-grams: 2 to 5 characters, 3 to 6 jamo."""

HANGUL: Final = re.compile("[가-힣]")
MULTIPLIER: Final = np.uint32(0x01000193)
"""FNV's prime; odd, so that it has an inverse modulo 2**32."""

INVERSE: Final = np.uint32(pow(0x01000193, -1, 1 << 32))
SPREAD: Final = np.uint32(0x9E3779B1)
JAMO_SEED: Final = np.uint32(0x5BD1E995)
WORD_SEED: Final = np.uint32(0x27D4EB2F)
PAIR_SEED: Final = np.uint32(0x165667B1)
SPACE: Final = 0
SYMBOL: Final = 4


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of a batch.

    Attributes:
        keys: uint32[positions, orders] of 26 bits, for every position of the buffer.
        valid: bool of the same shape; false where an n-gram would leave its stream.
        bounds: int64[messages + 1], positions where messages begin and end.
        words: uint32[words, 2] of 26 bits: a word, and the pair of it and the word before.
        paired: bool[words, 2]: false for the pair of the first word of a message.
        word_bounds: int64[messages + 1], as ``bounds`` for words.
    """

    keys: Keys
    valid: NDArray[np.bool_]
    bounds: Offsets
    words: Keys
    paired: NDArray[np.bool_]
    word_bounds: Offsets


def plain(text: str) -> str:
    """Return what features are read from: normalised, lower case, with a blank at each end."""
    return f" {normalise(text).text.lower()} "


def grams(texts: Sequence[str]) -> Grams:
    """Return the n-grams of texts that ``plain`` returned; at least one text."""
    jamo = [_jamo(text) for text in texts]
    streams = [stream for pair in zip(texts, jamo, strict=True) for stream in pair]
    lengths = np.fromiter(map(len, streams), np.int64, len(streams))
    encoded = "".join(streams).encode("utf-32-le", "replace")
    codes = np.frombuffer(encoded, np.uint32).copy()
    codes[(codes >= 0x30) & (codes <= 0x39)] = 0x30  # which number it is says little of a feeling
    ends = np.cumsum(lengths)
    bounds = np.concatenate([[0], ends[1::2]])
    is_jamo = np.repeat(np.tile(np.array([False, True]), len(texts)), lengths)
    left = np.repeat(ends, lengths) - np.arange(len(codes))
    hashed = _scattered(codes)
    words, paired, word_bounds = _words(codes, hashed, is_jamo, bounds)
    np.bitwise_xor(hashed, JAMO_SEED, out=hashed, where=is_jamo)
    valid = VALID[np.minimum(left, 7) + np.where(is_jamo, 8, 0)]
    return Grams(_rolled(hashed), valid, bounds, words, paired, word_bounds)


def _jamo(text: str) -> str:
    return unicodedata.normalize("NFD", text) if HANGUL.search(text) else ""


def _scattered(codes: Keys) -> Keys:
    hashed = codes * SPREAD
    hashed ^= hashed >> np.uint32(15)
    return hashed


def _finished(hashed: Keys) -> Keys:
    hashed ^= hashed >> np.uint32(15)
    hashed *= np.uint32(0x85EBCA6B)
    return np.right_shift(hashed, np.uint32(32 - KEY_BITS), out=hashed)


def _rolled(hashed: Keys) -> Keys:
    """Return the keys of all orders at all positions; those that leave the buffer are garbage."""
    total = len(hashed)
    keys = np.zeros((total, len(ORDERS)), np.uint32)
    rolling = hashed.copy()
    for column, order in enumerate(ORDERS):
        room = max(total - order + 1, 0)
        rolling = rolling[:room] * MULTIPLIER
        rolling += hashed[total - room :]
        keys[:room, column] = rolling
    return _finished(keys)


def _words(
    codes: Keys, hashed: Keys, is_jamo: NDArray[np.bool_], bounds: Offsets
) -> tuple[Keys, NDArray[np.bool_], Offsets]:
    kind = KINDS[np.minimum(codes, 0xFFFF)]
    kind[is_jamo] = SPACE
    change = np.empty(len(kind) + 1, bool)
    change[0] = change[-1] = True
    np.not_equal(kind[1:], kind[:-1], out=change[1:-1])
    some, single = kind != SPACE, kind == SYMBOL
    starts = np.flatnonzero(some & (change[:-1] | single))
    ends = np.flatnonzero(some & (change[1:] | single)) + 1
    sums = np.zeros(len(codes) + 1, np.uint32)
    np.cumsum(hashed * _powers(MULTIPLIER, len(codes)), dtype=np.uint32, out=sums[1:])
    word = (sums[ends] - sums[starts]) * _powers(INVERSE, len(codes))[starts]
    word ^= WORD_SEED
    keys = np.empty((len(word), 2), np.uint32)
    keys[:, 0] = word
    keys[1:, 1] = word[1:] * MULTIPLIER + (word[:-1] ^ PAIR_SEED)
    word_bounds = np.searchsorted(starts, bounds)
    paired = np.ones((len(word), 2), bool)
    paired[word_bounds[:-1][word_bounds[:-1] < len(word)], 1] = False
    keys[:1, 1] = 0
    return _finished(keys), paired, word_bounds


def _powers(base: np.uint32, count: int) -> Keys:
    return np.cumprod(np.full(count, base, np.uint32), dtype=np.uint32)


def _kind(code: int) -> int:
    letter = chr(code)
    if letter.isspace():
        return SPACE
    if 0x3131 <= code <= 0x318E:  # ㅋㅋ and ㅠㅠ are words of their own, also right behind a word
        return 3
    if letter.isalnum() or letter in "'_":
        return 1
    return SYMBOL if code >= 0x2000 else 2


def _valid_orders() -> NDArray[np.bool_]:
    orders, left = np.array(ORDERS), np.arange(8)[:, None]
    characters = (left >= orders) & (orders <= 5)
    jamo = (left >= orders) & (orders >= 3)
    return np.concatenate([characters, jamo])


VALID: Final = _valid_orders()
"""bool[16, orders]: by the code points left in the stream (7: or more), jamo streams 8 rows on."""

KINDS: Final = np.array([_kind(code) for code in range(0x10000)], np.uint8)
KINDS[-1] = SYMBOL  # stands for everything beyond the basic plane: emoji
