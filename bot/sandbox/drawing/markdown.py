"""The part of Discord's Markdown that bots write, as lines of spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.sandbox.drawing.look import HEADINGS, INK, LINK, MENTION, SMALL, SOFT, STRONG, TEXT

if TYPE_CHECKING:
    from bot.sandbox.drawing.names import Names


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one look.

    Attributes:
        text: May hold spaces, no line breaks.
        size: In pixels.
        fill: ``#RRGGBB``.
        bold: Whether it is bold.
        boxed: Whether it stands on a ground of its own, as code and mentions do.
    """

    text: str
    size: float = TEXT
    fill: str = INK
    bold: bool = False
    boxed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source, to be wrapped.

    Attributes:
        spans: From left to right.
        indent: In pixels.
        mark: What stands left of the first row: a bullet, a number.
        quoted: Whether a bar stands to its left.
        boxed: Whether it belongs to a block of code.
    """

    spans: tuple[Span, ...]
    indent: float = 0
    mark: str = ""
    quoted: bool = False
    boxed: bool = False


_INDENT: Final = 34.0
_HEADING: Final = re.compile(r"(#{1,3}) +(.+)")
_LISTED: Final = re.compile(r"( *)([-*]|\d+\.) +(.*)")
_INLINE: Final = re.compile(
    r"(?P<code>`+)(?P<coded>.+?)(?P=code)"
    r"|(?P<mark>\*\*|__|~~|\|\||\*|(?<![^\W_])_)(?P<marked>(?=\S).+?(?<=\S))(?P=mark)(?!\w*_\b)"
    r"|\[(?P<label>[^\]]+)\]\((?P<url><?https?://[^)]+)\)"
    r"|<(?P<kind>@!?|@&|\#|/[^:>]+:|a?:\w+:)(?P<id>\d+)>"
    r"|<t:(?P<time>-?\d+)(?::(?P<style>[tTdDfFR]))?>"
    r"|(?P<bare>https?://[^\s<>]+)"
    r"|\\(?P<escaped>[^\w\s])"
)
_TIMES: Final = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%Y-%m-%d",
    "D": "%Y-%m-%d",
    "F": "{day} %Y-%m-%d %H:%M",
    "f": "%Y-%m-%d %H:%M",
}
_DAYS: Final = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}


def lines_of(source: str, names: Names) -> Iterator[Line]:
    """Yield the lines of a text; an empty line is a line without spans."""
    coded = False
    for raw in source.splitlines():
        if raw.strip().startswith("```"):
            coded = not coded
        elif coded:
            yield Line((Span(raw, SMALL),), boxed=True)
        else:
            yield _line(raw, names)


def _line(raw: str, names: Names) -> Line:
    if raw.startswith("> "):
        return replace(_line(raw[2:], names), quoted=True)
    if heading := _HEADING.fullmatch(raw):
        base = Span("", HEADINGS[len(heading[1])], STRONG, bold=True)
        return Line(tuple(_spans(heading[2], base, names)))
    if raw.startswith("-# "):
        return Line(tuple(_spans(raw[3:], Span("", SMALL, SOFT), names)))
    if listed := _LISTED.fullmatch(raw):
        depth = 1 + len(listed[1]) // 2
        mark = listed[2] if listed[2][0].isdigit() else "•"
        return Line(tuple(_spans(listed[3], Span(""), names)), depth * _INDENT, mark)
    return Line(tuple(_spans(raw, Span(""), names)))


def _spans(text: str, base: Span, names: Names) -> Iterator[Span]:
    at = 0
    for found in _INLINE.finditer(text):
        if found.start() > at:
            yield replace(base, text=text[at : found.start()])
        yield from _found(found, base, names)
        at = found.end()
    if at < len(text):
        yield replace(base, text=text[at:])


def _found(found: re.Match[str], base: Span, names: Names) -> Iterator[Span]:
    if found["coded"] is not None:
        yield replace(base, text=found["coded"], boxed=True)
    elif found["marked"] is not None:
        bold = base.bold or found["mark"] == "**"
        fill = STRONG if bold else base.fill
        yield from _spans(found["marked"], replace(base, bold=bold, fill=fill), names)
    elif found["label"] is not None:
        yield replace(base, text=found["label"], fill=LINK)
    elif found["bare"] is not None:
        yield replace(base, text=found["bare"], fill=LINK)
    elif found["time"] is not None:
        written = _time(int(found["time"]), found["style"] or "f", names)
        yield replace(base, text=_unbroken(written), boxed=True)
    elif found["escaped"] is not None:
        yield replace(base, text=found["escaped"])
    else:
        name = names.of(found["kind"], int(found["id"]))
        yield replace(base, text=_unbroken(name), fill=MENTION, boxed=True)


def _unbroken(text: str) -> str:
    """Return a text that stays on one line, as what Discord puts on a ground of its own does."""
    return text.replace(" ", "\u00a0")


def _time(seconds: int, style: str, names: Names) -> str:
    moment = datetime.fromtimestamp(seconds, names.timezone)
    if style != "R":
        day = _DAYS[names.language][moment.weekday()]
        return moment.strftime(_TIMES[style]).replace("{day}", day)
    away = moment - names.now
    amount, unit = _largest(abs(away))
    written = f"{amount} {unit}{'s' if amount != 1 else ''}"
    return f"in {written}" if away > timedelta() else f"{written} ago"


def _largest(away: timedelta) -> tuple[int, str]:
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if away >= length:
            return round(away / length), unit
    return round(away / timedelta(minutes=1)), "minute"
