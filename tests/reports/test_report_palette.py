"""Colours that everybody can tell apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS
from reports.svg.palette import (
    MINIMUM_DISTANCE,
    adjacent_distance,
    contrast,
    distance,
    linear_rgb,
    oklab,
)
from reports.svg.theme import DARK, LIGHT, STACK, Theme, theme_of

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def test_oklab_of_known_colours() -> None:
    lab = oklab(linear_rgb(("#FFFFFF", "#FF0000", "#000000")))
    assert lab[0] == pytest.approx([1.0, 0.0, 0.0], abs=1e-3)
    assert lab[1] == pytest.approx([0.62796, 0.22486, 0.12585], abs=1e-3)
    assert lab[2] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_red_and_green_come_close_for_deutans() -> None:
    red, green = "#C05040", "#7A7A20"
    labs = [oklab(linear_rgb((red, green)), vision) for vision in ("normal", "deutan")]
    apart = [float(np.linalg.norm(lab[0] - lab[1])) for lab in labs]
    assert apart[1] < apart[0] / 2
    assert distance(red, red) == 0


def test_contrast_of_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@BOTH
def test_neighbours_are_apart_in_every_vision(theme: Theme) -> None:
    colours = [theme.emotions[emotion] for emotion in STACK]
    assert adjacent_distance(colours) > MINIMUM_DISTANCE
    assert min(distance(a, b) for a, b in combinations(colours, 2)) > 6
    assert min(distance(colour, theme.card) for colour in colours) > MINIMUM_DISTANCE


@BOTH
def test_text_is_readable(theme: Theme) -> None:
    for colour in (theme.ink, theme.soft, theme.faint, theme.pleasant, theme.unpleasant):
        assert contrast(colour, theme.card) >= 4.5


@BOTH
def test_every_emotion_has_a_place_and_a_colour(theme: Theme) -> None:
    assert set(STACK) == set(EMOTIONS) == set(theme.emotions)
    assert len(set(theme.emotions.values())) == len(EMOTIONS)


def test_unknown_themes_are_dark() -> None:
    assert theme_of("light") is LIGHT
    assert theme_of("dark") is DARK
    assert theme_of("") is DARK
