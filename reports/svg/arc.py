"""The card on the arc of one post: a dot a sentence, grouped by section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from classifiers.emotion import SENTIMENT_THRESHOLD, Emotion
from reports.cards import Card
from reports.fonts import FontBook
from reports.retro.arc import Arc, Sentence, Stage
from reports.svg.canvas import WIDTH, Box, Canvas, Style, stroke_of
from reports.svg.curve import path
from reports.svg.frame import (
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
    TOP,
    Heading,
    draw_heading,
    draw_note,
)
from reports.svg.scale import Scale, tick_text
from reports.svg.theme import Theme, theme_of
from reports.wording import emotion_name
from reports.wording.numbers import signed
from reports.wording.retro_arc import (
    arc_alt,
    arc_caption,
    arc_note,
    arc_title,
    stage_emotion,
    stage_name,
)

_LEFT: Final = MARGIN + 84
_BOTTOM: Final = 500
_NAME: Final = 540
_EMOTION: Final = 578
_LEGEND: Final = 626
_RADIUS: Final = 11
_LEAST_SHARE: Final = 0.13
"""Part of the width that a section has at least, so that its name can be read."""

_TICKS: Final = (-1.0, -0.5, 0.0, 0.5, 1.0)


def arc_card(arc: Arc, *, theme: str, language: str, fonts: FontBook) -> Card:
    """Return the picture of an arc.

    Height tells the mood; the shape of a mark repeats its side (a disc is bright, a diamond low, a
    square neither), so that nothing is told by colour alone.

    Args:
        arc: What to show, at least one sentence.
        theme: ``dark`` or ``light``.
        language: ``ko`` or ``en``.
        fonts: What to draw with; give the same to the ``PictureWorker``.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    alt = arc_alt(arc, language)
    canvas = Canvas(fonts, theme_of(theme), arc_title(language), alt)
    valences = [each.valence for each in arc.sentences]
    mean = sum(valences) / len(valences)
    heading = Heading(
        arc_title(language), signed(mean), canvas.theme.ink, arc_caption(arc, language)
    )
    draw_heading(canvas, heading, "")
    scale = Scale(-1.08, 1.08, TOP, _BOTTOM)
    plot = Box(_LEFT, TOP, WIDTH - MARGIN, _BOTTOM)
    _axis(canvas, scale, plot)
    edges = _edges(arc.stages, plot)
    for index, stage in enumerate(arc.stages):
        column = Box(edges[index], plot.top, edges[index + 1], plot.bottom)
        _stage(canvas, stage, column, scale, language)
        if index:
            grid = stroke_of(canvas.theme.grid, 2)
            canvas.line((column.left, plot.top), (column.left, _EMOTION + 8), grid)
    _legend(canvas, arc, language)
    draw_note(canvas, arc_note(language))
    return Card("arc", canvas.svg(), alt)


def _axis(canvas: Canvas, scale: Scale, plot: Box) -> None:
    style = Style(SMALL_SIZE - 2, canvas.theme.faint, anchor="end")
    for tick in _TICKS:
        y, colour = scale.y(tick), canvas.theme.faint if tick == 0 else canvas.theme.grid
        canvas.line((plot.left, y), (plot.right, y), stroke_of(colour, 2))
        canvas.text(plot.left - 14, y + 9, tick_text(tick), style)


def _edges(stages: Sequence[Stage], plot: Box) -> list[float]:
    """Return where the sections begin, and the last one ends: as wide as they are long."""
    total = sum(len(stage.sentences) for stage in stages)
    least = min(_LEAST_SHARE, 1 / len(stages))
    widths = [max(len(stage.sentences) / total, least) for stage in stages]
    whole, place = sum(widths), plot.left
    edges = [place]
    for width in widths:
        place += (plot.right - plot.left) * width / whole
        edges.append(place)
    return edges


def _stage(canvas: Canvas, stage: Stage, column: Box, scale: Scale, language: str) -> None:
    theme, count = canvas.theme, len(stage.sentences)
    pad = min(26.0, (column.right - column.left) / 6)
    step = (column.right - column.left - 2 * pad) / count
    points = [
        (column.left + pad + step * (place + 0.5), scale.y(_inside(each.valence)))
        for place, each in enumerate(stage.sentences)
    ]
    mean = scale.y(_inside(stage.mood))
    colour = _of_side(theme, stage.mood)
    bar = Box(column.left + pad / 2, mean - 4, column.right - pad / 2, mean + 4)
    canvas.rectangle(bar, f'rx="4" fill="{colour}" opacity="0.55"')
    if count > 1:
        canvas.path(path(points), stroke_of(theme.soft, 3))
    radius = max(4.0, min(_RADIUS, step * 0.42))
    for point, each in zip(points, stage.sentences, strict=True):
        _mark(canvas, point, each, radius)
    middle, room = (column.left + column.right) / 2, column.right - column.left - 12
    _fitted(canvas, middle, _NAME, stage_name(stage, language), room, bold=True)
    _fitted(canvas, middle, _EMOTION, stage_emotion(stage, language), room, bold=False)


def _of_side(theme: Theme, mood: float) -> str:
    """Return the colour of a mood; what counts as neither bright nor low has neither's."""
    if abs(mood) < SENTIMENT_THRESHOLD:
        return theme.soft
    return theme.pleasant if mood > 0 else theme.unpleasant


def _fitted(canvas: Canvas, x: float, y: float, text: str, room: float, *, bold: bool) -> None:
    """Write a name as large as fits, at least readable, ellipsised where even that is too wide."""
    colour = canvas.theme.ink if bold else canvas.theme.soft
    size = float(LABEL_SIZE if bold else SMALL_SIZE)
    style = Style(size, colour, bold=bold, anchor="middle")
    while size > 22 and canvas.width(text, style) > room:
        size -= 2
        style = Style(size, colour, bold=bold, anchor="middle")
    drawable = canvas.fonts.drawable(text)
    canvas.text(x, y, canvas.fonts.fitted(drawable, size, room), style)


def _mark(canvas: Canvas, point: tuple[float, float], sentence: Sentence, radius: float) -> None:
    theme, (x, y) = canvas.theme, point
    colour = theme.emotions[sentence.emotion or Emotion.NEUTRAL]
    look = f'fill="{colour}" stroke="{theme.ink}" stroke-width="2.5"'
    if sentence.valence > SENTIMENT_THRESHOLD:
        canvas.circle(x, y, radius, look)
    elif sentence.valence < -SENTIMENT_THRESHOLD:
        wide = radius * 1.3
        canvas.path(
            f"M{x:.1f} {y - wide:.1f}L{x + wide:.1f} {y:.1f}L{x:.1f} {y + wide:.1f}"
            f"L{x - wide:.1f} {y:.1f}Z",
            look,
        )
    else:
        side = radius * 0.9
        canvas.rectangle(Box(x - side, y - side, x + side, y + side), look)


def _legend(canvas: Canvas, arc: Arc, language: str) -> None:
    """Name the colours that occur, in the order in which they first do, by the mark that has it."""
    found: dict[Emotion, Sentence] = {}
    for each in arc.sentences:
        if each.emotion is not None:
            found.setdefault(each.emotion, each)
    style, place = Style(SMALL_SIZE - 2, canvas.theme.soft), float(MARGIN)
    for emotion, first in found.items():
        name = emotion_name(emotion, language)
        wide = 34 + canvas.width(name, style)
        if place + wide > WIDTH - MARGIN:
            return
        _mark(canvas, (place + 10, _LEGEND - 9), first, 9)
        canvas.text(place + 28, _LEGEND, name, style)
        place += wide + 22


def _inside(valence: float) -> float:
    return max(-1.0, min(1.0, valence))
