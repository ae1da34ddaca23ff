"""Each kind of message component, drawn."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from bot.sandbox.components import SELECTS, ComponentType
from bot.sandbox.drawing.look import ACCENT, BUTTONS, EDGE, FIELD, INK, PANEL, SOFT, STRONG, TEXT
from bot.sandbox.drawing.markdown import Span

if TYPE_CHECKING:
    from bot.sandbox.drawing.sheet import Sheet
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import StoredFile

Files = Mapping[str, "StoredFile"]
"""Uploads by address."""

_CONTAINER: Final = 17
_SEPARATOR: Final = 14
_FILE: Final = 13
_GAP: Final = 14.0
_BUTTON_HEIGHT: Final = 64.0
_SELECT_HEIGHT: Final = 76.0
_PNG_SIZE: Final = slice(16, 24)
_DEFAULT_RATIO: Final = 0.6


def draw_parts(sheet: Sheet, parts: Sequence[JsonObject], files: Files) -> None:
    """Draw components one below the other."""
    for number, part in enumerate(parts):
        if number:
            sheet.skip(_GAP)
        draw = _DRAWN.get(part["type"])
        if draw is not None:
            draw(sheet, part, files)


def _text(sheet: Sheet, part: JsonObject, files: Files) -> None:
    del files
    sheet.markdown(part["content"])


def _container(sheet: Sheet, part: JsonObject, files: Files) -> None:
    top = sheet.y
    with sheet.behind() as below:
        sheet.skip(26)
        with sheet.inset(30, 26):
            draw_parts(sheet, part["components"], files)
        sheet.skip(26)
        frame = f'x="{sheet.left:.1f}" y="{top:.1f}" height="{sheet.y - top:.1f}"'
        look = f'rx="14" fill="{PANEL}" stroke="{EDGE}" stroke-width="2"'
        below.append(f'<rect {frame} width="{sheet.room:.1f}" {look}/>')
        colour = part.get("accent_color")
        if colour is not None:
            below.append(f'<rect {frame} width="10" rx="5" fill="#{colour:06X}"/>')


def _separator(sheet: Sheet, part: JsonObject, files: Files) -> None:
    del files
    gap = 6 if part.get("spacing", 1) == 1 else 18
    sheet.skip(gap)
    if part.get("divider", True):
        sheet.box(sheet.left, sheet.y, (sheet.room, 2), f'fill="{EDGE}"')
    sheet.skip(gap)


def _section(sheet: Sheet, part: JsonObject, files: Files) -> None:
    accessory = part["accessory"]
    wide = _button_width(sheet, accessory) if accessory["type"] == ComponentType.BUTTON else 170.0
    top, right = sheet.y, sheet.right
    with sheet.inset(0, wide + 24):
        draw_parts(sheet, part["components"], files)
    if accessory["type"] == ComponentType.BUTTON:
        _button(sheet, accessory, right - wide, top)
    bottom = max(sheet.y, top + _BUTTON_HEIGHT)
    sheet.skip(bottom - sheet.y)


def _row(sheet: Sheet, part: JsonObject, files: Files) -> None:
    children = part["components"]
    if children and children[0]["type"] in SELECTS:
        draw_parts(sheet, children, files)
        return
    x = sheet.left
    for button in children:
        wide = _button_width(sheet, button)
        if x > sheet.left and x + wide > sheet.right:
            x = sheet.left
            sheet.skip(_BUTTON_HEIGHT + 12)
        _button(sheet, button, x, sheet.y)
        x += wide + 14
    sheet.skip(_BUTTON_HEIGHT)


def _face(button: JsonObject) -> str:
    emoji = (button.get("emoji") or {}).get("name") or ""
    arrow = " ↗" if button.get("url") else ""
    return f"{emoji} {button.get('label') or ''}{arrow}".strip()


def _button_width(sheet: Sheet, button: JsonObject) -> float:
    return min(sheet.width(Span(_face(button), 27)) + 52, sheet.room)


def _button(sheet: Sheet, button: JsonObject, x: float, y: float) -> None:
    wide = _button_width(sheet, button)
    faded = ' opacity="0.45"' if button.get("disabled") else ""
    colour = BUTTONS.get(button.get("style", 2), BUTTONS[2])
    sheet.box(x, y, (wide, _BUTTON_HEIGHT), f'rx="12" fill="{colour}"{faded}')
    ink = SOFT if button.get("disabled") else STRONG
    sheet.label(x + 26, y + 42, Span(_face(button), 27, ink), wide - 51)


def _select(sheet: Sheet, part: JsonObject, files: Files) -> None:
    del files
    top = sheet.y
    look = f'rx="12" fill="{FIELD}" stroke="{EDGE}" stroke-width="2"'
    sheet.box(sheet.left, top, (sheet.room, _SELECT_HEIGHT), look)
    chosen = _chosen(sheet, part)
    span = Span(chosen, TEXT, INK) if chosen else Span(part.get("placeholder") or "…", TEXT, SOFT)
    sheet.label(sheet.left + 24, top + 49, span, sheet.room - 100)
    sheet.chevron(sheet.right - 46, top + _SELECT_HEIGHT / 2)
    sheet.skip(_SELECT_HEIGHT)


def _chosen(sheet: Sheet, part: JsonObject) -> str:
    if part["type"] == ComponentType.STRING_SELECT:
        options = [option for option in part.get("options", ()) if option.get("default")]
        return ", ".join(option["label"] for option in options)
    defaults = part.get("default_values") or ()
    return ", ".join(sheet.names.channel(int(value["id"])) for value in defaults)


def _gallery(sheet: Sheet, part: JsonObject, files: Files) -> None:
    items = part["items"]
    columns = 1 if len(items) == 1 else 2
    wide = (sheet.room - _GAP * (columns - 1)) / columns
    for start in range(0, len(items), columns):
        if start:
            sheet.skip(_GAP)
        contents = [files.get(item["media"]["url"]) for item in items[start : start + columns]]
        for column, file in enumerate(contents):
            if file is not None:
                x = sheet.left + column * (wide + _GAP)
                sheet.picture(file.content, x, wide, ratio_of(file.content))
        ratios = [ratio_of(file.content) for file in contents if file is not None]
        sheet.skip(wide * max(ratios, default=_DEFAULT_RATIO))


def _attached(sheet: Sheet, part: JsonObject, files: Files) -> None:
    file = files.get(part["file"]["url"])
    if file is not None:
        draw_file(sheet, file)


def draw_file(sheet: Sheet, file: StoredFile) -> None:
    """Draw a picture as itself, and any other file as its name and size."""
    if file.content_type == "image/png":
        wide = min(sheet.room, 880.0)
        sheet.picture(file.content, sheet.left, wide, ratio_of(file.content))
        sheet.skip(wide * ratio_of(file.content))
        return
    look = f'rx="12" fill="{FIELD}" stroke="{EDGE}" stroke-width="2"'
    wide = min(sheet.room, 760.0)
    sheet.box(sheet.left, sheet.y, (wide, 100), look)
    sheet.label(sheet.left + 28, sheet.y + 44, Span(file.filename, TEXT, ACCENT), wide - 56)
    size = Span(f"{len(file.content) / 1024:.1f} KB", 24, SOFT)
    sheet.label(sheet.left + 28, sheet.y + 80, size)
    sheet.skip(100)


def ratio_of(png: bytes) -> float:
    """Return the height of a PNG by its width (PNG specification, section 11.2.2)."""
    if len(png) < _PNG_SIZE.stop or not png.startswith(b"\x89PNG"):
        return _DEFAULT_RATIO
    width, height = struct.unpack(">II", png[_PNG_SIZE])
    return float(height / width)


_DRAWN: Final[Mapping[int, Callable[[Sheet, JsonObject, Files], None]]] = {
    ComponentType.ACTION_ROW: _row,
    ComponentType.SECTION: _section,
    ComponentType.TEXT_DISPLAY: _text,
    ComponentType.MEDIA_GALLERY: _gallery,
    _FILE: _attached,
    _SEPARATOR: _separator,
    _CONTAINER: _container,
    **dict.fromkeys(SELECTS, _select),
}
