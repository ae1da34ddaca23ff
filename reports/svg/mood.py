"""The card on moods: the curve of the week with its band, against the usual week."""

from __future__ import annotations

from typing import Final

from reports.bootstrap import Estimate
from reports.fonts import FontBook
from reports.report import Point, WeeklyReport
from reports.svg import curve
from reports.svg.canvas import WIDTH, Box, Canvas, Style, spread, stroke_of
from reports.svg.extremes import draw_extremes, usual_points
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
from reports.svg.scale import Scale, scale_of, tick_text
from reports.svg.segments import segments
from reports.svg.theme import Theme
from reports.wording import Wording
from reports.wording.numbers import signed

_LABEL_GAP: Final = 40
_DOT: Final = 9


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
    scale = scale_of(report, mood)
    plot = _plot(canvas, words, scale)
    if report.points:
        draw_hidden_days(canvas, report, plot, "mood-hidden")
    _draw_grid(canvas, plot, scale)
    _draw_usual(canvas, report, plot, scale)
    if report.points:
        _draw_curve(canvas, report, plot, scale)
        draw_extremes(canvas, report, plot, scale, words)
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


def _plot(canvas: Canvas, words: Wording, scale: Scale) -> Box:
    tick = Style(SMALL_SIZE, canvas.theme.faint)
    name = Style(LABEL_SIZE, canvas.theme.ink, bold=True)
    left = max(canvas.width(tick_text(value), tick) for value in scale.ticks())
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
        canvas.text(plot.left - 16, y + SMALL_SIZE * 0.35, tick_text(value), style)


def _draw_usual(canvas: Canvas, report: WeeklyReport, plot: Box, scale: Scale) -> None:
    points = usual_points(report, plot, scale)
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
