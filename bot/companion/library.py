"""The curated replies: read from a table and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, Self

from bot.companion.errors import DataBroken
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.language import detect

REPLIES: Final = "data/replies.tsv"
COLUMNS: Final = ("language", "emotion", "intensity", "turn", "does", "topic", "text")
UNSURE: Final = "unsure"
LEAST: Final = 12
"""Replies for each emotion and language."""
LONGEST: Final = 200
LANGUAGES: Final = ("ko", "en")


class Intensity(StrEnum):
    """How strongly something was said, for a reply to fit."""

    LOW = "low"
    HIGH = "high"
    ANY = "any"


class When(StrEnum):
    """Where in a conversation a reply fits."""

    FIRST = "first"
    LATER = "later"
    ANY = "any"


class Does(StrEnum):
    """What a reply does."""

    NAMES = "names"
    ASKS = "asks"
    OFFERS = "offers"


@dataclass(frozen=True, slots=True)
class Reply:
    """One curated reply.

    Attributes:
        number: Its place in the table.
        language: ``ko`` or ``en``.
        emotion: What it answers; ``None`` where that is not clear.
        intensity: How strongly.
        when: At which point.
        does: Names, asks, offers.
        topic: Words of the topic that it presupposes; empty for one that fits any.
        text: What is said.
    """

    number: int
    language: str
    emotion: Emotion | None
    intensity: Intensity
    when: When
    does: frozenset[Does]
    topic: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Library:
    """All replies."""

    replies: tuple[Reply, ...]

    @classmethod
    def shipped(cls) -> Self:
        """Return the replies that are shipped.

        Raises:
            DataBroken: The table cannot be used.
        """
        return cls(_shipped())

    def about(self, emotion: Emotion | None, language: str) -> Sequence[Reply]:
        """Return the replies to an emotion in a language, in the order of the table."""
        return [
            reply
            for reply in self.replies
            if reply.emotion is emotion and reply.language == language
        ]


@cache
def _shipped() -> tuple[Reply, ...]:
    return read_replies(files("bot.companion").joinpath(REPLIES).read_text("utf-8"))


def read_replies(table: str) -> tuple[Reply, ...]:
    """Read and check a table of replies.

    Raises:
        DataBroken: A line has another shape, a value means nothing, a reply stands there twice, or
            an emotion has too few.
    """
    header, *lines = table.splitlines()
    if tuple(header.split("\t")) != COLUMNS:
        msg = f"the replies must have the columns {', '.join(COLUMNS)}"
        raise DataBroken(msg)
    replies = tuple(_reply(number, line) for number, line in enumerate(lines))
    _check_texts(replies)
    _check_numbers(replies)
    return replies


def _reply(number: int, line: str) -> Reply:
    try:
        language, emotion, intensity, when, does, topic, text = line.split("\t")
        reply = Reply(
            number,
            language,
            None if emotion == UNSURE else Emotion(emotion),
            Intensity(intensity),
            When(when),
            frozenset(map(Does, does.split())),
            tuple(topic.split()),
            text,
        )
    except ValueError as error:
        msg = f"reply {number + 1} cannot be used: {error}"
        raise DataBroken(msg) from error
    _check(reply)
    return reply


def _check(reply: Reply) -> None:
    acts = reply.does & {Does.ASKS, Does.OFFERS}
    named = Does.NAMES in reply.does
    right = (
        reply.language in LANGUAGES
        and detect(reply.text) == reply.language
        and 0 < len(reply.text) <= LONGEST
        and bool(acts)
        and named == (reply.emotion is not None)
        and (Does.ASKS not in reply.does or "?" in reply.text or reply.emotion is None)
    )
    if not right:
        msg = f"reply {reply.number + 1} is too long, in another language, or wrongly tagged"
        raise DataBroken(msg)


def _check_texts(replies: Sequence[Reply]) -> None:
    twice = [text for text, count in Counter(each.text for each in replies).items() if count > 1]
    if twice:
        msg = f"a reply stands there twice: {twice[0]}"
        raise DataBroken(msg)


def _check_numbers(replies: Sequence[Reply]) -> None:
    counted = Counter((each.emotion, each.language) for each in replies)
    for language in LANGUAGES:
        for emotion in (*EMOTIONS, None):
            if counted[emotion, language] < LEAST:
                msg = f"there are fewer than {LEAST} replies to {emotion or UNSURE} in {language}"
                raise DataBroken(msg)
