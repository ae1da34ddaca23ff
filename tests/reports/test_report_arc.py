"""The arc of one post: its finding, its words and its picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.emotion import Emotion
from reports.fonts import FontBook
from reports.retro.arc import FLAT, Arc, Sentence
from reports.retro.forms import SECTIONS
from reports.svg.arc import arc_card
from reports.svg.palette import MINIMUM_DISTANCE, contrast, distance
from reports.svg.theme import DARK, LIGHT, STACK, Theme
from reports.wording.retro_arc import arc_alt, arc_headline, arc_lines
from tests.reports.arc_samples import fixed_arc, golden_arcs, long_arc

FONTS = FontBook.load(system=False)


def test_pictures_are_those_that_were_looked_at() -> None:
    for path, picture in golden_arcs(FONTS):
        assert path.read_bytes() == picture, f"{path.name} differs: draw it anew and look at it"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_finding_comes_first_everywhere(language: str) -> None:
    arc = fixed_arc()
    said = arc_headline(arc, language)
    assert "+0.72" in said
    assert "−0.49" in said
    assert arc_alt(arc, language).startswith(said)
    assert len(arc_lines(arc, language)) == len(arc.stages) == 4
    assert len(arc_alt(long_arc(), language)) <= 1024


def test_sections_that_are_alike_are_not_told_apart() -> None:
    told = [Sentence("keep", 0.3, None), Sentence("try", 0.3 + FLAT - 0.01, None)]
    arc = Arc.of("kpt", told)
    assert arc.highest is None
    assert "even arc" in arc_headline(arc, "en")


def test_a_section_that_returns_stands_twice() -> None:
    told = [Sentence("keep", 0.1, None), Sentence("try", 0, None), Sentence("keep", 0.2, None)]
    assert [stage.section for stage in Arc.of("kpt", told).stages] == ["keep", "try", "keep"]


def test_of_equal_emotions_the_one_on_the_side_of_the_mean_is_named() -> None:
    told = [Sentence("keep", -0.4, Emotion.HURT), Sentence("keep", 0.9, Emotion.JOY)]
    assert Arc.of("kpt", told).stages[0].emotion is Emotion.JOY


SENTENCES = st.lists(
    st.builds(
        Sentence,
        st.sampled_from(SECTIONS),
        st.floats(-1, 1),
        st.one_of(st.none(), st.sampled_from(list(Emotion))),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(SENTENCES, st.sampled_from(["ko", "en"]), st.sampled_from(["dark", "light"]))
def test_any_arc_can_be_drawn_inside_the_card(
    told: list[Sentence], language: str, theme: str
) -> None:
    card = arc_card(Arc.of("4l", told), theme=theme, language=language, fonts=FONTS)
    root = ET.fromstring(card.svg)
    for element in root.iter():
        for name in ("x", "cx", "x1", "x2"):
            assert 0 <= float(element.get(name, "0")) <= 1100
        for name in ("y", "cy", "y1", "y2"):
            assert 0 <= float(element.get(name, "0")) <= 700
    assert len(card.alt_text) <= 1024


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_marks_are_outlined_and_shapes_repeat_the_side(theme: Theme) -> None:
    # The outline carries the mark where an emotion's colour is close to the card.
    assert contrast(theme.ink, theme.card) >= 7
    neighbours = [distance(theme.emotions[a], theme.emotions[b]) for a, b in pairwise(STACK)]
    assert min(neighbours) >= MINIMUM_DISTANCE
    name = "dark" if theme is DARK else "light"
    svg = arc_card(fixed_arc(), theme=name, language="en", fonts=FONTS).svg
    diamonds, squares = svg.count('Z" fill='), svg.count("<rect")
    assert diamonds == 5 + 4, "the low sentences, and the four low emotions of the legend"
    assert squares == 1 + 4 + 2, "the card, four means, the one sentence that is neither, twice"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_section_that_is_neither_bright_nor_low_has_the_colour_of_neither(theme: Theme) -> None:
    plain = Arc.of("4l", [Sentence("learned", -0.001, Emotion.NEUTRAL)])
    name = "dark" if theme is DARK else "light"
    svg = arc_card(plain, theme=name, language="en", fonts=FONTS).svg
    assert theme.unpleasant not in svg
    assert theme.pleasant not in svg
