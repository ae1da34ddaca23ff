"""Which lines are headings: plain, bold, with ``#``, bullets, numbers, emoji or brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.retro.names import LETTERS, TITLES_WITH_TEXT, candidates, form_named, plain
from reports.retro.forms import FORMS

_LONGEST: Final = 60
"""A heading is not longer than this, in code points."""

_NUMBER: Final = re.compile(
    r"\d\ufe0f?\u20e3|[A-Za-z]\d{1,2}[.)](?=\s)|\(?\d{1,2}[.)](?=\s|\D)|[\u2460-\u2473]|[IVX]{1,4}\.(?=\s)"
)
_CUSTOM_EMOJI: Final = re.compile(r"<a?:\w{2,32}:\d{15,21}>|:[a-z0-9_+-]{2,32}:")
_MARK: Final = re.compile(r"\s*#{1,6}\s*(?=\S)|\s*(?:[-*+•]\s+)?(?:\*\*|__)(?=\S)")
_HASH: Final = re.compile(r"\s*#{1,6}\s+\S")
_BOLD: Final = re.compile(r"[^*_\w]*(?:\*\*[^*]+\*\*|__[^_]+__)[^\w]*$")
_OPENING: Final = "[【「『<(〈《{"
_END: Final = re.compile(
    r"[:\uff1a]\s*|\s+(?:[-\u2013\u2014=]>?|\u2192|\||[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)\s+|\s*\u3161\s*|[\]】」』〉》}>]\s*[:\uff1a-]?\s*"
    r"|\)\s*[:\uff1a]?\s*|(?:\*\*|__)\s*[:\uff1a-]?\s*"
)
_PIECES: Final = re.compile(r"[()\[\]【】「」『』〈〉《》{}/|·,&+:\uff1a~_*-]|\s[\u2013\u2014]\s")
_SCRIPTS: Final = re.compile(r"(?<=[가-힣])\s+(?=[A-Za-z])|(?<=[A-Za-z])\s+(?=[가-힣])")
"""Between a name in one language and the same in the other."""

_LOOSE: Final = 20
"""Other words of at most this length may stand in a line that is marked as a heading."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a line begins with.

    Attributes:
        sections: The sections it may name; none for a title, or for a heading we do not know.
        form: The form that a title names, ``""`` for one that names none.
        end: Where the text after it begins within the line, markup and blanks left out.
        strong: Whether marks say that it is a heading, beside its words.
        alone: Whether nothing follows in the line.
    """

    sections: tuple[str, ...]
    form: str | None
    end: int
    strong: bool
    alone: bool


def heading_of(line: str) -> Heading | None:
    """Return the heading at the start of a line, or ``None``.

    Args:
        line: One line without its line feed.
    """
    start = _lead(line)
    if start >= len(line) or len(line) - start == 0:
        return None
    strong = _MARK.match(line) is not None or line[start - 1 : start] in tuple(_OPENING)
    body = _trimmed(line[start:])
    if len(body) <= _LONGEST:
        whole = _strict(re.sub(r"\*\*|__", "", body), letters=strong)
        if whole:
            return Heading(whole, None, len(line), strong, alone=True)
        form = form_named(_bare(body))
        if form is not None and (form or strong or "회고" in body or "retro" in body.casefold()):
            return Heading((), form, len(line), strong, alone=True)
    inline = _inline(line, start, strong=strong)
    if inline is None and len(body) <= _LONGEST and (_HASH.match(line) or _BOLD.match(line)):
        loose = _loose(body)
        if loose or _HASH.match(line):
            return Heading(loose, None, len(line), strong, alone=True)
    return inline


def _inline(line: str, start: int, *, strong: bool) -> Heading | None:
    """Return a heading that text follows in the same line."""
    for mark in _END.finditer(line, start, start + _LONGEST):
        name = line[start : mark.start()]
        form = TITLES_WITH_TEXT.get(plain(name))
        sections = FORMS[form].sections[1:2] if form else _strict(name, letters=True)
        if sections:
            end = _after(line, mark.end())
            closing = mark.group().strip()[:1]
            sure = strong or closing in tuple("]】」』〉》}>*_")
            return Heading(sections, form, end, sure, alone=end >= len(line))
    return None


def _after(line: str, end: int) -> int:
    """Return where the text begins after the marks that close a heading."""
    tail = re.compile(r"(?:\*\*|__|[\]】」』〉》}])*\s*[:\uff1a]?\s*").match(line, end)
    return tail.end() if tail else end


def _lead(line: str) -> int:
    """Return where the first word begins, after bullets, numbers, emoji and brackets."""
    place, numbered = 0, False
    while place < len(line):
        skipped = _CUSTOM_EMOJI.match(line, place)
        if skipped is None and not numbered:
            skipped = _NUMBER.match(line, place)
            numbered = skipped is not None
        if skipped is not None:
            place = skipped.end()
        elif line[place].isalnum():
            return place
        else:
            place += 1
    return place


def _trimmed(body: str) -> str:
    """Return what is left without marks and emoji at the end."""
    end = len(body)
    while end and not body[end - 1].isalnum() and body[end - 1] not in ")]":
        end -= 1
    return _CUSTOM_EMOJI.sub("", body[:end]).rstrip()


def _bare(body: str) -> str:
    return re.sub(r"[\[\]【】「」『』〈〉《》{}*_#]", " ", body).strip()


def _loose(body: str) -> tuple[str, ...]:
    """Return the sections that a line names beside a few other words."""
    found = [(piece, candidates(piece)) for piece in _pieces(body)]
    other = sum(len(piece) for piece, sections in found if not sections)
    first = next((sections for _, sections in found if sections), ())
    return first if len(found) > 1 and other <= _LOOSE else ()


def _strict(body: str, *, letters: bool) -> tuple[str, ...]:
    """Return the sections of a text whose every part is a name; the most telling part counts."""
    whole = candidates(body)
    if whole:
        return whole
    parts = list(_pieces(body))
    if not parts:
        return ()
    if letters and len(parts) == 1 and plain(parts[0]) in LETTERS:
        return LETTERS[plain(parts[0])]
    named = [candidates(part) or _letter(part) for part in parts]
    if not all(named):
        return ()
    common = [each for each in named[0] if all(each in others for others in named[1:])]
    return tuple(common) or min(named, key=len)


def _letter(part: str) -> tuple[str, ...]:
    return LETTERS.get(plain(part), ())


def _pieces(body: str) -> Iterator[str]:
    for piece in (each for part in _PIECES.split(body) for each in _SCRIPTS.split(part)):
        words = piece.strip()
        if any(each.isalnum() for each in words):
            yield _emojiless(words)


def _emojiless(words: str) -> str:
    return "".join(each for each in words if each.isalnum() or each in " '’?!.").strip()
