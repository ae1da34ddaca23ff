"""Messages: who, when, for whose eyes, and what."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Final

from bot.sandbox.drawing.look import (
    ACCENT,
    CIRCLES,
    EDGE,
    GROUND,
    GUTTER,
    INK,
    LEADING,
    MARGIN,
    SMALL,
    SOFT,
    STRONG,
    TEXT,
    WIDTH,
)
from bot.sandbox.drawing.markdown import Span
from bot.sandbox.drawing.names import Names
from bot.sandbox.drawing.parts import draw_file, draw_parts
from bot.sandbox.drawing.sheet import Sheet
from bot.sandbox.messages import COMPONENTS_V2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from reports.fonts import FontBook

HIDDEN_NOTES: Final = {"en": "Only you can see this", "ko": "나만 볼 수 있는 메시지예요"}
"""Below an ephemeral message, in the reader's language."""

_RADIUS: Final = 36.0


def draw_messages(
    messages: Sequence[Message],
    fonts: FontBook,
    *,
    language: str = "en",
    timezone: tzinfo = UTC,
    asked: str = "",
) -> str:
    """Return an SVG of messages as they stand in a channel, 1200 pixels wide.

    Args:
        messages: From top to bottom; of one world, at least one.
        fonts: With an emoji font where emoji are to be seen.
        language: ``ko`` or ``en``: the reader's, for what Discord itself says.
        timezone: The reader's.
        asked: Who asked for the first message and with what, such as ``Ada /setup``.
    """
    names = Names(messages[0].world, timezone, language)
    sheet = Sheet(fonts, names, GUTTER + MARGIN, WIDTH - MARGIN)
    sheet.skip(MARGIN)
    if asked:
        sheet.label(sheet.left, sheet.y + 18, Span(asked, SMALL, SOFT), sheet.room)
        sheet.skip(40)
    for number, message in enumerate(messages):
        if number:
            sheet.skip(MARGIN)
        _draw(sheet, message, language)
    sheet.skip(MARGIN)
    return sheet.svg(ground=GROUND)


def _draw(sheet: Sheet, message: Message, language: str) -> None:
    _heading(sheet, message)
    before = sheet.y
    if message.content:
        sheet.markdown(message.content)
    for embed in message.embeds:
        _embed(sheet, embed)
    files = {file.url: file for file in message.files}
    if message.components:
        sheet.skip(0 if sheet.y == before else 10)
        draw_parts(sheet, message.components, files)
    if not message.components or not _is_v2(message):
        for file in message.files:
            sheet.skip(12)
            draw_file(sheet, file)
    if message.ephemeral:
        sheet.skip(34)
        sheet.label(sheet.left, sheet.y, Span(HIDDEN_NOTES[language], SMALL, SOFT))
        sheet.skip(10)


def _is_v2(message: Message) -> bool:
    return bool(message.flags & COMPONENTS_V2)


def _heading(sheet: Sheet, message: Message) -> None:
    author = message.author
    top = sheet.y
    x = MARGIN + _RADIUS
    sheet.circle(x, top + _RADIUS, _RADIUS, CIRCLES[author.id % len(CIRCLES)])
    letter = Span(author.name[:1].upper(), 34, STRONG, bold=True)
    sheet.label(x - sheet.width(letter) / 2, top + _RADIUS + 12, letter)
    at = sheet.left
    at += sheet.label(at, top + 26, Span(author.name, TEXT, STRONG, bold=True)) + 14
    if author.bot:
        tag = Span("APP", 19, STRONG, bold=True)
        sheet.box(at, top + 3, (sheet.width(tag) + 18, 29), f'rx="6" fill="{ACCENT}"')
        at += sheet.label(at + 9, top + 25, tag) + 32
    written = message.created_at.astimezone(sheet.names.timezone).strftime("%Y-%m-%d %H:%M")
    sheet.label(at, top + 26, Span(written, SMALL - 2, SOFT))
    sheet.skip(TEXT * LEADING + 2)


def _embed(sheet: Sheet, embed: JsonObject) -> None:
    sheet.skip(10)
    top = sheet.y
    with sheet.inset(28, 28):
        sheet.skip(14)
        for key in ("title", "description"):
            if embed.get(key):
                sheet.markdown(f"**{embed[key]}**" if key == "title" else embed[key])
        for field in embed.get("fields", ()):
            sheet.markdown(f"**{field['name']}**\n{field['value']}")
        sheet.skip(14)
    sheet.box(sheet.left, top, (8, sheet.y - top), f'rx="4" fill="{EDGE}" stroke="{INK}"')
