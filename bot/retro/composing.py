"""From the fields of a dialog to messages: headed, and split where Discord's limit asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.retro.sentences import sentences
from reports.retro.forms import FREE, Form
from reports.wording.retro import heading

LIMIT: Final = 1_900
"""Characters of a message, below Discord's 2000: room is left for a line on who wrote it."""

_MANY_LINES: Final = re.compile(r"\n{3,}")
_FENCE: Final = "```"

_TITLES: Final = {"ko": "회고", "en": "Retrospective"}
_CONTINUED: Final = {"ko": "이어서", "en": "continued"}


def composed(form: Form, answers: Sequence[str], language: str) -> list[str]:
    """Return the messages of a post; none when nothing was written.

    Every message begins with the heading of its section, so that each can be read alone.

    Args:
        form: What was filled in.
        answers: A text for each of its sections, in order; empty ones are left out.
        language: ``ko`` or ``en``, of the headings.
    """
    messages: list[str] = []
    for section, answer in zip(form.sections, answers, strict=True):
        text = _MANY_LINES.sub("\n\n", answer.strip())
        if not text:
            continue
        title = _title(section, language)
        room = LIMIT - len(title) - 2 * len(_FENCE) - 20
        for number, part in enumerate(split(text, room)):
            block = f"## {title if number == 0 else _again(title, language)}\n{part}"
            if messages and len(messages[-1]) + 1 + len(block) <= LIMIT:
                messages[-1] += f"\n{block}"
            else:
                messages.append(block)
    return messages


def split(text: str, room: int) -> Iterator[str]:
    """Yield a text in parts of at most ``room`` characters: between lines, sentences or words.

    A block of code that is cut is closed, and opened again.
    """
    opened = False
    part = ""
    for piece in _pieces(text, room):
        if part and len(part) + len(piece) > room:
            yield _fenced(part, opened=opened)
            opened ^= part.count(_FENCE) % 2 == 1
            part = ""
        part += piece
    if part.strip():
        yield _fenced(part, opened=opened)


def _pieces(text: str, room: int) -> Iterator[str]:
    for start, end in sentences(text):
        yield from _words(text[start:end], room)


def _words(sentence: str, room: int) -> Iterator[str]:
    while len(sentence) > room:
        cut = max(sentence.rfind(mark, 1, room) for mark in (" ", "\n")) + 1
        yield sentence[: cut or room]
        sentence = sentence[cut or room :]
    yield sentence


def _fenced(part: str, *, opened: bool) -> str:
    text = f"{_FENCE}\n{part}" if opened else part
    closing = text.count(_FENCE) % 2 == 1
    return (text.rstrip() + f"\n{_FENCE}") if closing else text.strip()


def _title(section: str, language: str) -> str:
    return _TITLES[language] if section == FREE else heading(section, language)


def _again(title: str, language: str) -> str:
    return f"{title} ({_CONTINUED[language]})"
