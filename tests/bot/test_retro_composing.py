"""What is filled into the dialog becomes messages that Discord takes, and loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.retro.composing import LIMIT, composed
from bot.retro.parse import parse
from bot.retro.reading import texts_of
from reports.retro.forms import FORMS

WORDS = st.lists(
    st.sampled_from(
        ["좋았다.", "great!", "a" * 50, "코드", "\n", "\n\n", "e.g.", "ㅎㅎ", "x" * 2500]
    ),
    max_size=120,
).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(sorted(FORMS)), st.sampled_from(["ko", "en"]))
def test_every_character_is_in_a_message_that_fits(
    data: st.DataObject, key: str, language: str
) -> None:
    form = FORMS[key]
    answers = [data.draw(WORDS) for _ in form.sections]
    messages = composed(form, answers, language)
    assert all(0 < len(each) <= LIMIT for each in messages)
    assert bool(messages) == any(answer.strip() for answer in answers)
    lines = [line for each in messages for line in each.splitlines() if not line.startswith("## ")]
    written = "".join("".join(lines).split())
    assert written == "".join("".join(answers).split())


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("key", sorted(FORMS))
def test_what_was_filled_in_is_read_back_as_it_was(key: str, language: str) -> None:
    form = FORMS[key]
    answers = [f"It was number {place}. We talked." for place in range(len(form.sections))]
    [message] = composed(form, answers, language)
    post = parse(message)
    assert post.certain
    assert post.form == key
    read: dict[str, list[str]] = {}
    for section, sentence in post.sentences():
        read.setdefault(section, []).append(sentence)
    assert list(read) == list(form.sections)
    assert [" ".join(each) for each in read.values()] == answers


def test_a_cut_block_of_code_is_closed_and_opened_again() -> None:
    code = "```\n" + "\n".join(f"line {n} of the program" for n in range(200)) + "\n```"
    messages = composed(FORMS["free"], [code], "en")
    assert len(messages) > 1
    assert all(each.count("```") % 2 == 0 for each in messages)
    assert all(len(each) <= LIMIT for each in messages)


def test_a_post_of_several_messages_is_one_arc() -> None:
    long = " ".join(f"Sentence number {n} was good." for n in range(150))
    messages = composed(FORMS["kpt"], [long, "slow builds.", "caching"], "en")
    assert len(messages) > 1
    pieces = texts_of(dict(enumerate(messages)), None)
    sections = [section for piece in pieces for section, _ in piece.post.sentences()]
    assert sections == ["keep"] * 150 + ["problem", "try"]
