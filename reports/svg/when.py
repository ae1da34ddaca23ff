"""The card on hours: seven rows of twenty-four squares, coloured by their mood."""

from __future__ import annotations

from typing import Final

from reports.fonts import FontBook
from reports.period import DAYS
from reports.report import WeeklyReport
from reports.svg.canvas import WIDTH, Box, Canvas, Style
from reports.svg.curve import number
from reports.svg.frame import LABEL_SIZE, MARGIN, NOTE, Heading, draw_heading, subtitle_of
from reports.svg.shade import LEAST_REACH, shade
from reports.svg.theme import Theme
from reports.when import Hour, Stretch, When
from reports.wording import Wording
from reports.wording.numbers import signed
from reports.wording.places import PlaceWords, place_words, when_alt

_TOP: Final = 172
_BOTTOM: Final = 568
_AXIS: Final = 606
_HOURS: Final = 24
_EVERY: Final = 3
_SIDES: Final = (20.0, 27.0, 34.0)
_DOT: Final = 3.0
_LEGEND: Final = (-1.0, -0.5, 0.0, 0.5, 1.0)
_LEGEND_SIDE: Final = 26.0


def when_card(
    report: WeeklyReport,
    when: When,
    theme: Theme,
    words: Wording,
    fonts: FontBook,
    name: str,
    language: str,
) -> str:
    """Return the SVG of the card on hours.

    Args:
        report: What to show.
        when: Its hours.
        theme: Colours.
        words: Words that all cards share.
        fonts: What to draw with.
        name: The server's name, or an empty text.
        language: ``ko`` or ``en``.
    """
    say = place_words(language)
    canvas = Canvas(fonts, theme, say.when, when_alt(report, when, language))
    draw_heading(canvas, _heading(when, theme, say), subtitle_of(report, words, name), LABEL_SIZE)
    label = Style(LABEL_SIZE, theme.soft)
    left = MARGIN + max(canvas.width(day, label) for day in words.weekdays) + 14
    plot = Box(left, _TOP, WIDTH - MARGIN, _BOTTOM)
    for day, text in enumerate(words.weekdays):
        canvas.text(MARGIN, _middle(plot, day, 0)[1] + LABEL_SIZE * 0.35, text, label)
    reach = max([LEAST_REACH, *(abs(hour.mood) for hour in when.hours if hour.mood is not None)])
    for hour in when.hours:
        _draw_hour(canvas, hour, plot, reach)
    for stretch, colour in ((when.brightest, theme.pleasant), (when.lowest, theme.unpleasant)):
        if stretch is not None:
            _draw_frame(canvas, stretch, plot, colour)
    axis = Style(LABEL_SIZE, theme.faint, anchor="middle")
    for hour_of_day in range(0, _HOURS, _EVERY):
        canvas.text(_middle(plot, 0, hour_of_day)[0], _AXIS, say.hour(hour_of_day), axis)
    _draw_note(canvas, say, report.minimum_group, reach)
    return canvas.svg()


def _heading(when: When, theme: Theme, say: PlaceWords) -> Heading:
    stretch = when.brightest or when.lowest
    if stretch is None:
        caption = say.no_hours if when.empty else say.no_stretch
        return Heading(say.when, "", theme.ink, caption)
    high = when.brightest is not None
    value = f"{say.stretch(stretch, short=True)} {signed(stretch.mood.value)}"
    colour = theme.pleasant if high else theme.unpleasant
    return Heading(say.when, value, colour, say.stands_out(high=high))


def _middle(plot: Box, day: int, hour: int) -> tuple[float, float]:
    across = (plot.right - plot.left) / _HOURS
    down = (plot.bottom - plot.top) / DAYS
    return plot.left + across * (hour + 0.5), plot.top + down * (day + 0.5)


def _draw_hour(canvas: Canvas, hour: Hour, plot: Box, reach: float) -> None:
    x, y = _middle(plot, hour.day, hour.hour)
    if hour.mood is None:
        canvas.circle(x, y, _DOT, f'fill="{canvas.theme.faint}" fill-opacity="0.6"')
        return
    _draw_square(canvas, x, y, _SIDES[hour.size - 1], shade(hour.mood, reach, canvas.theme))


def _draw_square(canvas: Canvas, x: float, y: float, side: float, colour: str) -> None:
    box = Box(x, y, x, y).grown(side / 2)
    canvas.rectangle(box, f'rx="{number(side * 0.22)}" fill="{colour}"')


def _draw_frame(canvas: Canvas, stretch: Stretch, plot: Box, colour: str) -> None:
    across = (plot.right - plot.left) / _HOURS
    first, last = (_middle(plot, stretch.day, hour) for hour in (stretch.first, stretch.end - 1))
    box = Box(first[0] - across / 2, first[1] - 24, last[0] + across / 2, last[1] + 24)
    canvas.rectangle(box, f'rx="10" fill="none" stroke="{colour}" stroke-width="4"')


def _draw_note(canvas: Canvas, say: PlaceWords, minimum_group: int, reach: float) -> None:
    """Write how to read the squares, and what their colours mean."""
    style = Style(LABEL_SIZE, canvas.theme.faint)
    x = WIDTH - MARGIN - canvas.width(say.pleasant, style)
    canvas.text(x, NOTE, say.pleasant, style)
    y = NOTE - LABEL_SIZE * 0.36
    x -= 8
    for mood in reversed(_LEGEND):
        x -= _LEGEND_SIDE + 6
        colour = shade(mood * reach, reach, canvas.theme)
        _draw_square(canvas, x + _LEGEND_SIDE / 2, y, _LEGEND_SIDE, colour)
    x -= 12 + canvas.width(say.unpleasant, style)
    canvas.text(x, NOTE, say.unpleasant, style)
    note = canvas.fonts.drawable(say.when_note(minimum_group))
    canvas.text(MARGIN, NOTE, canvas.fonts.fitted(note, LABEL_SIZE, x - 24 - MARGIN), style)
