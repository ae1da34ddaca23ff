"""Colours and measures, in pixels of pictures that are drawn at twice the usual size."""

from __future__ import annotations

from typing import Final

WIDTH: Final = 1200
MARGIN: Final = 32
GUTTER: Final = 112
"""Where the text of a message begins, right of the circle that stands for its author."""

TEXT: Final = 30.0
SMALL: Final = 24.0
HEADINGS: Final = {1: 44.0, 2: 38.0, 3: 33.0}
LEADING: Final = 1.42
"""Height of a line, in sizes of its text."""

GROUND: Final = "#2B2D33"
PANEL: Final = "#36393F"
EDGE: Final = "#474A52"
FIELD: Final = "#222428"
INK: Final = "#E3E5E8"
STRONG: Final = "#FAFAFB"
SOFT: Final = "#B3B8C0"
LINK: Final = "#62AEF7"
MENTION: Final = "#C9CFFF"
ACCENT: Final = "#5664E8"

BUTTONS: Final = {1: ACCENT, 2: "#4E515A", 3: "#2B7F4F", 4: "#C4373C", 5: "#4E515A"}
"""By the style's number in the API: primary, secondary, success, danger, link."""

CIRCLES: Final = ("#5664E8", "#2B8A68", "#B5642B", "#A03C78", "#4A7FB5", "#8A6D1F")
"""Of authors, by their id."""
