"""Where long messages are cut."""

from __future__ import annotations

import pytest

from classifiers.embedded.sentences import LONGEST, WHOLE, sentences


@pytest.mark.parametrize("text", ["", "좋아", "One. Two. Three!", "x" * WHOLE])
def test_a_short_message_is_one_piece(text: str) -> None:
    assert sentences(text) == [text]


def test_a_long_message_is_cut_behind_its_sentences() -> None:
    parts = [f"This is sentence number {number} of a retrospective." for number in range(6)]
    assert sentences(" ".join(parts)) == parts


def test_a_tiny_sentence_stays_with_its_neighbour() -> None:
    long = "A long sentence about the week that was, with many words in it to fill the line up."
    assert sentences(f"{long} No. {long} ㅠㅠ") == [f"{long} No.", f"{long} ㅠㅠ"]
    assert sentences(f"No. {long} {long}") == [f"No. {long}", long]


@pytest.mark.parametrize("text", ["말을 끊지 않고 " * 100, "가" * 1_000, "한 문장. " * 200])
def test_nothing_is_lost_and_no_piece_is_endless(text: str) -> None:
    text = text.strip()
    pieces = sentences(text)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert all(piece and len(piece) <= LONGEST + 20 for piece in pieces)
