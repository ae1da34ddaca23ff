"""The lowest and the highest point, marked and named where nothing is covered."""

from __future__ import annotations

from typing import Final

from reports.period import DAYS
from reports.report import Point, WeeklyReport
from reports.svg import curve
from reports.svg.canvas import Box, Canvas, Style
from reports.svg.frame import LABEL_SIZE, x_of
from reports.svg.placing import Surroundings, place
from reports.svg.scale import Scale
from reports.svg.segments import segments
from reports.wording import Wording
from reports.wording.numbers import signed

_DOT: Final = 10


def draw_extremes(
    canvas: Canvas, report: WeeklyReport, plot: Box, scale: Scale, words: Wording
) -> None:
    """Mark and name the lowest and the highest point."""
    theme = canvas.theme
    marks = ((report.low, theme.unpleasant), (report.high, theme.pleasant))
    found = [(point, colour, _at(point, plot, scale)) for point, colour in marks if point]
    for _, colour, at in found:
        ring = f'fill="{theme.card}" stroke="{colour}" stroke-width="5"'
        canvas.circle(*at, _DOT, ring)
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
    return Box(at[0], at[1], at[0], at[1]).grown(_DOT + 3)


def _obstacles(report: WeeklyReport, plot: Box, scale: Scale) -> list[curve.Point]:
    """Return points closely along the curves that labels must not cover."""
    found = list(curve.sampled(usual_points(report, plot, scale)))
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


def usual_points(report: WeeklyReport, plot: Box, scale: Scale) -> list[curve.Point]:
    """Return the usual week from midnight to midnight; nothing without a baseline."""
    if report.baseline is None:
        return []
    days = report.baseline.days
    places = [(0.0, days[0]), *((day + 0.5, mood) for day, mood in enumerate(days))]
    return [(x_of(plot, x), scale.y(mood)) for x, mood in [*places, (float(DAYS), days[-1])]]
