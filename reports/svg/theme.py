"""Colours of the two themes.

The nine colours of emotions were found by simulated annealing over the smallest distance of
neighbours in ``STACK``, and of any two, as people with normal vision and with each of the three
dichromacies see them; ``palette.adjacent_distance`` checks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from classifiers.emotion import Emotion

STACK: Final = (
    Emotion.ANGER,
    Emotion.FEAR,
    Emotion.DISGUST,
    Emotion.HURT,
    Emotion.SADNESS,
    Emotion.EMBARRASSMENT,
    Emotion.NEUTRAL,
    Emotion.SURPRISE,
    Emotion.JOY,
)
"""From the bottom of a stacked chart (unpleasant) to its top (pleasant)."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``#RRGGBB``.

    Attributes:
        card: Background, opaque.
        grid: Lines that must not be noticed.
        ink: Titles and values.
        soft: Text of second rank.
        faint: Axes and notes; still 4.5:1 on the card.
        pleasant: Moods above zero, and the curve.
        unpleasant: Moods below zero.
        band: Opacity of the interval's band.
        emotions: One colour each.
    """

    card: str
    grid: str
    ink: str
    soft: str
    faint: str
    pleasant: str
    unpleasant: str
    band: float
    emotions: Mapping[Emotion, str]


def _emotions(*colours: str) -> Mapping[Emotion, str]:
    return MappingProxyType(dict(zip(STACK, colours, strict=True)))


DARK: Final = Theme(
    card="#1F2126",
    grid="#33373F",
    ink="#F2F3F5",
    soft="#C9CDD4",
    faint="#9BA0AA",
    pleasant="#FFB845",
    unpleasant="#6A9BFF",
    band=0.26,
    emotions=_emotions(
        "#E0382A",
        "#AD98E0",
        "#2E7D5B",
        "#F86E98",
        "#3369E7",
        "#F29E3D",
        "#4B5057",
        "#4FD3CE",
        "#FBD067",
    ),
)
LIGHT: Final = Theme(
    card="#FFFFFF",
    grid="#E6E8EB",
    ink="#1B1D21",
    soft="#43464D",
    faint="#646872",
    pleasant="#A86400",
    unpleasant="#2559D9",
    band=0.20,
    emotions=_emotions(
        "#C53F49",
        "#8B6ECC",
        "#6EB06B",
        "#D283AF",
        "#0F48B8",
        "#DD7628",
        "#CBCDD7",
        "#0A9A7C",
        "#EFA32B",
    ),
)


def theme_of(name: str) -> Theme:
    """Return the theme that guild settings name: ``light``, or dark for anything else."""
    return LIGHT if name == "light" else DARK
