"""Posts of a retrospective are taken apart as their authors meant them, and nothing is lost."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.retro.parse import Carried, Post, parse
from bot.retro.sentences import sentences
from reports.retro.forms import FORMS, SECTIONS

DATA = Path(__file__).parents[1] / "data"
LANGUAGES = ("ko", "en")
SETS = (*LANGUAGES, "more", "held_out")
"""What the rules were written with, and what they first met when they were done, mended since."""
LEAST = 0.9
"""Part of the written posts, and of their sections, that must come out exactly as expected."""


class Written(NamedTuple):
    form: str
    sections: str
    text: str


def written(language: str) -> list[Written]:
    with (DATA / f"retro_{language}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Written(form, sections, text.replace("\\n", "\n")) for form, sections, text in rows]


def told(post: Post) -> str:
    """Return the runs of sections with how many sentences each has."""
    runs: list[str] = []
    for part in post.parts:
        if part.section is not None:
            alone = [key for key, _ in Post(post.text, post.form, (part,), 0, True).sentences()]
            runs += [f"{key}:{len(list(same))}" for key, same in groupby(alone)]
    return " ".join(runs)


def outcomes(language: str) -> Iterator[tuple[Written, str, str]]:
    for each in written(language):
        post = parse(each.text)
        yield each, post.form, told(post)


@pytest.mark.parametrize("language", SETS)
def test_written_posts_come_out_as_expected(language: str) -> None:
    found = list(outcomes(language))
    assert len(found) >= 24
    wrong = [
        f"{each.text!r}: expected {each.form} {each.sections}, got {form} {sections}"
        for each, form, sections in found
        if (form, sections) != (each.form, each.sections)
    ]
    assert len(wrong) <= (1 - LEAST) * len(found), "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_written_posts_cover_every_form(language: str) -> None:
    assert {each.form for each in written(language)} == set(FORMS)


WORDS = st.sampled_from(
    [
        *[
            "Liked",
            "Learned",
            "좋았던",
            "배운",
            "점",
            "점:",
            "#",
            "##",
            "**",
            "__",
            "[",
            "]",
            "(",
            ")",
            "-",
            "*",
            "1.",
            "2)",
            ":",
            "：",
            "→",
            "👍",
            "```",
            "했다",
        ],
        *[
            "했어요.",
            "e.g.",
            "v1.2",
            "ㅋㅋ",
            "KPT",
            "회고",
            "Keep",
            "Problem",
            "K:",
            "T:",
            "오늘",
            "한",
            "일",
            ".",
            "!",
            "…",
            ">",
            "1️⃣",
            "`",
        ],
        *("\n", "\n\n", "\r", "\u200b", "<:x:123456789012345678>"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS).map("".join)
)
CARRIED = st.one_of(
    st.none(), st.builds(Carried, st.sampled_from(sorted(FORMS)), st.sampled_from(SECTIONS))
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from([None, *FORMS]), CARRIED)
def test_parts_join_to_the_text_and_sections_are_known(
    text: str, hint: str | None, carried: Carried | None
) -> None:
    post = parse(text, hint=hint, carried=carried)
    edges = [0, *(part.end for part in post.parts)]
    assert [part.start for part in post.parts] == edges[:-1]
    assert edges[-1] == len(text)
    assert all(part.start < part.end for part in post.parts)
    assert {part.section for part in post.parts} <= {None, *SECTIONS}
    assert post.form in FORMS


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_character_outside_headings_is_lost(text: str) -> None:
    post = parse(text)
    kept = "".join(each for _, each in post.sentences())
    parts = "".join(text[part.start : part.end] for part in post.parts if part.section is not None)
    assert "".join(kept.split()) == "".join(parts.split())


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_sentences_are_a_partition(text: str) -> None:
    spans = sentences(text)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(first[1] == second[0] for first, second in pairwise(spans))


def test_a_message_continues_the_one_before() -> None:
    first = parse("Keep\n커밋\nProblem\n늦잠을 잤다.")
    second = parse("그리고 지각도 했다.\nTry\n알람", carried=first.ends_in)
    assert second.form == "kpt"
    assert second.sentences() == [("problem", "그리고 지각도 했다."), ("try", "알람")]


def test_the_form_of_the_channel_decides_where_names_do_not() -> None:
    text = "좋았던 점\n팀\n배운 점\n깃\n아쉬웠던 점\n잠"
    assert parse(text).form == "well"
    assert parse(text, hint="4l").form == "4l"
    assert [key for key, _ in parse(text, hint="4l").sentences()] == ["liked", "learned", "lacked"]


def test_a_long_hostile_text_takes_no_time() -> None:
    for piece in ("좋았던 점 ", "((((", "**", "[[", "가.", "한다 ", "#", "- ", "e.g. ", "👍"):
        assert parse((piece * 20_000)[:20_000]).parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We met Dr. Kim at 5 p.m. and ate. It was fun!", 2),
        ("v1.2.3 is out... finally", 1),
        ("좋았다.그런데 힘들었다.", 2),
        ("바다에 갔다 왔다", 1),
        ("먹었다고 했다", 1),
        ("1. 첫째 2. 둘째", 1),
        ("정말?! 네!", 2),
        ("재밌었음 또 하고 싶음", 2),
        ("`a. b. c`", 1),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: int) -> None:
    assert len(sentences(text)) == expected
