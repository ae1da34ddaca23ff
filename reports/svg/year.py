"""The card of a year in pixels: one square for each day, in one or two bands of weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from classifiers.emotion import Emotion
from reports.fonts import FontBook
from reports.history import STEPS, Year
from reports.period import DAYS
from reports.svg.canvas import WIDTH, Box, Canvas, Style
from reports.svg.frame import LABEL_SIZE, MARGIN, NOTE, Heading, draw_heading
from reports.svg.theme import Theme
from reports.wording import Wording
from reports.wording.past_contract import PastWording

_TOP: Final = 164
_BOTTOM: Final = 616
_ONE_BAND: Final = 27
"""More weeks than this are drawn in two bands."""

_FEWEST_COLUMNS: Final = 12
_BAND_GAP: Final = 14
_MONTH_LINE: Final = 38
_CELL_GAP: Final = 4
_LABEL_GAP: Final = 14
_DOT: Final = 2.5
_SWATCH: Final = 26
_LEGEND_GAP: Final = 34


@dataclass(frozen=True, slots=True)
class _Band:
    """Weeks beside each other.

    Attributes:
        first: Index of the first week.
        weeks: How many.
        place: Where the squares go.
        wide: Width of a week.
    """

    first: int
    weeks: int
    place: Box
    wide: float

    @property
    def tall(self) -> float:
        """Return the height of a day."""
        return (self.place.bottom - self.place.top) / DAYS


def year_card(
    year: Year,
    theme: Theme,
    words: tuple[Wording, PastWording],
    fonts: FontBook,
    name: str,
) -> str:
    """Return the SVG of a year in pixels.

    Args:
        year: What to show.
        theme: Colours.
        words: Language.
        fonts: What to draw with.
        name: The server's name, or an empty text.
    """
    common, past = words
    canvas = Canvas(fonts, theme, past.labels.year, past.year_alt(year))
    last = year.monday + timedelta(weeks=len(year.steps), days=-1)
    dates = past.months(year.monday, last)
    subtitle = f"{dates} · {name}" if name else dates
    draw_heading(canvas, _heading(year, theme, past), subtitle)
    hatched = canvas.hatch("year-hidden", 9, _mixed(theme.card, theme.faint, 0.7))
    for band in _bands(canvas, year, common.weekdays):
        _draw_weekdays(canvas, band, common.weekdays)
        _draw_months(canvas, year, band, past)
        for week in range(band.weeks):
            newest = band.first + week == len(year.steps) - 1
            for day in range(year.begun if newest else DAYS):
                _draw_day(canvas, year, band, (week, day), hatched)
    _draw_legend(canvas, past, hatched, bool(year.hidden))
    return canvas.svg()


def step_colour(theme: Theme, step: int) -> str:
    """Return the colour of a step: neutral in the middle, and the stronger the farther out."""
    end = theme.emotions[Emotion.JOY] if step > 0 else theme.unpleasant
    return _mixed(theme.emotions[Emotion.NEUTRAL], end, abs(step) / STEPS)


def _heading(year: Year, theme: Theme, past: PastWording) -> Heading:
    if year.best is None:
        return Heading(past.labels.year, "", theme.ink, past.year_caption(year))
    return Heading(
        past.labels.year, past.month(year.best[1]), theme.pleasant, past.labels.brightest
    )


def _bands(canvas: Canvas, year: Year, weekdays: Sequence[str]) -> list[_Band]:
    weeks = len(year.steps)
    bands = 1 if weeks <= _ONE_BAND else 2
    columns = max(-(-weeks // bands), _FEWEST_COLUMNS)
    style = Style(LABEL_SIZE, canvas.theme.faint)
    left = MARGIN + max(canvas.width(name, style) for name in weekdays) + _LABEL_GAP
    wide = (WIDTH - MARGIN - left) / columns
    tall = (_BOTTOM - _TOP - (bands - 1) * _BAND_GAP) / bands
    placed, first = [], 0
    for index in range(bands):
        # The last week stands at the end of the last band.
        count = weeks - (bands - 1 - index) * columns - first
        top = _TOP + index * (tall + _BAND_GAP)
        box = Box(left, top + _MONTH_LINE, left + wide * count, top + tall)
        placed.append(_Band(first, count, box, wide))
        first += count
    return placed


def _draw_weekdays(canvas: Canvas, band: _Band, weekdays: Sequence[str]) -> None:
    """Name as many days as fit below each other."""
    every = next(step for step in (1, 2, 3) if band.tall * step >= LABEL_SIZE * 1.15 or step == 3)
    style = Style(LABEL_SIZE, canvas.theme.faint)
    for day in range(0, DAYS, every):
        y = band.place.top + (day + 0.5) * band.tall + LABEL_SIZE * 0.35
        canvas.text(MARGIN, y, weekdays[day], style)


def _draw_months(canvas: Canvas, year: Year, band: _Band, past: PastWording) -> None:
    """Name each month above its first whole week, where there is room.

    A month of which the band only begins with the end gives way to the next one.
    """
    style = Style(LABEL_SIZE, canvas.theme.faint)
    named: list[tuple[float, float, str]] = []
    before = None
    for week in range(band.weeks):
        month = (year.monday + timedelta(weeks=band.first + week)).month
        if month != before:
            before = month
            x, name = band.place.left + week * band.wide, past.month(month, short=True)
            named.append((x, x + canvas.width(name, style), name))
    if len(named) > 1 and named[1][0] < named[0][1] + _LABEL_GAP:
        del named[0]
    free = band.place.left
    for x, end, name in named:
        if x >= free and end <= WIDTH - MARGIN:
            canvas.text(x, band.place.top - 10, name, style)
            free = end + _LABEL_GAP


def _draw_day(
    canvas: Canvas, year: Year, band: _Band, place: tuple[int, int], hatched: str
) -> None:
    week, day = place
    half = _CELL_GAP / 2
    left, top = band.place.left + week * band.wide, band.place.top + day * band.tall
    cell = Box(left + half, top + half, left + band.wide - half, top + band.tall - half)
    step = year.steps[band.first + week][day]
    if step is not None:
        canvas.rectangle(cell, f'rx="4" fill="{step_colour(canvas.theme, step)}"')
    elif (band.first + week, day) in year.hidden:
        canvas.rectangle(cell, f'rx="4" fill="{hatched}"')
    else:
        x, y = (cell.left + cell.right) / 2, (cell.top + cell.bottom) / 2
        canvas.circle(x, y, _DOT, f'fill="{canvas.theme.faint}"')


def _draw_legend(canvas: Canvas, past: PastWording, hatched: str, hides: bool) -> None:
    """Explain the colours, the hatching and the dots, from the left."""
    style = Style(LABEL_SIZE, canvas.theme.faint)
    x = float(MARGIN)
    canvas.text(x, NOTE, past.labels.low, style)
    x += canvas.width(past.labels.low, style) + _LABEL_GAP
    for step in range(-STEPS, STEPS + 1, 2):
        _swatch(canvas, x, step_colour(canvas.theme, step))
        x += _SWATCH + _CELL_GAP
    x += _LABEL_GAP - _CELL_GAP
    canvas.text(x, NOTE, past.labels.high, style)
    x += canvas.width(past.labels.high, style) + _LEGEND_GAP
    if hides:
        _swatch(canvas, x, hatched)
        x += _SWATCH + _LABEL_GAP
        canvas.text(x, NOTE, past.labels.hidden, style)
        x += canvas.width(past.labels.hidden, style) + _LEGEND_GAP
    canvas.circle(x + _DOT * 2, NOTE - LABEL_SIZE * 0.33, _DOT * 1.6, f'fill="{style.fill}"')
    canvas.text(x + _DOT * 4 + _LABEL_GAP, NOTE, past.labels.nobody, style)


def _swatch(canvas: Canvas, x: float, paint: str) -> None:
    cell = Box(x, NOTE - _SWATCH + 3, x + _SWATCH, NOTE + 3)
    canvas.rectangle(cell, f'rx="4" fill="{paint}"')


def _mixed(one: str, other: str, share: float) -> str:
    """Return a colour between two of the form ``#RRGGBB``."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
