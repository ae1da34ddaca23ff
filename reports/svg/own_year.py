"""The card on a member's own year: every day against their own days."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from reports.cards import ALT_LIMIT, Card
from reports.fonts import FontBook
from reports.period import DAYS
from reports.personal import OwnMood
from reports.svg.canvas import WIDTH, Box, Canvas, Style
from reports.svg.frame import MARGIN, NOTE, SMALL_SIZE, Heading, draw_heading
from reports.svg.pixels import Pixels, draw_legend, draw_pixels, step_of
from reports.svg.theme import theme_of
from reports.wording import wording_of
from reports.wording.numbers import signed
from reports.wording.personal import (
    month_name,
    year_alt,
    year_caption,
    year_empty,
    year_ends,
    year_span,
    year_title,
)

NARROWEST: Final = 0.05
"""A step is at least so many points of mood wide, so that a flat year looks flat."""

REACH: Final = 4
_TYPICAL: Final = 0.9
"""This part of the days lies within the steps; the others get the last one."""

_TOP: Final = 160
_BOTTOM: Final = 626


def own_year_card(own: OwnMood, *, theme: str, language: str, fonts: FontBook) -> Card | None:
    """Return the picture of a member's year; ``None`` without a day to show.

    Args:
        own: What to show.
        theme: ``dark`` or ``light``.
        language: ``ko`` or ``en``.
        fonts: What to draw with; give the same to the ``PictureWorker``.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    moods = [day.mood for day in own.year if day.mood is not None]
    if not moods:
        return None
    words = wording_of(language)
    steps, middle = _steps(own, moods)
    above = sum(step > 0 for step in steps if step is not None)
    below = sum(step < 0 for step in steps if step is not None)
    alt = year_alt(own, above, below, language)[:ALT_LIMIT]
    canvas = Canvas(fonts, theme_of(theme), year_title(language), alt)
    heading = Heading(
        year_title(language), signed(middle), canvas.theme.ink, year_caption(own, language)
    )
    draw_heading(canvas, heading, year_span(own, language))
    weeks = tuple(tuple(steps[at : at + DAYS]) for at in range(0, len(steps), DAYS))
    pixels = Pixels(own.year[0].date, weeks, REACH, own.today)
    plot = Box(MARGIN, _TOP, WIDTH - MARGIN, _BOTTOM)
    draw_pixels(canvas, pixels, plot, words.weekdays, lambda month: month_name(month, language))
    draw_legend(canvas, MARGIN, NOTE, year_ends(language))
    note = Style(SMALL_SIZE - 2, canvas.theme.faint, anchor="end")
    canvas.text(WIDTH - MARGIN, NOTE, year_empty(language), note)
    return Card("year", canvas.svg(), alt)


def _steps(own: OwnMood, moods: list[float]) -> tuple[list[int | None], float]:
    """Return the step of each day, and what the middle is: the usual, or the median of all days."""
    middle = own.usual.mood if own.usual is not None else float(np.median(moods))
    far = float(np.quantile(np.abs(np.array(moods) - middle), _TYPICAL))
    width = max(math.ceil(far / REACH * 100) / 100, NARROWEST)
    steps = [
        None if day.mood is None else step_of(day.mood, middle, width, REACH) for day in own.year
    ]
    return steps, middle
