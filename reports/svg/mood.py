"""The card on moods: the curve of the week with its band, against the usual week."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from reports.bootstrap import Estimate
from reports.fonts import FontBook
from reports.period import DAYS
from reports.report import Point, WeeklyReport
from reports.svg import curve
from reports.svg.canvas import WIDTH, Box, Canvas, Style, spread, stroke_of
from reports.svg.frame import (
    BOTTOM,
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
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
from reports.svg.placing import Surroundings, place
from reports.svg.segments import segments
from reports.svg.theme import Theme
from reports.wording import Wording
from reports.wording.numbers import signed

_STEPS: Final = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_MINIMUM_RANGE: Final = 0.4
"""The axis shows at least this much, so that a flat week looks flat."""

_ROOM: Final = 50
"""Free pixels above and below the curve, for labels."""

_LABEL_GAP: Final = 40
_DOT: Final = 9


@dataclass(frozen=True, slots=True)
class Scale:
    """The vertical axis: ``high`` lies at ``top``, ``low`` at ``bottom``."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Return where a mood lies."""
        share = (self.high - value) / (self.high - self.low)
        return self.top + (self.bottom - self.top) * share

    def ticks(self) -> list[float]:
        """Return a handful of round values within the axis and [-1, 1]."""
        room = (self.bottom - self.top - 2 * _ROOM) / (self.bottom - self.top)
        span = (self.high - self.low) * room
        step = next(step for step in _STEPS if span / step <= 5 or step == _STEPS[-1])
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1) if abs(index * step) <= 1 + 1e-9]


def mood_card(
    report: WeeklyReport, mood: Estimate, theme: Theme, words: Wording, fonts: FontBook, name: str
) -> str:
    """Return the SVG of the card on moods.

    Args:
        report: What to show.
        mood: Its mood index.
        theme: Colours.
        words: Language.
        fonts: What to draw with.
        name: The server's name, or an empty text.
    """
    canvas = Canvas(fonts, theme, words.labels.mood, words.mood_alt(report))
    colour = _colour(mood, theme)
    heading = Heading(words.labels.mood, signed(mood.value), colour, words.comparison(report))
    draw_heading(canvas, heading, subtitle_of(report, words, name))
    scale = _scale(report, mood)
    plot = _plot(canvas, words, scale)
    _draw_grid(canvas, plot, scale)
    if report.points:
        draw_hidden_days(canvas, report, plot, "mood-hidden")
    _draw_usual(canvas, report, plot, scale)
    if report.points:
        _draw_curve(canvas, report, plot, scale)
        _draw_extremes(canvas, report, plot, scale, words)
    else:
        _draw_whole_week(canvas, mood, plot, scale)
    _draw_names(canvas, report, mood, plot, scale, words)
    draw_weekdays(canvas, words, plot)
    draw_note(canvas, words.mood_note(report))
    return canvas.svg()


def _colour(mood: Estimate, theme: Theme) -> str:
    if not mood.excludes(0.0):
        return theme.ink
    return theme.pleasant if mood.value > 0 else theme.unpleasant


def _scale(report: WeeklyReport, mood: Estimate) -> Scale:
    estimates = [point.mood for point in report.points] or [mood]
    usual = list(report.baseline.days) if report.baseline is not None else []
    low = min([0.0, *(estimate.low for estimate in estimates), *usual])
    high = max([0.0, *(estimate.high for estimate in estimates), *usual])
    missing = max(0.0, _MINIMUM_RANGE - (high - low)) / 2
    inner = Scale(low - missing, high + missing, TOP + _ROOM, BOTTOM - _ROOM)
    beyond = _ROOM * (inner.high - inner.low) / (inner.bottom - inner.top)
    return Scale(inner.low - beyond, inner.high + beyond, TOP, BOTTOM)


def _tick_text(value: float) -> str:
    return "0" if abs(value) < 1e-9 else signed(value)


def _plot(canvas: Canvas, words: Wording, scale: Scale) -> Box:
    tick = Style(SMALL_SIZE, canvas.theme.faint)
    name = Style(LABEL_SIZE, canvas.theme.ink, bold=True)
    left = max(canvas.width(_tick_text(value), tick) for value in scale.ticks())
    right = max(canvas.width(text, name) for text in (words.labels.this_week, words.labels.usual))
    return Box(MARGIN + left + 18, TOP, WIDTH - MARGIN - right - 20, BOTTOM)


def _draw_grid(canvas: Canvas, plot: Box, scale: Scale) -> None:
    theme = canvas.theme
    draw_separators(canvas, plot, theme.grid, 1)
    style = Style(SMALL_SIZE, theme.faint, anchor="end")
    for value in scale.ticks():
        y = scale.y(value)
        zero = abs(value) < 1e-9
        stroke = (
            f'stroke="{theme.faint if zero else theme.grid}" stroke-width="{2 if zero else 1.5}"'
        )
        canvas.line((plot.left, y), (plot.right, y), stroke)
        canvas.text(plot.left - 16, y + SMALL_SIZE * 0.35, _tick_text(value), style)


def _usual_points(report: WeeklyReport, plot: Box, scale: Scale) -> list[curve.Point]:
    if report.baseline is None:
        return []
    days = report.baseline.days
    places = [(0.0, days[0]), *((day + 0.5, mood) for day, mood in enumerate(days))]
    return [(x_of(plot, x), scale.y(mood)) for x, mood in [*places, (float(DAYS), days[-1])]]


def _draw_usual(canvas: Canvas, report: WeeklyReport, plot: Box, scale: Scale) -> None:
    points = _usual_points(report, plot, scale)
    if points:
        canvas.path(curve.path(points), stroke_of(canvas.theme.soft, 4, dots=True))


def _draw_curve(canvas: Canvas, report: WeeklyReport, plot: Box, scale: Scale) -> None:
    theme = canvas.theme
    for segment in segments(report.points):
        if len(segment) == 1:
            _draw_lone(canvas, segment[0], plot, scale)
            continue
        xs = [x_of(plot, point.span.position) for point in segment]
        upper, middle, lower = (
            [(x, scale.y(value)) for x, value in zip(xs, values, strict=True)]
            for values in (
                [point.mood.high for point in segment],
                [point.mood.value for point in segment],
                [point.mood.low for point in segment],
            )
        )
        band = f'fill="{theme.pleasant}" fill-opacity="{theme.band:g}"'
        canvas.path(curve.area(upper, lower), band)
        canvas.path(curve.path(middle), stroke_of(theme.pleasant, 6))


def _draw_lone(canvas: Canvas, point: Point, plot: Box, scale: Scale) -> None:
    """Draw a point without neighbours: a dot on a bar."""
    theme, x = canvas.theme, x_of(plot, point.span.position)
    ends = (x, scale.y(point.mood.high)), (x, scale.y(point.mood.low))
    bar = stroke_of(theme.pleasant, 18) + f' stroke-opacity="{theme.band:g}"'
    canvas.line(*ends, bar)
    canvas.circle(x, scale.y(point.mood.value), _DOT, f'fill="{theme.pleasant}"')


def _draw_whole_week(canvas: Canvas, mood: Estimate, plot: Box, scale: Scale) -> None:
    theme, y = canvas.theme, scale.y(mood.value)
    band = Box(plot.left, scale.y(mood.high), plot.right, scale.y(mood.low))
    canvas.rectangle(band, f'fill="{theme.pleasant}" fill-opacity="{theme.band:g}"')
    canvas.line((plot.left, y), (plot.right, y), stroke_of(theme.pleasant, 6))


def _draw_extremes(
    canvas: Canvas, report: WeeklyReport, plot: Box, scale: Scale, words: Wording
) -> None:
    """Mark and name the lowest and the highest point."""
    theme = canvas.theme
    marks = ((report.low, theme.unpleasant), (report.high, theme.pleasant))
    found = [(point, colour, _at(point, plot, scale)) for point, colour in marks if point]
    for _, colour, at in found:
        ring = f'fill="{theme.card}" stroke="{colour}" stroke-width="5"'
        canvas.circle(*at, _DOT + 1, ring)
    taken = [_dot(at) for _, _, at in found]
    line, band = _obstacles(report, plot, scale), _band(report, plot, scale)
    for point, _, at in found:
        around = Surroundings(plot.grown(-3), line, band, taken)
        text = f"{words.when(point.span, short=True)} {signed(point.mood.value)}"
        taken = [*taken, _draw_extreme(canvas, text, at, around, above=point is report.high)]


def _draw_extreme(
    canvas: Canvas, text: str, at: curve.Point, around: Surroundings, *, above: bool
) -> Box:
    style = Style(LABEL_SIZE, canvas.theme.ink, bold=True)
    shape = canvas.box(0, 0, text, style)
    size = (shape.right - shape.left, shape.bottom - shape.top)
    box = place(at, size, around, above=above)
    canvas.text(box.left, box.top - shape.top, text, style)
    return box


def _at(point: Point, plot: Box, scale: Scale) -> curve.Point:
    return x_of(plot, point.span.position), scale.y(point.mood.value)


def _dot(at: curve.Point) -> Box:
    return Box(at[0], at[1], at[0], at[1]).grown(_DOT + 4)


def _obstacles(report: WeeklyReport, plot: Box, scale: Scale) -> list[curve.Point]:
    """Return points closely along the curves that labels must not cover."""
    found = list(curve.sampled(_usual_points(report, plot, scale)))
    for segment in segments(report.points):
        found += curve.sampled([_at(point, plot, scale) for point in segment])
    return found


def _band(report: WeeklyReport, plot: Box, scale: Scale) -> list[curve.Point]:
    """Return points spread over the band."""
    found: list[curve.Point] = []
    for segment in segments(report.points):
        xs = [x_of(plot, point.span.position) for point in segment]
        upper = [(x, scale.y(p.mood.high)) for x, p in zip(xs, segment, strict=True)]
        lower = [(x, scale.y(p.mood.low)) for x, p in zip(xs, segment, strict=True)]
        edges = zip(curve.sampled(upper), curve.sampled(lower), strict=True)
        found += [(x, a + (b - a) * k / 8) for (x, a), (_, b) in edges for k in range(9)]
    return found


def _draw_names(
    canvas: Canvas,
    report: WeeklyReport,
    mood: Estimate,
    plot: Box,
    scale: Scale,
    words: Wording,
) -> None:
    """Name the two curves at the right edge."""
    theme = canvas.theme
    last = report.points[-1].mood.value if report.points else mood.value
    names = [(words.labels.this_week, last, Style(LABEL_SIZE, theme.pleasant, bold=True))]
    if report.baseline is not None:
        usual = report.baseline.days[-1]
        names.append((words.labels.usual, usual, Style(LABEL_SIZE, theme.soft)))
    wanted = [scale.y(value) + LABEL_SIZE * 0.35 for _, value, _ in names]
    places = spread(wanted, _LABEL_GAP, plot.top + LABEL_SIZE, plot.bottom)
    for (text, _, style), y in zip(names, places, strict=True):
        canvas.text(plot.right + 20, y, text, style)
