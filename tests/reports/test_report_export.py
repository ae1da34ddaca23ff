"""Parts of the exports that no server would show at once."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from reports.export.observation import Observation, Section
from reports.export.sections import WALK, sections_of
from reports.export.story import story_of_week
from reports.export.table import COLUMNS, as_csv
from reports.export.webfont import font_faces
from reports.fonts import FontBook
from reports.wording.exports import export_words
from tests.reports.report_samples import fixed_report


def table(*observations: Observation, period: str = "2026-W46") -> list[list[str]]:
    content = as_csv([(period, [Section("where", "Channels", observations)])])
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_is_never_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://example.org","x"),1'
    _, row = table(Observation(text, "a channel", -0.5, "valence", -0.75, -0.25))
    assert row[COLUMNS.index("key")] == "'" + text
    # Numbers stay numbers.
    assert row[2:5] == ["-0.5", "-0.75", "-0.25"]


def test_texts_come_back_as_they_were() -> None:
    texts = ['a "quoted" name', "one, two", "두 줄\n이름", "🎉 party", "한글"]
    rows = table(*(Observation(each, "", 1, "people") for each in texts))
    assert [row[1] for row in rows[1:]] == texts


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_section_of_the_walk_has_a_title(language: str) -> None:
    words = export_words(language)
    assert not [name for name, *_ in WALK if words.section(name) == name]


def test_what_is_not_known_is_absent() -> None:
    full = {section.name for section in sections_of(fixed_report(), "en")}
    bare = replace(fixed_report(), baseline=None, change=None, points=(), shares=())
    left = {section.name for section in sections_of(bare, "en")}
    assert left == {"coverage", "mood"}
    assert left < full
    hidden = replace(fixed_report(), hidden=True, mood=None)
    assert sections_of(hidden, "en") == ()
    assert story_of_week(hidden, "ko").lines == ()


def test_letters_of_a_page_are_the_same_each_time_and_few() -> None:
    fonts = FontBook.load(system=False)
    faces = font_faces("기분 지수 +0.12", fonts)
    assert faces == font_faces("+0.12 지수 기분", fonts)
    assert faces.count("@font-face") == 1
    assert len(faces) < 20_000
    assert font_faces("", fonts) == ""
