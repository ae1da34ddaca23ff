"""What the crisis model sees of a sentence: hashed n-grams of characters, jamo and words."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.companion.crisis_text import LEADING, TRAILING, VOWELS, Sentence

Buckets = NDArray[np.int64]

BITS: Final = 18
"""The n-grams share 2 ** BITS buckets."""
CHARACTERS: Final = 5
"""Longest n-gram of characters."""
JAMO: Final = (4, 5, 6, 7, 8)
"""Lengths of n-grams of jamo: they see a stem through its endings."""
STEM: Final = 5
"""Letters of an English word that name its stem."""
PRIME: Final = 0x01000193
STIR: Final = 0x85EBCA6B
MASK: Final = 0xFFFFFFFF
HANGUL: Final = re.compile("[가-힣]")
FIRST_SYLLABLE: Final = 0xAC00


def buckets(sentence: Sentence) -> Buckets:
    """Return the buckets of a sentence's n-grams, each once, in order."""
    parts: list[NDArray[np.uint32]] = []
    if HANGUL.search(sentence.korean):
        text = f"^{sentence.korean}$"
        parts += _characters(text, range(1, CHARACTERS + 1), 1)
        parts += _characters(jamo(sentence.korean), JAMO, 2)
        words = [f"k:{gram}" for gram in _korean_words(sentence.korean_spaced)]
    else:
        text = f" {sentence.english} "
        parts += _characters(text, range(2, CHARACTERS + 1), 3)
        words = [f"e:{gram}" for gram in _english_words(sentence.english)]
    named = np.array([zlib.crc32(word.encode()) for word in words], np.uint32)
    return np.unique(_stirred(np.concatenate([*parts, named])) >> np.uint32(32 - BITS)).astype(
        np.int64
    )


def word_grams(sentence: Sentence) -> list[str]:
    """Return the readable n-grams of a sentence: they explain a score."""
    if HANGUL.search(sentence.korean):
        return [f"k:{gram}" for gram in _korean_words(sentence.korean_spaced)]
    return [f"e:{gram}" for gram in _english_words(sentence.english)]


def bucket_of(gram: str) -> int:
    """Return the bucket of one of ``word_grams``."""
    hashed = np.array([zlib.crc32(gram.encode())], np.uint32)
    return int(_stirred(hashed)[0] >> np.uint32(32 - BITS))


def jamo(text: str) -> str:
    """Return a text with its syllables taken apart."""
    return "".join(_apart(character) for character in text)


def _apart(character: str) -> str:
    code = ord(character) - FIRST_SYLLABLE
    if not 0 <= code < 11172:
        return character
    lead, rest = divmod(code, 588)
    vowel, trail = divmod(rest, 28)
    return LEADING[lead] + VOWELS[vowel] + (TRAILING[trail - 1] if trail else "")


def _characters(text: str, lengths: range | tuple[int, ...], kind: int) -> list[NDArray[np.uint32]]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    found = []
    hashed = np.full(len(codes), kind, np.uint32)
    for length in range(1, max(lengths) + 1):
        count = len(codes) - length + 1
        if count <= 0:
            break
        hashed = hashed[:count] * np.uint32(PRIME) ^ codes[length - 1 :]
        if length in lengths:
            found.append(hashed + np.uint32(length * 7919))
    return found


def _english_words(text: str) -> Iterator[str]:
    words = ["^", *text.split(), "$"]
    yield from words[1:-1]
    stems = [word[:STEM] for word in words]
    for left, right in pairwise(stems):
        yield f"{left} {right}"
    for left, right in zip(stems, stems[2:], strict=False):
        yield f"{left} _ {right}"
    for left, middle, right in zip(stems, stems[1:], stems[2:], strict=False):
        yield f"{left} {middle} {right}"


def _korean_words(text: str) -> Iterator[str]:
    stems = [word[:2] for word in text.split()]
    yield from (f"{stem}*" for stem in stems)
    for left, right in pairwise(stems):
        yield f"{left} {right}"
    for left, right in zip(stems, stems[2:], strict=False):
        yield f"{left} _ {right}"


def _stirred(hashed: NDArray[np.uint32]) -> NDArray[np.uint32]:
    hashed = hashed ^ (hashed >> np.uint32(15))
    hashed = hashed * np.uint32(STIR)
    return hashed ^ (hashed >> np.uint32(13))
