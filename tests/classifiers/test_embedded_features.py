"""N-grams: the same for a batch as one by one, and exactly those that a slow reading finds."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.embedded.features import (
    CHARACTERS,
    JAMO,
    JAMO_SEED,
    KEY_BITS,
    MOST_TEXTS,
    MULTIPLIER,
    PAIR_SEED,
    SPREAD,
    WORD_SEED,
    Grams,
    bordered,
    grams,
    plain,
)

TEXTS = [
    "안녕 하세요 오늘 진짜 좋다ㅋㅋ",
    "I don't like this...",
    "lol 진짜?? 😂😂",
    "",
    "ㅠㅠ",
    "a",
    "😂",
    "word " * 800,
    "\ud83d broken",
]
FULL = (1 << 32) - 1


def keys_of(found: Grams, text: int = 0) -> list[int]:
    """Return the keys of one text; n-grams have no order, so they are sorted."""
    return sorted(found.keys[found.owners == text].tolist())


def letter_hash(letter: str) -> int:
    hashed = ord(letter) * int(SPREAD) & FULL
    return hashed ^ hashed >> 15


def rolled(hashes: Sequence[int]) -> int:
    total = 0
    for each in hashes:
        total = (total * int(MULTIPLIER) + each) & FULL
    return total


def word_hash(word: str) -> int:
    total = 0
    for letter in reversed(word):
        total = (total * int(SPREAD) + letter_hash(letter)) & FULL
    return total ^ int(WORD_SEED)


def finished(hashed: int) -> int:
    return ((hashed ^ hashed >> 15) * 0x85EBCA6B & FULL) >> (32 - KEY_BITS)


def slow_keys(text: str, words: Sequence[str]) -> list[int]:
    """Return the keys of a text that has these words, one n-gram after the other."""
    streams: list[tuple[str, Sequence[int], int]] = [(text, CHARACTERS, 0)]
    if any("가" <= letter <= "힣" for letter in text):
        streams.append((unicodedata.normalize("NFD", text), JAMO, int(JAMO_SEED)))
    found = []
    for stream, orders, seed in streams:
        hashes = [letter_hash(letter) ^ seed for letter in stream]
        for order in orders:
            found += [rolled(hashes[at : at + order]) for at in range(len(stream) - order + 1)]
    whole = [word_hash(word) for word in words]
    found += whole
    found += [(b * int(MULTIPLIER) + (a ^ int(PAIR_SEED))) & FULL for a, b in pairwise(whole)]
    return sorted(map(finished, found))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello there", ["hello", "there"]),
        ("오늘 좋다", ["오늘", "좋다"]),
        ("mixed 섞인 text", ["mixed", "섞인", "text"]),
        ("a", ["a"]),
        ("", []),
        ("ok 12 ㅠㅠ울어ㅠ", ["ok", "00", "ㅠㅠ", "울어", "ㅠ"]),
        ("snake_case l'été ...", ["snake_case", "l'été", "..."]),
        # Words are cut where letters, jamo and signs meet; each emoji is a word.
        ("좋아ㅋㅋ!! don't 😂😂", ["좋아", "ㅋㅋ", "!!", "don't", "😂", "😂"]),
    ],
)
def test_ngrams_are_those_that_a_slow_reading_finds(text: str, words: list[str]) -> None:
    assert keys_of(grams([plain(text)])) == slow_keys(plain(text), words)


def test_a_batch_has_the_ngrams_of_its_messages_one_by_one() -> None:
    prepared = [plain(text) for text in TEXTS]
    together = grams(prepared)
    for number, text in enumerate(prepared):
        assert keys_of(together, number) == keys_of(grams([text]))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_texts_have_the_same_ngrams_together_and_alone(texts: list[str]) -> None:
    prepared = [plain(text) for text in texts]
    together = grams(prepared)
    alone = [keys_of(grams([text])) for text in prepared]
    assert [keys_of(together, number) for number in range(len(texts))] == alone


@pytest.mark.parametrize("text", ["hello there", "오늘 좋다", "mixed 섞인 text"])
def test_there_are_as_many_ngrams_as_the_text_has(text: str) -> None:
    prepared = plain(text)
    jamo = unicodedata.normalize("NFD", prepared)
    expected = sum(len(prepared) - order + 1 for order in (2, 3, 4))
    if jamo != prepared:
        expected += sum(len(jamo) - order + 1 for order in (3, 5))
    words = len(text.split())
    assert len(grams([prepared]).keys) == expected + words + words - 1


def test_equal_ngrams_have_equal_keys_wherever_they_stand() -> None:
    alone, within = keys_of(grams([" abab "])), keys_of(grams([" xyz abab xyz abab "]))
    assert set(alone) < set(within)
    assert alone.count(slow_keys("ab", [])[0]) == 2


def test_different_ngrams_have_different_keys() -> None:
    text = plain("the quick brown fox jumps over the lazy dog")
    pieces = {text[at : at + n] for n in CHARACTERS for at in range(len(text) - n + 1)}
    words = text.split()
    expected = len(pieces) + len(set(words)) + len(set(pairwise(words)))
    assert len(set(keys_of(grams([text])))) == expected


def test_keys_fit_their_bits() -> None:
    assert KEY_BITS == 25
    assert grams([plain(text) for text in TEXTS]).keys.max() < 1 << KEY_BITS


def test_the_first_word_of_a_message_has_no_pair() -> None:
    texts = [plain("one two"), plain(""), plain("three")]
    assert keys_of(grams(texts), 0) == slow_keys(texts[0], ["one", "two"])
    assert keys_of(grams(texts), 2) == slow_keys(texts[2], ["three"])


def test_numbers_count_the_same() -> None:
    assert keys_of(grams([plain("in 12 days")])) == keys_of(grams([plain("in 79 days")]))


def test_case_and_markup_do_not_count() -> None:
    assert plain("**SO Good** <:blobsad:123456789012345678>") == " so good :blobsad: "
    assert bordered("SO Good") == " so good "
    assert bordered("In 2049") == " in 0000 "


def test_the_largest_batch_names_every_owner() -> None:
    owners = grams(["ab"] * MOST_TEXTS).owners
    assert np.array_equal(np.unique(owners), np.arange(MOST_TEXTS))
