"""The colour of a mood: from unpleasant through neutral to pleasant."""

from __future__ import annotations

from typing import Final

from classifiers.emotion import Emotion
from reports.svg.theme import Theme

LEAST_REACH: Final = 0.3
"""Moods up to this far from zero never get the full colour: a flat week looks flat."""


def shade(mood: float, reach: float, theme: Theme) -> str:
    """Return the colour of a mood as ``#RRGGBB``.

    Args:
        mood: In [-1, 1].
        reach: The mood, on either side, that gets the full colour.
        theme: The colours.
    """
    full = theme.pleasant if mood > 0 else theme.unpleasant
    return blend(theme.emotions[Emotion.NEUTRAL], full, min(abs(mood) / reach, 1.0))


def blend(first: str, second: str, part: float) -> str:
    """Return a colour between two: ``part`` in [0, 1] of the second."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)
