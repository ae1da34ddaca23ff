"""The card on channels: the mood of each with its interval, beside the whole server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.bootstrap import Estimate
from reports.fonts import FontBook
from reports.report import WeeklyReport
from reports.svg.canvas import WIDTH, Box, Canvas, Style, stroke_of
from reports.svg.frame import LABEL_SIZE, MARGIN, NOTE, Heading, draw_heading, subtitle_of
from reports.svg.theme import Theme
from reports.where import Beside, Channel, Where
from reports.wording import Wording
from reports.wording.numbers import signed
from reports.wording.places import Naming, PlaceWords, place_words, where_alt

_TOP: Final = 160
_BOTTOM: Final = 640
_ROWS: Final = 8
"""Rows of one column; with more channels there are two."""

_MOST_ROWS: Final = 13
_TALLEST: Final = 84.0
_GUTTER: Final = 44
_NAME: Final = 0.42
"""Part of a column that a name may take."""

_VALUE: Final = 82
"""Room for a mood."""

_SPACE: Final = 18
_MINIMUM_REACH: Final = 0.2


@dataclass(frozen=True, slots=True)
class _Scale:
    """From moods to x within a column."""

    low: float
    high: float

    def x(self, plot: Box, mood: float) -> float:
        return plot.left + (plot.right - plot.left) * (mood - self.low) / (self.high - self.low)


def where_card(
    report: WeeklyReport,
    where: Where,
    server: Estimate,
    theme: Theme,
    words: Wording,
    fonts: FontBook,
    name: str,
    naming: tuple[str, Naming],
) -> str:
    """Return the SVG of the card on channels.

    They are grouped into those above, like and below the server, and ordered by name within a
    group: where intervals overlap an order by mood would claim what is not known.

    Args:
        report: What to show.
        where: Its channels.
        server: The mood of the whole server.
        theme: Colours.
        words: Words that all cards share.
        fonts: What to draw with.
        name: The server's name, or an empty text.
        naming: ``ko`` or ``en``, and what gives the names of channels.
    """
    language, channel_name = naming
    say = place_words(language)
    canvas = Canvas(fonts, theme, say.where, where_alt(report, where, language, channel_name))
    draw_heading(canvas, _heading(where, theme, say), subtitle_of(report, words, name), LABEL_SIZE)
    named = _named(canvas, where, channel_name)
    drawn = _fitting(named)
    columns = 1 if len(drawn) <= _ROWS else 2
    rows = -(-len(drawn) // columns)
    scale = _scale([channel.mood for channel, _ in drawn], server)
    width = (WIDTH - 2 * MARGIN - _GUTTER * (columns - 1)) / columns
    label = Style(LABEL_SIZE, theme.soft)
    widest = max(canvas.width(text, label) for _, text in drawn)
    name_room = min(widest, width * _NAME)
    height = min((_BOTTOM - _TOP) / rows, _TALLEST) * rows
    top = (_TOP + _BOTTOM - height) / 2
    for index in range(columns):
        left = MARGIN + index * (width + _GUTTER)
        part = drawn[index * rows : (index + 1) * rows]
        box = Box(left, top, left + width, top + height)
        _draw_column(
            canvas, part, (box, (box.bottom - box.top) / rows, name_room), (scale, server.value)
        )
    missing = len(named) - len(drawn)
    more = f" · {say.not_listed(missing)}" if missing else ""
    note = f"{say.server} {signed(server.value)}{more} · {say.where_note(where.hidden)}"
    _draw_note(canvas, note)
    return canvas.svg()


def _heading(where: Where, theme: Theme, say: PlaceWords) -> Heading:
    above, below = len(where.those(Beside.ABOVE)), len(where.those(Beside.BELOW))
    return Heading(say.where, "", theme.ink, say.counted(above, below))


def _named(canvas: Canvas, where: Where, name: Naming) -> list[tuple[Channel, str]]:
    """Return the channels with names that can be drawn, in the order of reading."""
    order = (Beside.ABOVE, Beside.ALIKE, Beside.BELOW)
    found = []
    for channel in where.channels:
        text = canvas.fonts.drawable(name(channel.channel_id))
        # A name of which no font has anything is told apart by the end of its id.
        found.append((channel, text if text.strip("#") else f"#…{channel.channel_id % 10_000:04d}"))
    return sorted(found, key=lambda each: (order.index(each[0].beside), each[1].casefold()))


def _fitting(named: list[tuple[Channel, str]]) -> list[tuple[Channel, str]]:
    """Return as many channels as there is room for; those that differ clearly go first."""
    alike = [each for each in named if each[0].beside is Beside.ALIKE]
    room = max(2 * _MOST_ROWS - (len(named) - len(alike)), 0)
    dropped = {channel.channel_id for channel, _ in alike[room:]}
    return [each for each in named if each[0].channel_id not in dropped][: 2 * _MOST_ROWS]


def _scale(moods: Sequence[Estimate], server: Estimate) -> _Scale:
    low = min([server.value, *(mood.low for mood in moods)])
    high = max([server.value, *(mood.high for mood in moods)])
    missing = max(0.0, 2 * _MINIMUM_REACH - (high - low)) / 2
    return _Scale(low - missing, high + missing)


def _draw_column(
    canvas: Canvas,
    channels: Sequence[tuple[Channel, str]],
    at: tuple[Box, float, float],
    axis: tuple[_Scale, float],
) -> None:
    """Draw some channels below each other.

    Args:
        canvas: Where to.
        channels: Those of this column, with their names.
        at: The column, how high a row is, and how wide a name may be.
        axis: The scale, and the server's mood.
    """
    theme, (box, step, name_room), (scale, server) = canvas.theme, at, axis
    label = Style(LABEL_SIZE, theme.soft)
    value = Style(LABEL_SIZE, theme.ink, bold=True, anchor="end")
    plot = Box(box.left + name_room + _SPACE, box.top, box.right - _VALUE - _SPACE, box.bottom)
    bottom = box.top + step * len(channels)
    x = scale.x(plot, server)
    canvas.line((x, box.top), (x, bottom), f'stroke="{theme.faint}" stroke-width="3"')
    for index, (channel, text) in enumerate(channels):
        y = box.top + step * (index + 0.5)
        fitted = canvas.fonts.fitted(text, LABEL_SIZE, name_room)
        canvas.text(box.left, y + LABEL_SIZE * 0.35, fitted, label)
        canvas.text(box.right, y + LABEL_SIZE * 0.35, signed(channel.mood.value), value)
        _draw_mood(canvas, channel, (plot, y), scale)


def _draw_mood(canvas: Canvas, channel: Channel, at: tuple[Box, float], scale: _Scale) -> None:
    theme, (plot, y), mood = canvas.theme, at, channel.mood
    colours = {Beside.ABOVE: theme.pleasant, Beside.BELOW: theme.unpleasant}
    colour = colours.get(channel.beside, theme.soft)
    ends = (scale.x(plot, mood.low), y), (scale.x(plot, mood.high), y)
    canvas.line(*ends, stroke_of(colour, 12) + ' stroke-opacity="0.35"')
    alike = channel.beside is Beside.ALIKE
    fill = theme.card if alike else colour
    canvas.circle(
        scale.x(plot, mood.value), y, 9, f'fill="{fill}" stroke="{colour}" stroke-width="4"'
    )


def _draw_note(canvas: Canvas, note: str) -> None:
    style = Style(LABEL_SIZE, canvas.theme.faint)
    drawable = canvas.fonts.drawable(note)
    fitted = canvas.fonts.fitted(drawable, LABEL_SIZE, WIDTH - 2 * MARGIN)
    canvas.text(MARGIN, NOTE, fitted, style)
