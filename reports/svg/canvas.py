"""SVG, element by element; text goes through the font book, so that what is placed also fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from reports.fonts import FAUX_BOLD, FontBook, Run
from reports.svg.curve import number
from reports.svg.theme import Theme

WIDTH: Final = 1100
HEIGHT: Final = 700

_ASCENT: Final = 0.80
_DESCENT: Final = 0.22
"""How far letters and Hangul reach from the baseline, in em."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle from (left, top) to (right, bottom)."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Return whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point lies inside."""
        return self.left < x < self.right and self.top < y < self.bottom

    def within(self, other: Box) -> bool:
        """Return whether the whole box lies inside another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )

    def grown(self, margin: float) -> Box:
        """Return the box with a margin on every side."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks.

    Attributes:
        size: In pixels of the card.
        fill: ``#RRGGBB``.
        bold: Whether it is bold.
        anchor: ``start``, ``middle`` or ``end``.
    """

    size: float
    fill: str
    bold: bool = False
    anchor: str = "start"


@dataclass(slots=True)
class Canvas:
    """An SVG that grows.

    Attributes:
        fonts: What text is measured and drawn with.
        theme: The colours.
        title: Name of the picture.
        description: The picture in words.
    """

    fonts: FontBook
    theme: Theme
    title: str
    description: str
    _elements: list[str] = field(default_factory=list)

    def width(self, text: str, style: Style) -> float:
        """Return how wide a text comes out at most."""
        return self.fonts.width(self.fonts.drawable(text), style.size, bold=style.bold)

    def box(self, x: float, y: float, text: str, style: Style) -> Box:
        """Return what a text at (x, y), y being its baseline, covers."""
        wide = self.width(text, style)
        left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[style.anchor]
        return Box(left, y - _ASCENT * style.size, left + wide, y + _DESCENT * style.size)

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """Write a text with its baseline at (x, y)."""
        drawable = self.fonts.drawable(text)
        if not drawable:
            return
        anchor = "" if style.anchor == "start" else f' text-anchor="{style.anchor}"'
        spans = "".join(self._span(run, style) for run in self.fonts.runs(drawable))
        attributes = (
            f'x="{number(x)}" y="{number(y)}" font-size="{number(style.size)}" '
            f'fill="{style.fill}"{anchor}'
        )
        self._add(f"<text {attributes}>{spans}</text>")

    def line(self, start: tuple[float, float], end: tuple[float, float], stroke: str) -> None:
        """Draw a straight line; ``stroke`` is made by ``stroke_of``."""
        self._add(
            f'<line x1="{number(start[0])}" y1="{number(start[1])}" '
            f'x2="{number(end[0])}" y2="{number(end[1])}" {stroke}/>'
        )

    def path(self, data: str, attributes: str) -> None:
        """Draw path data with the given attributes."""
        self._add(f'<path d="{data}" {attributes}/>')

    def rectangle(self, box: Box, attributes: str) -> None:
        """Draw a rectangle with the given attributes."""
        self._add(
            f'<rect x="{number(box.left)}" y="{number(box.top)}" '
            f'width="{number(box.right - box.left)}" height="{number(box.bottom - box.top)}" '
            f"{attributes}/>"
        )

    def circle(self, x: float, y: float, radius: float, attributes: str) -> None:
        """Draw a circle with the given attributes."""
        self._add(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" {attributes}/>')

    def hatch(self, name: str, width: float = 14, colour: str = "") -> str:
        """Define a hatching and return the paint that refers to it.

        Args:
            name: Unique within the picture.
            width: From one line to the next.
            colour: Of the lines; that of the grid if not given.
        """
        line, whole = number(width * 5 / 14), number(width)
        self._add(
            f'<defs><pattern id="{name}" width="{whole}" height="{whole}" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="{line}" height="{whole}" fill="{colour or self.theme.grid}"/>'
            "</pattern></defs>"
        )
        return f"url(#{name})"

    def svg(self) -> str:
        """Return the picture."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family={quoteattr(self.fonts.family)} '
            f'role="img"><title>{escape(self.title)}</title>'
            f"<desc>{escape(self.description)}</desc>"
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{self.theme.card}"/>'
            f"{''.join(self._elements)}</svg>"
        )

    def _add(self, element: str) -> None:
        self._elements.append(element)

    def _span(self, run: Run, style: Style) -> str:
        attributes = (
            "" if run.family == self.fonts.family else f" font-family={quoteattr(run.family)}"
        )
        if style.bold:
            attributes += self._bold(run.family, style)
        text = escape(run.text)
        return f"<tspan{attributes}>{text}</tspan>" if attributes else text

    def _bold(self, family: str, style: Style) -> str:
        if self.fonts.has_bold(family):
            return ' font-weight="700"'
        width = number(style.size * FAUX_BOLD)
        return f' stroke="{style.fill}" stroke-width="{width}" stroke-linejoin="round"'


def stroke_of(colour: str, width: float, *, dots: bool = False) -> str:
    """Return attributes of a line with round ends."""
    dotted = f' stroke-dasharray="0.1 {number(width * 2.6)}"' if dots else ""
    return (
        f'fill="none" stroke="{colour}" stroke-width="{number(width)}" '
        f'stroke-linecap="round" stroke-linejoin="round"{dotted}'
    )


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions near the wanted ones, in their order, at least ``gap`` apart.

    Clusters that would overlap are centred on the mean of what they wanted, and pushed inside
    [low, high]; with more labels than fit, the gap shrinks.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    clusters: list[tuple[float, int]] = []  # sum of (wanted - place within cluster), length
    for index in order:
        total, length = wanted[index], 1
        while clusters and _start(clusters[-1], gap, low, high) + gap * clusters[-1][1] > _start(
            (total, length), gap, low, high
        ):
            before, size = clusters.pop()
            total, length = before + total - gap * size * length, size + length
        clusters.append((total, length))
    starts = [(_start(cluster, gap, low, high), cluster[1]) for cluster in clusters]
    places = [start + gap * step for start, length in starts for step in range(length)]
    placed = [0.0] * len(wanted)
    for index, place in zip(order, places, strict=True):
        placed[index] = place
    return placed


def _start(cluster: tuple[float, int], gap: float, low: float, high: float) -> float:
    total, length = cluster
    return max(low, min(high - gap * (length - 1), total / length))
