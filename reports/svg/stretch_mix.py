"""The card on emotions of a month or a run of days: a bar each, beside the time before."""

from __future__ import annotations

from typing import Final

from reports.fonts import FontBook
from reports.monthly import StretchReport
from reports.report import EmotionShare, most_changed
from reports.svg.canvas import WIDTH, Box, Canvas, Style
from reports.svg.frame import (
    LABEL_SIZE,
    MARGIN,
    Heading,
    draw_heading,
    draw_note,
)
from reports.svg.theme import Theme
from reports.wording import Wording
from reports.wording import stretch_cards as told
from reports.wording.numbers import largest, percent

_TOP: Final = 172
_BOTTOM: Final = 632
_GAP: Final = 24
_FULLEST: Final = 0.1
"""The bars reach as far as a share of at least this."""


def stretch_mix_card(
    report: StretchReport,
    theme: Theme,
    language: str,
    words: Wording,
    fonts: FontBook,
    subtitle: str,
) -> str:
    """Return the SVG of the card on emotions.

    Args:
        report: What to show.
        theme: Colours.
        language: ``ko`` or ``en``.
        words: The same language.
        fonts: What to draw with.
        subtitle: Dates, and the server's name.
    """
    canvas = Canvas(fonts, theme, words.labels.mix, told.mix_alt(report, language))
    draw_heading(canvas, _heading(report, theme, words, language), subtitle)
    shares = [each for each in largest(report.shares, len(report.shares)) if each.share is not None]
    name, value = Style(LABEL_SIZE, theme.soft), Style(LABEL_SIZE, theme.ink, bold=True)
    left = MARGIN + max(canvas.width(words.emotions[s.emotion], name) for s in shares) + _GAP
    right = WIDTH - MARGIN - canvas.width(percent(1.0), value) - _GAP
    full = max(
        [_FULLEST, *(s.share.high for s in shares if s.share), *(s.usual or 0 for s in shares)]
    )
    tall = (_BOTTOM - _TOP) / len(shares)
    for row, share in enumerate(shares):
        band = Box(left, _TOP + row * tall, right, _TOP + (row + 1) * tall)
        middle = (band.top + band.bottom) / 2 + LABEL_SIZE * 0.35
        canvas.text(MARGIN, middle, words.emotions[share.emotion], name)
        _draw_row(canvas, share, band, full)
        if share.share is not None:
            text = percent(share.share.value)
            end = Style(LABEL_SIZE, theme.ink, bold=share.clear, anchor="end")
            canvas.text(WIDTH - MARGIN, middle, text, end)
    draw_note(canvas, told.mix_note(report, language))
    return canvas.svg()


def _heading(report: StretchReport, theme: Theme, words: Wording, language: str) -> Heading:
    if all(each.usual is None for each in report.shares):
        return Heading(words.labels.mix, "", theme.ink, told.nothing_before(language))
    most = most_changed(report.shares)
    if most is None:
        return Heading(words.labels.mix, "", theme.ink, told.mix_caption(None, language))
    return Heading(
        words.labels.mix, words.moved(most)[0], theme.ink, told.mix_caption(most, language)
    )


def _draw_row(canvas: Canvas, one: EmotionShare, row: Box, full: float) -> None:
    if one.share is None:
        return
    theme = canvas.theme
    middle, reach = (row.top + row.bottom) / 2, (row.bottom - row.top) * 0.32

    def x_of(share: float) -> float:
        return row.left + (row.right - row.left) * min(share / full, 1.0)

    bar = Box(row.left, middle - reach, max(x_of(one.share.value), row.left + 2), middle + reach)
    canvas.rectangle(bar, f'rx="4" fill="{theme.emotions[one.emotion]}"')
    ends = (x_of(one.share.low), middle), (x_of(one.share.high), middle)
    canvas.line(*ends, f'stroke="{theme.ink}" stroke-width="3"')
    if one.usual is not None:
        x = x_of(one.usual)
        top, bottom = middle - reach - 5, middle + reach + 5
        canvas.line((x, top), (x, bottom), f'stroke="{theme.card}" stroke-width="8"')
        canvas.line((x, top), (x, bottom), f'stroke="{theme.ink}" stroke-width="4"')
