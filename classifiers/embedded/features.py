"""Hashed n-grams of whole batches: characters, jamo and words, without a loop over n-grams.

The characters of all texts stand in one buffer, the jamo of those with Hangul behind them. Rolling
hashes over the buffer give every n-gram of every order at once. A key has 25 bits: the lower
``BUCKET_BITS`` name a bucket, the rest is the tag that tells the n-grams of a bucket apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from classifiers.text import said

Keys = NDArray[np.uint32]
Owners = NDArray[np.int16]

BUCKET_BITS: Final = 17
TAG_BITS: Final = 8
KEY_BITS: Final = BUCKET_BITS + TAG_BITS

CHARACTERS: Final = (2, 3, 4)
"""Lengths of n-grams of characters."""

JAMO: Final = (3, 5)
"""Lengths of n-grams of jamo: about one syllable, about two."""

MOST_TEXTS: Final = 1 << 15
"""Texts of one batch: owners have 16 bits."""

HANGUL: Final = re.compile("[가-힣]")
DIGIT: Final = re.compile("[1-9]")
TYPED_JAMO: Final = re.compile("[\u3131-\u318e]")
WORD: Final = re.compile(r"[\w']+|[^\w\s'\u2000-\U0010ffff]+|[\u2000-\U0010ffff]")
"""A word, a run of signs, or one symbol: emoji stand for themselves."""

WORD_OR_JAMO: Final = re.compile(
    r"[\u3131-\u318e]+|(?:[^\W\u3131-\u318e]|')+"
    r"|[^\w\s'\u2000-\U0010ffff]+|[\u2000-\U0010ffff]"
)
"""The same, where ㅋㅋ and ㅠㅠ are words of their own, also right behind a word."""

MULTIPLIER: Final = np.uint32(0x01000193)
"""FNV's prime."""

SPREAD: Final = np.uint32(0x9E3779B1)
JAMO_SEED: Final = np.uint32(0x5BD1E995)
PAIR_SEED: Final = np.uint32(0x165667B1)
SHIFT: Final = np.uint32(15)
MIX: Final = np.uint32(0x85EBCA6B)
NOBODY: Final = np.zeros(0, np.int16)
UNUSED_BITS: Final = np.uint32(32 - KEY_BITS)


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of a batch, in no order that means anything.

    Attributes:
        keys: uint32[n-grams] of 25 bits.
        owners: int16[n-grams], the text that each belongs to.
    """

    keys: Keys
    owners: Owners


def plain(text: str) -> str:
    """Return what features are read from: see ``bordered``."""
    return bordered(said(text))


def bordered(text: str) -> str:
    """Return a normalised text in lower case, every digit 0, with a blank at each end.

    Which number it is says little of a feeling.
    """
    low = text.lower()
    if DIGIT.search(low):
        low = DIGIT.sub("0", low)
    return f" {low} "


def grams(texts: Sequence[str]) -> Grams:
    """Return the n-grams of texts that ``plain`` returned; 1 to ``MOST_TEXTS`` of them."""
    jamo = [_jamo(text) for text in texts]
    encoded = "".join([*texts, *jamo]).encode("utf-32-le", "replace")
    hashed = np.frombuffer(encoded, np.uint32) * SPREAD
    hashed ^= hashed >> SHIFT
    characters = sum(map(len, texts))
    parts = [_rolled(hashed[:characters], texts, CHARACTERS), _words(texts)]
    if characters < len(hashed):
        parts.append(_rolled(hashed[characters:] ^ JAMO_SEED, jamo, JAMO))
    keys = np.concatenate([part.keys for part in parts])
    keys ^= keys >> SHIFT
    keys *= MIX
    keys >>= UNUSED_BITS
    if len(texts) == 1:
        return Grams(keys, np.zeros(len(keys), np.int16))
    return Grams(keys, np.concatenate([part.owners for part in parts]))


def _jamo(text: str) -> str:
    return unicodedata.normalize("NFD", text) if HANGUL.search(text) else ""


def _rolled(hashed: Keys, texts: Sequence[str], orders: tuple[int, ...]) -> Grams:
    """Return the n-grams of some orders that lie within a text, unfinished.

    Of a single text the owners are not told: there is only one.
    """
    total = len(hashed)
    rolling = hashed
    found = []
    for order in range(2, min(orders[-1], total) + 1):
        rolling = rolling[: total - order + 1] * MULTIPLIER
        rolling += hashed[order - 1 :]
        if order in orders:
            found.append(rolling)
    if len(texts) == 1:
        return Grams(np.concatenate(found) if found else hashed[:0], NOBODY)
    lengths = list(map(len, texts))
    inside = np.concatenate([_inside(length, orders) for length in lengths], axis=1)
    places = [np.flatnonzero(row[: len(keys)]) for keys, row in zip(found, inside, strict=False)]
    owners = np.repeat(np.arange(len(texts), dtype=np.int16), lengths)
    return Grams(
        np.concatenate([keys.take(kept) for keys, kept in zip(found, places, strict=True)]),
        np.concatenate([owners.take(kept) for kept in places]),
    )


@lru_cache(maxsize=2048)
def _inside(length: int, orders: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return bool[orders, length]: whether an n-gram that begins there ends within the text."""
    inside: NDArray[np.bool_] = np.arange(length) + np.array(orders)[:, None] <= length
    return inside


def _words(texts: Sequence[str]) -> Grams:
    """Return the words, and each pair of a word and the one before it, unfinished.

    Of a single text the owners are not told: there is only one.
    """
    cut = [(WORD_OR_JAMO if TYPED_JAMO.search(text) else WORD).findall(text) for text in texts]
    words = [crc32(word.encode()) for part in cut for word in part]
    single = np.array(words, np.uint32)
    pairs = single[1:] * MULTIPLIER
    pairs += single[:-1] ^ PAIR_SEED
    if len(texts) == 1:
        return Grams(np.concatenate([single, pairs]), NOBODY)
    owners = np.repeat(np.arange(len(texts), dtype=np.int16), list(map(len, cut)))
    together = owners[1:] == owners[:-1]
    return Grams(
        np.concatenate([single, pairs[together]]), np.concatenate([owners, owners[1:][together]])
    )
