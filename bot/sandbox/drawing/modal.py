"""A modal: its title, its fields, the button that sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.sandbox.components import ComponentType
from bot.sandbox.drawing.look import (
    ACCENT,
    EDGE,
    FIELD,
    INK,
    MARGIN,
    PANEL,
    SMALL,
    SOFT,
    STRONG,
    TEXT,
)
from bot.sandbox.drawing.markdown import Span
from bot.sandbox.drawing.names import Names
from bot.sandbox.drawing.parts import draw_parts
from bot.sandbox.drawing.sheet import Sheet

if TYPE_CHECKING:
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.world import World
    from reports.fonts import FontBook

_WIDTH: Final = 960.0
_PARAGRAPH: Final = 2
_SEND: Final = {"en": "Submit", "ko": "제출"}


def draw_modal(
    modal: JsonObject,
    world: World,
    fonts: FontBook,
    *,
    language: str = "en",
) -> str:
    """Return an SVG of a modal as the bot described it, 960 pixels wide.

    Args:
        modal: ``Interaction.modal``.
        world: What ids mean.
        fonts: What text is drawn with.
        language: ``ko`` or ``en``: the reader's, for what Discord itself says.
    """
    sheet = Sheet(fonts, Names(world), MARGIN + 8, _WIDTH - MARGIN - 8)
    sheet.skip(MARGIN + 30)
    sheet.label(sheet.left, sheet.y, Span(modal["title"], 38, STRONG, bold=True), sheet.room)
    sheet.skip(24)
    for part in modal["components"]:
        sheet.skip(20)
        _field(sheet, part)
    sheet.skip(30)
    send = Span(_SEND[language], TEXT, STRONG)
    wide = sheet.width(send) + 64
    sheet.box(sheet.right - wide, sheet.y, (wide, 72), f'rx="12" fill="{ACCENT}"')
    sheet.label(sheet.right - wide + 32, sheet.y + 47, send)
    sheet.skip(72 + MARGIN)
    return sheet.svg(_WIDTH, PANEL)


def _field(sheet: Sheet, part: JsonObject) -> None:
    if part["type"] == ComponentType.ACTION_ROW:
        for child in part["components"]:
            _field(sheet, child)
        return
    if part["type"] == ComponentType.LABEL:
        _title(sheet, part["label"], part["component"])
        if part.get("description"):
            sheet.markdown(f"-# {part['description']}")
        sheet.skip(8)
        _input(sheet, part["component"])
        return
    if part["type"] == ComponentType.TEXT_INPUT:
        _title(sheet, part.get("label") or "", part)
    _input(sheet, part)


def _title(sheet: Sheet, label: str, part: JsonObject) -> None:
    star = " *" if part.get("required", True) else ""
    sheet.label(sheet.left, sheet.y + 26, Span(label + star, 27, STRONG, bold=True), sheet.room)
    sheet.skip(42)


def _input(sheet: Sheet, part: JsonObject) -> None:
    if part["type"] != ComponentType.TEXT_INPUT:
        draw_parts(sheet, [part], {})
        return
    high = 150.0 if part.get("style") == _PARAGRAPH else 76.0
    look = f'rx="12" fill="{FIELD}" stroke="{EDGE}" stroke-width="2"'
    sheet.box(sheet.left, sheet.y, (sheet.room, high), look)
    value = part.get("value")
    ink = INK if value else SOFT
    span = Span(value or part.get("placeholder") or "", SMALL + 3, ink)
    sheet.label(sheet.left + 22, sheet.y + 48, span, sheet.room - 44)
    sheet.skip(high)
