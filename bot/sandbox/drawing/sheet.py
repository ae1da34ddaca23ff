"""A sheet that grows downwards: text that wraps, boxes, pictures."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from bot.sandbox.drawing.look import GROUND, INK, LEADING, SOFT, TEXT, WIDTH
from bot.sandbox.drawing.markdown import Line, Span, lines_of
from reports.fonts import FAUX_BOLD

if TYPE_CHECKING:
    from bot.sandbox.drawing.names import Names
    from reports.fonts import FontBook

_SPACE: Final = 0.27
"""Width of a space, in em."""

_PADDING: Final = 8.0
_EMPTY: Final = 0.5
"""Height of an empty line, in lines."""

_FEWEST_KEPT: Final = 2


class Sheet:
    """Draws from the top to the bottom between two margins.

    Attributes:
        fonts: What text is measured and drawn with.
        names: What ids are called.
        left: Where things begin.
        right: Where they end.
        y: How far the sheet is filled.
    """

    def __init__(self, fonts: FontBook, names: Names, left: float, right: float) -> None:
        self.fonts = fonts
        self.names = names
        self.left = left
        self.right = right
        self.y = 0.0
        self._elements: list[str] = []

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.right - self.left

    def skip(self, height: float) -> None:
        """Leave room."""
        self.y += height

    def markdown(self, source: str) -> None:
        """Write a text."""
        for line in lines_of(source, self.names):
            self._write(line)

    def label(self, x: float, y: float, span: Span, room: float = math.inf) -> float:
        """Write on one line with the baseline at y, ellipsised; return the width."""
        written = self.fonts.drawable(span.text)
        if room < math.inf:
            written = self.fonts.fitted(written, span.size, room, bold=span.bold)
        self._text(x, y, written, span)
        return self.fonts.width(written, span.size, bold=span.bold)

    def width(self, span: Span) -> float:
        """Return how wide a span is on one line."""
        return self.fonts.width(self.fonts.drawable(span.text), span.size, bold=span.bold)

    def box(self, x: float, y: float, size: tuple[float, float], look: str) -> None:
        """Draw a rectangle; ``look`` is its attributes."""
        wide, high = size
        self._elements.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" {look}/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """Draw a disc."""
        self._elements.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}"/>')

    def chevron(self, x: float, y: float) -> None:
        """Draw the mark of something that opens downwards, its tip below (x, y)."""
        self._elements.append(
            f'<path d="M{x - 11:.1f} {y - 5:.1f}l11 11l11 -11" fill="none" stroke="{SOFT}" '
            'stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/>'
        )

    def picture(self, content: bytes, x: float, width: float, ratio: float) -> None:
        """Place a PNG below what stands there; ``ratio`` is its height by its width."""
        data = base64.b64encode(content).decode()
        high = width * ratio
        self._elements.append(
            f'<image x="{x:.1f}" y="{self.y:.1f}" width="{width:.1f}" height="{high:.1f}" '
            f'href="data:image/png;base64,{data}"/>'
        )

    @contextmanager
    def behind(self) -> Iterator[list[str]]:
        """Collect what is to stand behind what is drawn inside."""
        place = len(self._elements)
        below: list[str] = []
        yield below
        self._elements[place:place] = below

    @contextmanager
    def inset(self, left: float, right: float) -> Iterator[None]:
        """Narrow the margins for a while."""
        self.left, self.right = self.left + left, self.right - right
        yield
        self.left, self.right = self.left - left, self.right + right

    def svg(self, width: float = WIDTH, ground: str = GROUND) -> str:
        """Return the picture, as high as it was filled."""
        high = math.ceil(self.y)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{high}" '
            f'viewBox="0 0 {width:.0f} {high}" font-family={quoteattr(self.fonts.family)}>'
            f'<rect width="{width:.0f}" height="{high}" fill="{ground}"/>'
            f"{''.join(self._elements)}</svg>"
        )

    def _write(self, line: Line) -> None:
        size = max((span.size for span in line.spans), default=TEXT)
        height = size * LEADING
        if not any(span.text.strip() for span in line.spans):
            self.skip(height * _EMPTY)
            return
        start = self.y
        indent = line.indent + (22 if line.quoted else 0) + (14 if line.boxed else 0)
        with self.inset(indent, 0), self.behind() as below:
            if line.mark:
                mark = Span(line.mark, size, SOFT)
                self.label(self.left - self.width(mark) - 10, self.y + size, mark)
            for row in self._rows(line.spans):
                self._row(row, self.y + size)
                self.skip(height)
            if line.boxed:
                below.append(
                    f'<rect x="{self.left - 14:.1f}" y="{start:.1f}" width="{self.room + 14:.1f}" '
                    f'height="{self.y - start:.1f}" fill="#222428"/>'
                )
        if line.quoted:
            self.box(self.left, start, (6, self.y - start), f'rx="3" fill="{SOFT}"')

    def _rows(self, spans: Sequence[Span]) -> Iterator[list[tuple[float, Span]]]:
        """Yield rows of words with the place of each."""
        row: list[tuple[float, Span]] = []
        at = 0.0
        for word, gap in self._words(spans):
            wide = self.width(word)
            space = word.size * _SPACE if gap and row else 0.0
            if row and at + space + wide > self.room:
                yield row
                row, at, space = [], 0.0, 0.0
            for piece in self._pieces(word, wide):
                if row and at + space + self.width(piece) > self.room:
                    yield row
                    row, at, space = [], 0.0, 0.0
                row.append((at + space, piece))
                at += space + self.width(piece)
                space = 0.0
        if row:
            yield row

    def _words(self, spans: Sequence[Span]) -> Iterator[tuple[Span, bool]]:
        gap = False
        for span in spans:
            for number, word in enumerate(span.text.split(" ")):
                gap = gap or number > 0
                if self.fonts.drawable(word):
                    yield (
                        Span(word, span.size, span.fill, bold=span.bold, boxed=span.boxed),
                        gap,
                    )
                    gap = False

    def _pieces(self, word: Span, wide: float) -> Iterator[Span]:
        """Cut a word that fits on no row."""
        text = self.fonts.drawable(word.text)
        while wide > self.room and len(text) > _FEWEST_KEPT:
            kept = max(1, int(len(text) * self.room / wide) - 1)
            yield Span(text[:kept], word.size, word.fill, bold=word.bold, boxed=word.boxed)
            text = text[kept:]
            wide = self.fonts.width(text, word.size, bold=word.bold)
        yield Span(text, word.size, word.fill, bold=word.bold, boxed=word.boxed)

    def _row(self, row: Sequence[tuple[float, Span]], baseline: float) -> None:
        for at, span in row:
            x = self.left + at
            if span.boxed:
                size = (self.width(span) + _PADDING, span.size * 1.3)
                look = 'rx="6" fill="#474A52"'
                self.box(x - _PADDING / 2, baseline - span.size, size, look)
            self._text(x, baseline, self.fonts.drawable(span.text), span)

    def _text(self, x: float, y: float, written: str, span: Span) -> None:
        if not written:
            return
        runs = "".join(
            f"<tspan font-family={quoteattr(run.family)}{self._bold(run.family, span)}>"
            f"{escape(run.text)}</tspan>"
            for run in self.fonts.runs(written)
        )
        fill = span.fill or INK
        self._elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{span.size:.1f}" fill="{fill}">{runs}</text>'
        )

    def _bold(self, family: str, span: Span) -> str:
        if not span.bold:
            return ""
        if self.fonts.has_bold(family):
            return ' font-weight="700"'
        return f' stroke="{span.fill}" stroke-width="{span.size * FAUX_BOLD:.2f}"'
