"""The card of small multiples: every emotion week by week, against its usual range."""

from __future__ import annotations

import math
from typing import Final

from classifiers.emotion import Emotion
from reports.fonts import FontBook
from reports.history import Usual, UsualRange
from reports.report import WeeklyReport
from reports.svg import curve
from reports.svg.canvas import WIDTH, Box, Canvas, Style, stroke_of
from reports.svg.frame import (
    LABEL_SIZE,
    MARGIN,
    Heading,
    draw_heading,
    draw_note,
    subtitle_of,
)
from reports.svg.theme import Theme
from reports.wording import Wording
from reports.wording.numbers import percent
from reports.wording.past_contract import PastWording

_TOP: Final = 170
_BOTTOM: Final = 628
_COLUMNS: Final = 3
_GAP: Final = 36
_ROW_GAP: Final = 22
_NAME_LINE: Final = 42
_PADDING: Final = 4
_MARGIN: Final = 0.16
"""Part of its range that a panel leaves free above and below."""

_DOT: Final = 8
_LEAST_RANGE: Final = 0.02
"""A panel shows at least two percentage points, so that a flat share looks flat."""


def usual_card(
    report: WeeklyReport,
    usual: Usual,
    theme: Theme,
    words: tuple[Wording, PastWording],
    fonts: FontBook,
    name: str,
) -> str:
    """Return the SVG of every emotion against its usual range.

    Args:
        report: Whose dates stand in the heading.
        usual: What to show.
        theme: Colours.
        words: Language.
        fonts: What to draw with.
        name: The server's name, or an empty text.
    """
    common, past = words
    canvas = Canvas(fonts, theme, past.labels.usual, past.usual_alt(usual))
    draw_heading(canvas, _heading(usual, theme, past), subtitle_of(report, common, name))
    columns = min(_COLUMNS, len(usual.ranges))
    rows = math.ceil(len(usual.ranges) / columns)
    wide = (WIDTH - 2 * MARGIN - (columns - 1) * _GAP) / columns
    tall = (_BOTTOM - _TOP - (rows - 1) * _ROW_GAP) / rows
    for index, one in enumerate(usual.ranges):
        left = MARGIN + index % columns * (wide + _GAP)
        top = _TOP + index // columns * (tall + _ROW_GAP)
        _draw_panel(canvas, one, Box(left, top, left + wide, top + tall), common)
    draw_note(canvas, past.usual_note(usual))
    return canvas.svg()


def _heading(usual: Usual, theme: Theme, past: PastWording) -> Heading:
    outside = usual.outside
    if not outside:
        return Heading(past.labels.usual, "", theme.ink, past.labels.inside)
    value, caption = past.usual_finding(outside[0])
    return Heading(past.labels.usual, value, theme.ink, caption)


def _draw_panel(canvas: Canvas, one: UsualRange, panel: Box, words: Wording) -> None:
    theme, colour = canvas.theme, _colour(canvas.theme, one.emotion)
    share = one.shares[-1] or 0.0
    mark = {-1: "▼ ", 0: "", 1: "▲ "}[one.outside]
    canvas.text(
        panel.left, panel.top + 28, words.emotions[one.emotion], Style(LABEL_SIZE, theme.soft)
    )
    value = Style(LABEL_SIZE, theme.ink, bold=bool(one.outside), anchor="end")
    canvas.text(panel.right, panel.top + 28, mark + percent(share), value)
    plot = Box(panel.left, panel.top + _NAME_LINE, panel.right, panel.bottom)
    canvas.rectangle(plot, f'rx="6" fill="none" stroke="{theme.grid}" stroke-width="2"')
    inner = Box(
        plot.left + _PADDING, plot.top + _PADDING, plot.right - _PADDING, plot.bottom - _PADDING
    )
    low, high = _reach(one)

    def y_of(value: float) -> float:
        return inner.bottom - (value - low) / (high - low) * (inner.bottom - inner.top)

    band = Box(inner.left, y_of(one.high), inner.right, y_of(one.low))
    canvas.rectangle(band, f'fill="{theme.soft}" fill-opacity="{theme.band * 0.7:g}"')
    middle = y_of(one.middle)
    canvas.line((inner.left, middle), (inner.right, middle), stroke_of(theme.faint, 2, dots=True))
    step = (inner.right - inner.left - 2 * _DOT) / max(len(one.shares) - 1, 1)
    points = [
        (inner.left + _DOT + place * step, y_of(value))
        for place, value in enumerate(one.shares)
        if value is not None
    ]
    if len(points) > 1:
        canvas.path(curve.path(points), stroke_of(colour, 4))
    ring = f'fill="{colour}" stroke="{theme.ink}" stroke-width="{3 if one.outside else 0}"'
    canvas.circle(*points[-1], _DOT, ring)


def _colour(theme: Theme, emotion: Emotion) -> str:
    # The grey of neutral cannot be seen on a grey band.
    return theme.soft if emotion is Emotion.NEUTRAL else theme.emotions[emotion]


def _reach(one: UsualRange) -> tuple[float, float]:
    """Return the ends of a panel's scale."""
    known = [share for share in one.shares if share is not None]
    low, high = min([one.low, *known]), max([one.high, *known])
    missing = max(0.0, _LEAST_RANGE - (high - low)) / 2
    beyond = (high - low + 2 * missing) * _MARGIN
    return low - missing - beyond, high + missing + beyond
