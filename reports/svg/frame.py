"""What every card shares: heading, weekdays, note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reports.period import DAYS
from reports.report import WeeklyReport
from reports.svg.canvas import WIDTH, Box, Canvas, Style
from reports.wording import Wording

MARGIN: Final = 48
TOP: Final = 176
BOTTOM: Final = 584
AXIS: Final = 628
NOTE: Final = 672

TITLE_SIZE: Final = 46
VALUE_SIZE: Final = 56
LABEL_SIZE: Final = 30
SMALL_SIZE: Final = 28
_VALUE_LINE: Final = 92
_CAPTION_LINE: Final = 138
_SPACE: Final = 32


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a chart.

    Attributes:
        title: What the chart shows, left.
        value: The finding, right; may be empty.
        colour: Colour of the value.
        caption: Below the value; may be empty.
    """

    title: str
    value: str
    colour: str
    caption: str


def draw_heading(canvas: Canvas, heading: Heading, subtitle: str, size: float = SMALL_SIZE) -> None:
    """Write the heading; what does not fit beside the finding is ellipsised.

    Args:
        canvas: Where to.
        heading: What to write.
        subtitle: Below the title.
        size: Of subtitle and caption, in pixels.
    """
    theme, right = canvas.theme, WIDTH - MARGIN
    value = Style(VALUE_SIZE, heading.colour, bold=True, anchor="end")
    caption = Style(size, theme.soft, anchor="end")
    canvas.text(right, _VALUE_LINE, heading.value, value)
    canvas.text(right, _CAPTION_LINE, heading.caption, caption)
    title = Style(TITLE_SIZE, theme.ink, bold=True)
    canvas.text(MARGIN, _VALUE_LINE - 4, heading.title, title)
    small = Style(size, theme.faint)
    room = right - MARGIN - _SPACE - canvas.width(heading.caption, caption)
    drawable = canvas.fonts.drawable(subtitle)
    canvas.text(MARGIN, _CAPTION_LINE, canvas.fonts.fitted(drawable, small.size, room), small)


def subtitle_of(report: WeeklyReport, words: Wording, server_name: str) -> str:
    """Return dates and server, as far as the server has a name that can be drawn."""
    dates = words.date_range(report.week)
    return f"{dates} · {server_name}" if server_name else dates


def draw_weekdays(canvas: Canvas, words: Wording, plot: Box) -> None:
    """Write the names of the days below a plot."""
    style = Style(LABEL_SIZE, canvas.theme.faint, anchor="middle")
    for day, name in enumerate(words.weekdays):
        canvas.text(x_of(plot, day + 0.5), AXIS, name, style)


def draw_separators(canvas: Canvas, plot: Box, colour: str, width: float) -> None:
    """Draw the midnights between the days."""
    for day in range(1, DAYS):
        x = x_of(plot, day)
        canvas.line((x, plot.top), (x, plot.bottom), f'stroke="{colour}" stroke-width="{width:g}"')


def draw_hidden_days(canvas: Canvas, report: WeeklyReport, plot: Box, name: str) -> None:
    """Hatch the days of which nothing may be shown."""
    if not report.hidden_days:
        return
    paint = canvas.hatch(name)
    for day in report.hidden_days:
        column = Box(x_of(plot, day) + 2, plot.top, x_of(plot, day + 1) - 2, plot.bottom)
        canvas.rectangle(column, f'fill="{paint}"')


def draw_note(canvas: Canvas, note: str) -> None:
    """Write how to read the chart at the bottom."""
    room = WIDTH - 2 * MARGIN
    style = Style(SMALL_SIZE - 2, canvas.theme.faint)
    drawable = canvas.fonts.drawable(note)
    canvas.text(MARGIN, NOTE, canvas.fonts.fitted(drawable, style.size, room), style)


def x_of(plot: Box, days: float) -> float:
    """Return the x of a position in days from the start of the week."""
    return plot.left + (plot.right - plot.left) * days / DAYS
