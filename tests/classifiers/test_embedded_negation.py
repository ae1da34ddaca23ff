"""Which words a negation covers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.embedded.features import plain
from classifiers.embedded.negation import (
    ENGLISH_CUES,
    ENGLISH_HINT,
    KOREAN,
    KOREAN_HINT,
    negated,
)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("I am not happy", "happy"),
        ("I don't like this at all", "like this at all"),
        ("I don’t like it", "like it"),
        ("dont like it", "like it"),
        ("Never EVER again.", "ever again"),
        ("hardly anyone came", "anyone came"),
        ("without any hope", "any hope"),
        ("not sad, not angry", "sad angry"),
        ("안 재밌다", "재밌다"),
        ("안재밌다", "재밌다"),
        ("나 못 가", "가"),
        ("재밌지 않다", "재밌"),
        ("재밌지는 않아", "재밌"),
        ("재미없다", "재미"),
        ("재미 없다", "재미"),
        ("문제는 아니다", "문제는"),
        ("문제 아님", "문제"),
        ("울지마", "울"),
        ("not happy 안 좋아", "happy 안 좋아 좋아"),
    ],
)
def test_words_behind_and_before_a_negation_are_covered(text: str, covered: str) -> None:
    assert negated(plain(text)) == f" {covered} "


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("not happy but sad", "happy"),
        ("not good because it rains", "good"),
        ("don't worry, be happy", "worry"),
        ("not me. you are great", "me"),
        ("not really? wonderful", "really"),
        ("not you! so glad", "you"),
        ("not one two three four five six", "one two three four"),
        ("안 추워 진짜 좋아", "추워"),
    ],
)
def test_a_negation_reaches_no_further_than_its_part(text: str, covered: str) -> None:
    assert negated(plain(text)) == f" {covered} "


@pytest.mark.parametrize(
    "text",
    [
        "",
        "so happy today",
        "why not?",
        "no, thanks",
        "no! wonderful",
        "nothing but good",
        "knot a note, nowhere",
        "but why? is it over?",
        "진짜 좋아",
        "괜찮지?",
        "왜 그래? 어디야?",
        "아니 진짜",
        "있지 그거 좋은데 말이야",
        "없어",
        "ㅋㅋㅋ 😂",
    ],
)
def test_where_nothing_is_negated_nothing_is_covered(text: str) -> None:
    assert not negated(plain(text))


@given(st.lists(st.sampled_from(["안", "못", "지", "않", "not", "n't", "좋아", ".", "a"])))
def test_what_is_covered_was_said(words: list[str]) -> None:
    text = plain(" ".join(words))
    covered = negated(text)
    assert all(word in text for word in covered.split())
    assert not covered or (covered[0], covered[-1]) == (" ", " ")


@pytest.mark.parametrize("cue", sorted(ENGLISH_CUES))
def test_no_cue_is_missed_by_the_quick_look(cue: str) -> None:
    assert negated(plain(f"{cue} happy")) == " happy "
    assert ENGLISH_HINT.search(cue)


@given(st.text(alphabet="가까지진질는도 않안못말마없다음어아니라닌님냐녀좋?ab", max_size=30))
def test_no_korean_negation_is_missed_by_the_quick_look(text: str) -> None:
    assert KOREAN_HINT.search(text) or not KOREAN.search(text)
