"""Days as a grid of coloured cells: one column a week, in as many bands as given."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from classifiers.emotion import Emotion
from reports.period import DAYS
from reports.svg.canvas import Box, Canvas, Style
from reports.svg.shade import blend
from reports.svg.theme import Theme

LABEL: Final = 28
_GAP: Final = 5
_CORNER: Final = 4
_DOT: Final = 3
_LABEL_ROOM: Final = 14
_MONTH_LINE: Final = 38
"""Height of a line of months above each band."""

_MONTH_SPACE: Final = 14
"""Free pixels between the names of two months."""

_LABELLED_DAYS: Final = (0, 2, 4, 6)
_LEGEND_CELL: Final = 26
_LEGEND_GAP: Final = 4


@dataclass(frozen=True, slots=True)
class Pixels:
    """Days from a Monday on.

    Attributes:
        monday: The first day.
        steps: One row of seven days for each week: from -reach to reach; ``None`` where there is
            nothing to show, which is drawn as a dot.
        reach: How many steps there are on each side.
        last: Days after this one are not drawn.
        bands: Into how many rows of weeks they are cut.
    """

    monday: date
    steps: tuple[tuple[int | None, ...], ...]
    reach: int
    last: date
    bands: int = 2


def step_of(value: float, middle: float, width: float, reach: int) -> int:
    """Return how many steps of ``width`` a value lies above the middle, at most ``reach``."""
    return max(-reach, min(reach, round((value - middle) / width)))


def step_colour(theme: Theme, step: int, reach: int) -> str:
    """Return the colour of a step: neutral in the middle, and the stronger the farther out."""
    neutral = theme.emotions[Emotion.NEUTRAL]
    end = theme.pleasant if step > 0 else theme.unpleasant
    return blend(neutral, end, abs(step) / reach)


def draw_pixels(
    canvas: Canvas,
    pixels: Pixels,
    plot: Box,
    weekdays: Sequence[str],
    month: Callable[[int], str],
) -> None:
    """Draw the grid into a box.

    Args:
        canvas: Where.
        pixels: What.
        plot: The space, including the names of months and weekdays.
        weekdays: Short names from Monday.
        month: The short name of a month, 1 to 12.
    """
    style = Style(LABEL, canvas.theme.faint)
    columns = math.ceil(len(pixels.steps) / pixels.bands)
    names = max(canvas.width(weekdays[day], style) for day in _LABELLED_DAYS)
    left = plot.left + names + _LABEL_ROOM
    wide = (plot.right - left) / columns
    height = (plot.bottom - plot.top) / pixels.bands
    tall = (height - _MONTH_LINE) / DAYS
    for number in range(pixels.bands):
        weeks = pixels.steps[number * columns : (number + 1) * columns]
        top = plot.top + number * height + _MONTH_LINE
        first = pixels.monday + timedelta(weeks=number * columns)
        for day in _LABELLED_DAYS:
            y = top + (day + 0.5) * tall + LABEL * 0.34
            canvas.text(plot.left, y, weekdays[day], style)
        band = Box(left, top, left + wide * len(weeks), top + tall * DAYS)
        _draw_months(canvas, band, [first + timedelta(weeks=w) for w in range(len(weeks))], month)
        for place, week in enumerate(weeks):
            for day, step in enumerate(week):
                if first + timedelta(place * DAYS + day) > pixels.last:
                    continue
                x, y = left + place * wide, top + day * tall
                _draw_cell(canvas, Box(x, y, x + wide, y + tall), step, pixels.reach)


def draw_legend(canvas: Canvas, left: float, baseline: float, ends: tuple[str, str]) -> float:
    """Draw the colours between the words of their ends; return where it ends."""
    style = Style(LABEL - 2, canvas.theme.faint)
    reach = 3
    canvas.text(left, baseline, ends[0], style)
    x = left + canvas.width(ends[0], style) + _LABEL_ROOM
    for step in range(-reach, reach + 1):
        cell = Box(x, baseline - _LEGEND_CELL + 4, x + _LEGEND_CELL, baseline + 4)
        _fill(canvas, cell, step_colour(canvas.theme, step, reach))
        x += _LEGEND_CELL + _LEGEND_GAP
    x += _LABEL_ROOM - _LEGEND_GAP
    canvas.text(x, baseline, ends[1], style)
    return x + canvas.width(ends[1], style)


def _draw_months(
    canvas: Canvas, band: Box, mondays: Sequence[date], month: Callable[[int], str]
) -> None:
    """Name each month above the first week that begins in it, where there is room."""
    style = Style(LABEL, canvas.theme.faint)
    free, before = band.left, None
    for place, monday in enumerate(mondays):
        if monday.month == before:
            continue
        before = monday.month
        x = band.left + (band.right - band.left) * place / len(mondays)
        end = x + canvas.width(month(monday.month), style)
        # The name of a month that only ends here would push away that of the next.
        ends_soon = place == 0 and mondays[min(2, len(mondays) - 1)].month != monday.month
        if x >= free and end <= band.right and not ends_soon:
            canvas.text(x, band.top - 10, month(monday.month), style)
            free = end + _MONTH_SPACE


def _draw_cell(canvas: Canvas, space: Box, step: int | None, reach: int) -> None:
    if step is None:
        x, y = (space.left + space.right) / 2, (space.top + space.bottom) / 2
        canvas.circle(x, y, _DOT, f'fill="{canvas.theme.faint}" fill-opacity="0.4"')
        return
    half = _GAP / 2
    cell = Box(space.left + half, space.top + half, space.right - half, space.bottom - half)
    _fill(canvas, cell, step_colour(canvas.theme, step, reach))


def _fill(canvas: Canvas, cell: Box, colour: str) -> None:
    canvas.rectangle(cell, f'rx="{_CORNER}" fill="{colour}"')
