from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from classifiers.emotion import Emotion
from classifiers.lexicon.tables import Kind, read_table

TABLES = ["korean", "modifiers", "symbols", "english"]
KOREAN_WORDS = {Kind.WORD, Kind.START, Kind.WHOLE, Kind.STEM, Kind.STEM_START, Kind.STEM_PIEUP}


@pytest.mark.parametrize("name", TABLES)
def test_no_form_stands_twice(name: str) -> None:
    counts = Counter((row.form, row.entry.kind) for row in read_table(name))
    assert [form for form, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", TABLES)
def test_values_lie_in_their_ranges(name: str) -> None:
    for row in read_table(name):
        assert row.form
        assert -4 <= row.entry.valence <= 4, row
        assert all(weight > 0 for _, weight in row.entry.weights), row


def test_modifiers_strengthen_or_weaken() -> None:
    for row in read_table("modifiers"):
        weakens = row.entry.kind is Kind.DIMINISH
        assert 0 < row.entry.valence < 1 if weakens else row.entry.valence > 1, row


def test_the_sign_of_a_korean_word_agrees_with_its_emotion() -> None:
    for row in read_table("korean"):
        emotion = row.entry.emotion
        if emotion is Emotion.JOY:
            assert row.entry.valence > 0, row
        elif emotion is not None and emotion is not Emotion.SURPRISE:
            assert row.entry.valence < 0, row


def test_the_tables_are_as_large_as_promised() -> None:
    korean = [row for row in read_table("korean") if row.entry.kind in KOREAN_WORDS]
    kinds = Counter(row.entry.kind for row in read_table("symbols"))
    assert len(korean) >= 700
    assert kinds[Kind.EMOJI] >= 150
    assert kinds[Kind.FACE] >= 60
    assert {row.entry.emotion for row in korean} == set(Emotion) - {Emotion.NEUTRAL}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_four_columns(name: str) -> None:
    text = (files("classifiers.lexicon") / "data" / f"{name}.tsv").read_text("utf-8")
    header, *rows = text.splitlines()
    assert header.split("\t") == ["form", "kind", "valence", "emotions"]
    assert all(row.count("\t") == 3 for row in rows)
