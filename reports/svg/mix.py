"""The card on emotions: how the mix moved through the week, and the mix of the whole week."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from classifiers.emotion import EMOTIONS, Emotion
from reports.fonts import FontBook
from reports.report import Point, WeeklyReport
from reports.spans import PARTS
from reports.svg import curve
from reports.svg.canvas import WIDTH, Box, Canvas, Style, spread, stroke_of
from reports.svg.frame import (
    AXIS,
    BOTTOM,
    LABEL_SIZE,
    MARGIN,
    TOP,
    Heading,
    draw_heading,
    draw_hidden_days,
    draw_note,
    draw_separators,
    draw_weekdays,
    subtitle_of,
    x_of,
)
from reports.svg.segments import segments
from reports.svg.theme import STACK, Theme
from reports.wording import Wording
from reports.wording.numbers import percent

_BAR: Final = 44
_GAP: Final = 26
_LEADER: Final = 34
_LABEL_GAP: Final = 41
_INSET: Final = 7
_NOTHING: Final = 0.002


def mix_card(report: WeeklyReport, theme: Theme, words: Wording, fonts: FontBook, name: str) -> str:
    """Return the SVG of the card on emotions.

    Args:
        report: What to show.
        theme: Colours.
        words: Language.
        fonts: What to draw with.
        name: The server's name, or an empty text.
    """
    canvas = Canvas(fonts, theme, words.labels.mix, words.mix_alt(report))
    draw_heading(canvas, _heading(report, theme, words), subtitle_of(report, words, name))
    week = {s.emotion: s.share.value for s in report.shares if s.share is not None}
    labels = _labels_width(canvas, week, words)
    right = WIDTH - MARGIN - labels - _LEADER
    days = any(point.told for point in report.points)
    bar = Box(right - _BAR if days else MARGIN, TOP, right, BOTTOM)
    if days:
        _draw_days(canvas, report, words, Box(MARGIN, TOP, bar.left - _GAP, BOTTOM))
    _draw_week(canvas, week, bar)
    axis = Style(LABEL_SIZE, theme.soft, anchor="middle")
    canvas.text((bar.left + bar.right) / 2, AXIS, words.labels.whole_week, axis)
    _draw_labels(canvas, week, bar, words)
    draw_note(canvas, words.mix_note(report))
    return canvas.svg()


def _heading(report: WeeklyReport, theme: Theme, words: Wording) -> Heading:
    moved = report.most_changed
    if report.baseline is None:
        return Heading(words.labels.mix, "", theme.ink, words.labels.no_baseline)
    if not report.compares_emotions:
        return Heading(words.labels.mix, "", theme.ink, words.labels.not_compared)
    if moved is None:
        return Heading(words.labels.mix, "", theme.ink, words.labels.steady)
    value, caption = words.moved(moved)
    return Heading(words.labels.mix, value, theme.ink, caption)


def _draw_days(canvas: Canvas, report: WeeklyReport, words: Wording, plot: Box) -> None:
    draw_hidden_days(canvas, report, plot, "mix-hidden")
    for segment in segments(report.points):
        for told in _told(segment):
            _draw_segment(canvas, told, plot)
    draw_separators(canvas, plot, canvas.theme.card, 2.5)
    draw_weekdays(canvas, words, plot)


def _told(segment: list[Point]) -> Iterator[list[Point]]:
    """Cut a segment where shares are not known."""
    for known, points in groupby(segment, lambda point: point.told):
        if known:
            yield list(points)


def _draw_segment(canvas: Canvas, segment: list[Point], plot: Box) -> None:
    """Stack the emotions of neighbouring points, level up to where the parts of the days end."""
    first, last = segment[0].span, segment[-1].span
    places = [
        first.day + first.first / PARTS,
        *(point.span.position for point in segment),
        last.day + (last.last + 1) / PARTS,
    ]
    points = [segment[0], *segment, segment[-1]]
    xs = [x_of(plot, place) for place in places]
    below = [0.0] * len(points)
    for emotion in STACK:
        above = [under + _share(point, emotion) for under, point in zip(below, points, strict=True)]
        if above != below:
            data = curve.area(_outline(xs, above, plot), _outline(xs, below, plot))
            _paint(canvas, data, emotion)
        below = above


def _outline(xs: list[float], heights: list[float], plot: Box) -> list[curve.Point]:
    return [(x, _height(plot, height)) for x, height in zip(xs, heights, strict=True)]


def _height(plot: Box, share: float) -> float:
    return plot.bottom - (plot.bottom - plot.top) * min(share, 1.0)


def _share(point: Point, emotion: Emotion) -> float:
    share = point.shares[EMOTIONS.index(emotion)]
    return 0.0 if math.isnan(share) else share


def _paint(canvas: Canvas, data: str, emotion: Emotion) -> None:
    theme = canvas.theme
    canvas.path(data, f'fill="{theme.emotions[emotion]}" stroke="{theme.card}" stroke-width="2.5"')


def _draw_week(canvas: Canvas, week: dict[Emotion, float], bar: Box) -> None:
    for emotion, (low, high) in _edges(week).items():
        if high > low:
            box = Box(bar.left, _height(bar, high), bar.right, _height(bar, low))
            paint = f'fill="{canvas.theme.emotions[emotion]}" stroke="{canvas.theme.card}"'
            canvas.rectangle(box, f'{paint} stroke-width="2.5"')


def _edges(week: dict[Emotion, float]) -> dict[Emotion, tuple[float, float]]:
    """Return where each known emotion starts and ends in a stack of height 1."""
    edges, height = {}, 0.0
    for emotion in STACK:
        if emotion in week:
            edges[emotion] = (height, height + week[emotion])
            height += week[emotion]
    return edges


def _labels_width(canvas: Canvas, week: dict[Emotion, float], words: Wording) -> float:
    style = Style(LABEL_SIZE, canvas.theme.ink, bold=True)
    names = [canvas.width(words.emotions[emotion], style) for emotion in week]
    shares = [canvas.width(percent(share), style) for share in week.values()]
    return max(names) + 18 + max(shares) if week else 0.0


def _draw_labels(canvas: Canvas, week: dict[Emotion, float], bar: Box, words: Wording) -> None:
    """Name every emotion beside the bar, as near to its piece as the others allow."""
    theme, left, right = canvas.theme, bar.right + _LEADER, WIDTH - MARGIN
    pieces = list(reversed(_edges(week).items()))
    middles = [_height(bar, (low + high) / 2) for _, (low, high) in pieces]
    reach = LABEL_SIZE * 0.35
    places = spread(middles, _LABEL_GAP, bar.top + reach, bar.bottom - reach)
    for (emotion, piece), y in zip(pieces, places, strict=True):
        _draw_leader(canvas, bar, piece, y, theme.emotions[emotion])
        canvas.text(left, y + reach, words.emotions[emotion], Style(LABEL_SIZE, theme.soft))
        share = Style(LABEL_SIZE, theme.ink, bold=True, anchor="end")
        canvas.text(right, y + reach, percent(week[emotion]), share)


def _draw_leader(
    canvas: Canvas, bar: Box, piece: tuple[float, float], y: float, colour: str
) -> None:
    """Lead from a piece of the bar to its name; a piece of nothing has none."""
    if piece[1] - piece[0] < _NOTHING:
        return
    bend, end = bar.right + _LEADER * 0.55, bar.right + _LEADER - 9
    data = (
        f"M{curve.number(bar.right + 5)} {curve.number(_nearest(bar, piece, y))}"
        f"L{curve.number(bend)} {curve.number(y)}H{curve.number(end)}"
    )
    canvas.path(data, stroke_of(colour, 4))


def _nearest(bar: Box, piece: tuple[float, float], y: float) -> float:
    """Return where on the edge of a piece a leader to the height ``y`` starts."""
    top, bottom = _height(bar, piece[1]), _height(bar, piece[0])
    inset = min(_INSET, (bottom - top) / 2)
    return max(top + inset, min(bottom - inset, y))
