"""N-grams: the same for a batch as one by one, and exactly those that a slow reading finds."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.embedded.features import KEY_BITS, Grams, grams, plain

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


def keys_of(found: Grams, message: int) -> list[int]:
    spread = slice(*found.bounds[message : message + 2])
    words = slice(*found.word_bounds[message : message + 2])
    keys = found.keys[spread][found.valid[spread]].tolist()
    return keys + found.words[words][found.paired[words]].tolist()


def test_a_batch_has_the_ngrams_of_its_messages_one_by_one() -> None:
    prepared = [plain(text) for text in TEXTS]
    together = grams(prepared)
    for number, text in enumerate(prepared):
        assert keys_of(together, number) == keys_of(grams([text]), 0)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_texts_have_the_same_ngrams_together_and_alone(texts: list[str]) -> None:
    prepared = [plain(text) for text in texts]
    together = grams(prepared)
    alone = [keys_of(grams([text]), 0) for text in prepared]
    assert [keys_of(together, number) for number in range(len(texts))] == alone


@pytest.mark.parametrize("text", ["hello there", "오늘 좋다", "mixed 섞인 text"])
def test_there_are_as_many_ngrams_as_the_text_has(text: str) -> None:
    prepared = plain(text)
    jamo = unicodedata.normalize("NFD", prepared)
    expected = sum(len(prepared) - order + 1 for order in range(2, 6))
    if jamo != prepared:
        expected += sum(len(jamo) - order + 1 for order in range(3, 7))
    assert grams([prepared]).valid.sum() == expected


def test_equal_ngrams_have_equal_keys_wherever_they_stand() -> None:
    early, late = grams(["abab xyz abab "]), grams([" xyz xyz abab"])
    assert set(early.words[:, 0].tolist()) == set(late.words[:, 0].tolist())
    assert early.keys[0, 0] == early.keys[2, 0]


def test_different_ngrams_have_different_keys() -> None:
    found = grams([plain("the quick brown fox jumps over the lazy dog")])
    text = plain("the quick brown fox jumps over the lazy dog")
    for column, order in enumerate(range(2, 6)):
        pieces = {text[place : place + order] for place in range(len(text) - order + 1)}
        assert len(np.unique(found.keys[found.valid[:, column], column])) == len(pieces)


def test_keys_fit_their_bits() -> None:
    found = grams([plain(text) for text in TEXTS])
    assert max(found.keys.max(), found.words.max()) < 1 << KEY_BITS


def test_words_are_cut_where_letters_jamo_and_signs_meet() -> None:
    found = grams([plain("좋아ㅋㅋ!! don't 😂😂")])
    assert len(found.words) == 6  # 좋아, ㅋㅋ, !!, don't and each 😂
    assert len(set(found.words[:, 0].tolist())) == 5


def test_the_first_word_of_a_message_has_no_pair() -> None:
    found = grams([plain("one two"), plain(""), plain("three")])
    assert found.paired[:, 1].tolist() == [False, True, False]


def test_numbers_count_the_same() -> None:
    assert keys_of(grams([plain("in 12 days")]), 0) == keys_of(grams([plain("in 79 days")]), 0)


def test_case_and_markup_do_not_count() -> None:
    assert plain("**SO Good** <:blobsad:123456789012345678>") == " so good :blobsad: "
