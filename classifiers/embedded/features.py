"""Hashed n-grams of whole batches: characters, jamo and words, without a loop over n-grams.

The characters of all texts stand in one buffer, the jamo of those with Hangul behind them. Rolling
hashes over the buffer give every n-gram of every order at once; words are differences of one
running sum over it (Karp and Rabin 1987). A key has 25 bits: the lower ones name a bucket,
the next ``TAG_BITS`` are the tag that tells the n-grams of a bucket apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.text import said

Keys = NDArray[np.uint32]
Owners = NDArray[np.int16]

MOST_BUCKET_BITS: Final = 17
"""Of the largest table; a smaller one has fewer, and does not see the highest bits of a key."""

TAG_BITS: Final = 8
KEY_BITS: Final = MOST_BUCKET_BITS + TAG_BITS

CHARACTERS: Final = (2, 3, 4)
"""Lengths of n-grams of characters."""

JAMO: Final = (3, 5)
"""Lengths of n-grams of jamo: about one syllable, about two."""

MOST_TEXTS: Final = 1 << 15
"""Texts of one batch: owners have 16 bits."""

HANGUL: Final = re.compile("[가-힣]")
DIGIT: Final = re.compile("[1-9]")
WORDS: Final = (("[\\w']+", 1), ("[\u3131-\u318e]+", 2), (r"\s+", 0))
"""What words are cut from, and the number of each kind of character: letters and digits, jamo as
they are typed (ㅋㅋ and ㅠㅠ are words of their own, also right behind one), and blanks."""

BLANK: Final = 0
SIGN: Final = 3
"""Any other character below ``SYMBOLS``; a run of signs is a word."""

SYMBOL: Final = 4
"""Any other character from there on: emoji stand for themselves."""

SYMBOLS: Final = 0x2000
PLANE: Final = 0x10000
"""Characters whose kinds are told apart; those beyond are symbols."""

MULTIPLIER: Final = np.uint32(0x01000193)
"""FNV's prime."""

SPREAD: Final = np.uint32(0x9E3779B1)
JAMO_SEED: Final = np.uint32(0x5BD1E995)
PAIR_SEED: Final = np.uint32(0x165667B1)
WORD_SEED: Final = np.uint32(0x27D4EB2F)
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
    codes = np.frombuffer(encoded, np.uint32)
    hashed = codes * SPREAD
    hashed ^= hashed >> SHIFT
    characters = sum(map(len, texts))
    parts = [
        _rolled(hashed[:characters], texts, CHARACTERS),
        _words(codes[:characters], hashed[:characters], texts),
    ]
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


def _words(codes: Keys, hashed: Keys, texts: Sequence[str]) -> Grams:
    """Return the words, and each pair of a word and the one before it, unfinished.

    Every text begins and ends with a blank, so that no word reaches into another text. Of a
    single text the owners are not told: there is only one.
    """
    kinds = _kinds().take(codes, mode="clip")
    edges = kinds[1:] != kinds[:-1]
    edges |= kinds[1:] == SYMBOL
    starts = np.flatnonzero(edges)
    powers, inverses = _powers(1 << len(codes).bit_length())
    running = hashed * powers[: len(codes)]
    np.add.accumulate(running, out=running)
    before = running.take(starts)
    sums = before[1:] - before[:-1]  # the last run is the blank that ends the last text
    starts = starts[:-1] + 1
    sums *= inverses.take(starts)
    words = np.flatnonzero(kinds.take(starts))
    single = sums.take(words)
    single ^= WORD_SEED
    pairs = single[1:] * MULTIPLIER
    pairs += single[:-1] ^ PAIR_SEED
    if len(texts) == 1:
        return Grams(np.concatenate([single, pairs]), NOBODY)
    of_each = np.repeat(np.arange(len(texts), dtype=np.int16), list(map(len, texts)))
    owners = of_each.take(starts.take(words))
    together = owners[1:] == owners[:-1]
    return Grams(
        np.concatenate([single, pairs[together]]), np.concatenate([owners, owners[1:][together]])
    )


@cache
def _kinds() -> NDArray[np.uint8]:
    """Return uint8[PLANE + 1], the kind of each character; the last is that of all others."""
    kinds = np.full(PLANE + 1, SYMBOL, np.uint8)
    kinds[:SYMBOLS] = SIGN
    every = "".join(map(chr, range(PLANE)))
    for pattern, kind in WORDS:
        for found in re.finditer(pattern, every):
            kinds[found.start() : found.end()] = kind
    return kinds


@lru_cache(maxsize=4)
def _powers(count: int) -> tuple[Keys, Keys]:
    """Return uint32[count] twice: the powers of an odd number modulo 2^32, and their inverses."""
    return _power_series(int(SPREAD), count), _power_series(pow(int(SPREAD), -1, 1 << 32), count)


def _power_series(base: int, count: int) -> Keys:
    factors = np.full(count, base, np.uint32)
    factors[0] = 1
    return np.multiply.accumulate(factors, dtype=np.uint32)
