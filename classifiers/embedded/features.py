"""Hashed n-grams of whole batches: characters, jamo and words, without a loop over n-grams.

The characters of all texts stand in one buffer, the jamo of those with Hangul behind them. Rolling
hashes over the buffer give every n-gram of every order at once; words are differences of one
running sum over it (Karp and Rabin 1987). A key has 25 bits: the lower ones name a bucket,
the next ``TAG_BITS`` are the tag that tells the n-grams of a bucket apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence, Sized
from functools import cache, lru_cache
from typing import Final, NamedTuple

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

FEW: Final = 2
"""Texts up to so many, such as one and its negated part, are read one by one: that is quicker."""

HANGUL: Final = re.compile("[가-힣]")
DIGIT: Final = re.compile("[1-9]")
WORDS: Final = (("[\\w']+", 1), ("[\u3131-\u318e]+", 2), (r"\s+", 0))
"""What words are cut from, and the number of each kind of character: letters and digits, jamo as
they are typed (ㅋㅋ and ㅠㅠ are words of their own, also right behind one), and blanks."""

BLANK: Final = 0
SIGN: Final = 3
"""Any other character below ``SYMBOLS``; a run of signs is a word."""

SYMBOL: Final = np.array(4, np.uint8)
"""Any other character from there on: emoji stand for themselves."""

SYMBOLS: Final = 0x2000
PLANE: Final = 0x10000
"""Characters whose kinds are told apart; those beyond are symbols."""

MULTIPLIER: Final = np.array(0x01000193, np.uint32)
"""FNV's prime. These are arrays without a dimension: as operands they cost half of what a scalar of
numpy does, which is made such an array each time."""

SPREAD: Final = np.array(0x9E3779B1, np.uint32)
JAMO_SEED: Final = np.array(0x5BD1E995, np.uint32)
PAIR_SEED: Final = np.array(0x165667B1, np.uint32)
WORD_SEED: Final = np.array(0x27D4EB2F, np.uint32)
SHIFT: Final = np.array(15, np.uint32)
MIX: Final = np.array(0x85EBCA6B, np.uint32)
UNUSED_BITS: Final = np.array(32 - KEY_BITS, np.uint32)


class Grams(NamedTuple):
    """The n-grams of a batch, text by text; within a text their order means nothing.

    Attributes:
        keys: uint32[n-grams] of 25 bits.
        owners: int16[n-grams], the text that each belongs to, ascending.
    """

    keys: Keys
    owners: Owners


class Words(NamedTuple):
    """The words of one or several texts, unfinished.

    Attributes:
        single: uint32[words].
        pairs: uint32[words - 1], of each word and the one before it, be that of another text.
        places: int64[words], the character before each.
    """

    single: Keys
    pairs: Keys
    places: NDArray[np.intp]


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
    if len(texts) > FEW:
        return _together(texts)
    keys = [np.concatenate(_parts([text], [_jamo(text)])[0]) for text in texts]
    if len(texts) == 1:
        return Grams(_finished(keys[0]), np.zeros(len(keys[0]), np.int16))
    return Grams(_finished(np.concatenate(keys)), _owners(keys))


def _together(texts: Sequence[str]) -> Grams:
    """Return the n-grams of all texts at once: of those found, the ones that stay in their text."""
    jamo = [_jamo(text) for text in texts]
    parts, places = _parts(texts, jamo)
    spans = _spans(_owners(texts), _owners(jamo), places)
    begin, end = map(np.concatenate, zip(*spans, strict=True))
    inside = (begin == end).nonzero()[0]
    owners = begin.take(inside)
    order = owners.argsort(kind="stable")  # of 16 bits: a radix sort
    return Grams(_finished(np.concatenate(parts).take(inside.take(order))), owners.take(order))


def _parts(texts: Sequence[str], jamo: Sequence[str]) -> tuple[list[Keys], NDArray[np.intp]]:
    """Return the words, pairs and n-grams of joined texts, unfinished, and the words' places.

    The n-grams are those of characters by ``CHARACTERS``, then those of jamo by ``JAMO``.
    """
    codes = np.frombuffer("".join([*texts, *jamo]).encode("utf-32-le", "replace"), np.uint32)
    hashed = codes * SPREAD
    hashed ^= hashed >> SHIFT
    count = sum(map(len, texts))
    words = _words(codes[:count], hashed[:count])
    orders: tuple[int, ...] = ()
    if count < len(codes):
        orders = JAMO
        hashed[count:] ^= JAMO_SEED
    rolled = _rolled(hashed, max(CHARACTERS + orders))
    parts = [words.single, words.pairs]
    parts += [rolled[order][: max(count - order + 1, 0)] for order in CHARACTERS]
    parts += [rolled[order][count:] for order in orders]
    return parts, words.places


def _jamo(text: str) -> str:
    if text.isascii() or not HANGUL.search(text):
        return ""
    return unicodedata.normalize("NFD", text)


def _rolled(hashed: Keys, longest: int) -> list[Keys]:
    """Return the n-grams of each order up to ``longest``, unfinished, by that order."""
    found = [hashed[:0], hashed]
    for order in range(2, longest + 1):
        rolling = found[-1][:-1] * MULTIPLIER
        rolling += hashed[order - 1 :]
        found.append(rolling)
    return found


def _finished(keys: Keys) -> Keys:
    """Mix the bits of hashes, in place, and return those that make a key."""
    keys ^= keys >> SHIFT
    keys *= MIX
    keys >>= UNUSED_BITS
    return keys


def _spans(
    of_characters: Owners, of_jamo: Owners, words: NDArray[np.intp]
) -> list[tuple[Owners, Owners]]:
    """Return the texts that each n-gram begins in and ends in, in the order of ``_parts``."""
    of_words = of_characters.take(words)
    streams = [(of_words, 1), (of_words, 2)]
    streams += [(of_characters, order) for order in CHARACTERS]
    streams += [(of_jamo, order) for order in JAMO]
    return [
        (owners[: max(len(owners) - order + 1, 0)], owners[order - 1 :])
        for owners, order in streams
    ]


def _owners(parts: Sequence[Sized]) -> Owners:
    """Return the number of each part as often as it is long."""
    return np.arange(len(parts), dtype=np.int16).repeat(list(map(len, parts)))


def _words(codes: Keys, hashed: Keys) -> Words:
    """Return the words of texts that begin and end with a blank: none reaches into another."""
    kinds = _kinds().take(codes, mode="clip")
    behind = kinds[1:]
    edges = behind != kinds[:-1]
    edges |= behind == SYMBOL
    before = edges.nonzero()[0]
    powers, inverses = _powers(1 << len(codes).bit_length())
    running = hashed * powers[: len(codes)]
    np.add.accumulate(running, out=running)
    sums = running.take(before)
    sums = sums[1:] - sums[:-1]  # the last run is the blank that ends the last text
    before = before[:-1]
    sums *= inverses[1:].take(before)
    worded = behind.take(before).nonzero()[0]
    single = sums.take(worded)
    single ^= WORD_SEED
    pairs = single[1:] * MULTIPLIER
    pairs += single[:-1] ^ PAIR_SEED
    return Words(single, pairs, before.take(worded))


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
