"""The card on moods of a month or a run of days: a curve of its days with a band."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final

from reports.bootstrap import Estimate
from reports.fonts import FontBook
from reports.monthly import StretchReport
from reports.stretch_runs import StretchRun
from reports.svg import curve
from reports.svg.canvas import WIDTH, Box, Canvas, Style, stroke_of
from reports.svg.frame import (
    AXIS,
    BOTTOM,
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
    TOP,
    Heading,
    draw_heading,
    draw_note,
)
from reports.svg.placing import Surroundings, place
from reports.svg.scale import Scale, scale_between, tick_text
from reports.svg.theme import Theme
from reports.wording import stretch_cards as words
from reports.wording.numbers import signed

_LABELS: Final = 5
"""At most so many days are named below the plot."""

_DOT: Final = 10
_LONE: Final = 9


def stretch_mood_card(
    report: StretchReport,
    mood: Estimate,
    theme: Theme,
    language: str,
    fonts: FontBook,
    subtitle: str,
) -> str:
    """Return the SVG of the card on moods.

    Args:
        report: What to show; it has more than one run of days.
        mood: Its mood index.
        theme: Colours.
        language: ``ko`` or ``en``.
        fonts: What to draw with.
        subtitle: Dates, and the server's name.
    """
    title = words.mood_title(report, language)
    canvas = Canvas(fonts, theme, title, words.mood_alt(report, language))
    caption = words.mood_caption(report, language)
    draw_heading(
        canvas, Heading(title, signed(mood.value), _colour(mood, theme), caption), subtitle
    )
    scale = _scale(report)
    tick = Style(SMALL_SIZE, theme.faint)
    wide = max(canvas.width(tick_text(value), tick) for value in scale.ticks())
    plot = Box(MARGIN + wide + 18, TOP, WIDTH - MARGIN, BOTTOM)
    _draw_grid(canvas, plot, scale)
    if report.before is not None:
        y = scale.y(report.before.value)
        canvas.line((plot.left, y), (plot.right, y), stroke_of(theme.soft, 4, dots=True))
    for part in _neighbours(report):
        _draw_part(canvas, report, part, plot, scale)
    _draw_extremes(canvas, report, plot, scale, language)
    _draw_days(canvas, report, plot, language)
    draw_note(canvas, words.mood_note(report, language))
    return canvas.svg()


def _colour(mood: Estimate, theme: Theme) -> str:
    if not mood.excludes(0.0):
        return theme.ink
    return theme.pleasant if mood.value > 0 else theme.unpleasant


def _scale(report: StretchReport) -> Scale:
    moods = [run.mood for run in report.runs]
    before = [] if report.before is None else [report.before.value]
    return scale_between(
        min([*(mood.low for mood in moods), *before]),
        max([*(mood.high for mood in moods), *before]),
    )


def _x(report: StretchReport, plot: Box, run: StretchRun) -> float:
    """Return the x of the middle of a run."""
    first, last = report.period.first, report.period.last
    middle = ((run.first - first).days + (run.last - first).days + 1) / 2
    return plot.left + (plot.right - plot.left) * middle / ((last - first).days + 1)


def _neighbours(report: StretchReport) -> list[list[StretchRun]]:
    """Cut the runs where days between two of them are missing."""
    cut: list[list[StretchRun]] = []
    for run in report.runs:
        if cut and (run.first - cut[-1][-1].last).days == 1:
            cut[-1].append(run)
        else:
            cut.append([run])
    return cut


def _draw_grid(canvas: Canvas, plot: Box, scale: Scale) -> None:
    theme = canvas.theme
    style = Style(SMALL_SIZE, theme.faint, anchor="end")
    for value in scale.ticks():
        y, zero = scale.y(value), abs(value) < 1e-9
        colour, wide = (theme.faint, 2) if zero else (theme.grid, 1.5)
        stroke = f'stroke="{colour}" stroke-width="{wide}"'
        canvas.line((plot.left, y), (plot.right, y), stroke)
        canvas.text(plot.left - 16, y + SMALL_SIZE * 0.35, tick_text(value), style)


def _draw_part(
    canvas: Canvas, report: StretchReport, part: list[StretchRun], plot: Box, scale: Scale
) -> None:
    theme = canvas.theme
    upper, middle, lower = _edges(report, part, plot, scale)
    if len(part) == 1:
        bar = stroke_of(theme.pleasant, 18) + f' stroke-opacity="{theme.band:g}"'
        canvas.line(upper[0], lower[0], bar)
        canvas.circle(*middle[0], _LONE, f'fill="{theme.pleasant}"')
        return
    band = f'fill="{theme.pleasant}" fill-opacity="{theme.band:g}"'
    canvas.path(curve.area(upper, lower), band)
    canvas.path(curve.path(middle), stroke_of(theme.pleasant, 6))


def _edges(
    report: StretchReport, part: list[StretchRun], plot: Box, scale: Scale
) -> tuple[list[curve.Point], list[curve.Point], list[curve.Point]]:
    """Return the upper edge of the band, the curve, and the lower edge."""
    xs = [_x(report, plot, run) for run in part]
    return (
        [(x, scale.y(run.mood.high)) for x, run in zip(xs, part, strict=True)],
        [(x, scale.y(run.mood.value)) for x, run in zip(xs, part, strict=True)],
        [(x, scale.y(run.mood.low)) for x, run in zip(xs, part, strict=True)],
    )


def _draw_extremes(
    canvas: Canvas, report: StretchReport, plot: Box, scale: Scale, language: str
) -> None:
    """Mark and name the lowest and the highest day."""
    theme = canvas.theme
    lowest, highest = (choose(report.runs, key=lambda run: run.mood.value) for choose in (min, max))
    places = [
        (run, colour, (_x(report, plot, run), scale.y(run.mood.value)))
        for run, colour in ((lowest, theme.unpleasant), (highest, theme.pleasant))
    ]
    for _, colour, at in places:
        canvas.circle(*at, _DOT, f'fill="{theme.card}" stroke="{colour}" stroke-width="5"')
    taken = [Box(*at, *at).grown(_DOT + 3) for _, _, at in places]
    line, band = _covered(report, plot, scale)
    style = Style(LABEL_SIZE, theme.ink, bold=True)
    for run, _, at in places:
        text = f"{words.run_label(run, language)} {signed(run.mood.value)}"
        shape = canvas.box(0, 0, text, style)
        around = Surroundings(plot.grown(-3), line, band, taken)
        size = (shape.right - shape.left, shape.bottom - shape.top)
        box = place(at, size, around, above=run is highest)
        canvas.text(box.left, box.top - shape.top, text, style)
        taken = [*taken, box]


def _covered(
    report: StretchReport, plot: Box, scale: Scale
) -> tuple[list[curve.Point], list[curve.Point]]:
    """Return points along the curves, and points spread over the band."""
    line: list[curve.Point] = []
    band: list[curve.Point] = []
    if report.before is not None:
        y = scale.y(report.before.value)
        line += [(plot.left + (plot.right - plot.left) * step / 100, y) for step in range(101)]
    for part in _neighbours(report):
        upper, middle, lower = _edges(report, part, plot, scale)
        line += curve.sampled(middle)
        ends = zip(curve.sampled(upper), curve.sampled(lower), strict=True)
        band += [(x, a + (b - a) * k / 8) for (x, a), (_, b) in ends for k in range(9)]
    return line, band


def _draw_days(canvas: Canvas, report: StretchReport, plot: Box, language: str) -> None:
    """Name some days below the plot, evenly apart."""
    first = report.period.first
    days = (report.period.last - first).days + 1
    style = Style(SMALL_SIZE, canvas.theme.faint, anchor="middle")
    for index in range(0, days, math.ceil(days / _LABELS)):
        text = words.day_label(first + timedelta(index), language)
        half = canvas.width(text, style) / 2
        x = plot.left + (plot.right - plot.left) * (index + 0.5) / days
        canvas.text(min(max(x, plot.left + half), plot.right - half), AXIS, text, style)
