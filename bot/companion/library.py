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
from bot.companion.occasions import Occasion
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.language import detect

REPLIES: Final = "data/replies.tsv"
TO_OCCASIONS: Final = "data/occasion_replies.tsv"
COLUMNS: Final = ("language", "emotion", "intensity", "turn", "does", "topic", "text")
OCCASION_COLUMNS: Final = ("language", "occasion", "turn", "text")
UNSURE: Final = "unsure"
LEAST: Final = 12
"""Replies for each emotion and language."""
LEAST_OF_OCCASION: Final = 3
"""Replies for each occasion and language."""
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
        occasion: What it answers beside a feeling; ``emotion`` is ``None`` then.
    """

    number: int
    language: str
    emotion: Emotion | None
    intensity: Intensity
    when: When
    does: frozenset[Does]
    topic: tuple[str, ...]
    text: str
    occasion: Occasion | None = None


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
            if reply.emotion is emotion and reply.language == language and reply.occasion is None
        ]

    def on(self, occasion: Occasion, language: str) -> Sequence[Reply]:
        """Return the replies to an occasion in a language, in the order of the table."""
        return [
            reply
            for reply in self.replies
            if reply.occasion is occasion and reply.language == language
        ]


@cache
def _shipped() -> tuple[Reply, ...]:
    data = files("bot.companion")
    felt = read_replies(data.joinpath(REPLIES).read_text("utf-8"))
    return (*felt, *read_occasions(data.joinpath(TO_OCCASIONS).read_text("utf-8"), len(felt)))


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


def read_occasions(table: str, first: int = 0) -> tuple[Reply, ...]:
    """Read and check a table of replies to occasions.

    Args:
        table: Tab-separated.
        first: Number of its first reply.

    Raises:
        DataBroken: A line has another shape, a value means nothing, a reply stands there twice, or
            an occasion has too few.
    """
    header, *lines = table.splitlines()
    if tuple(header.split("\t")) != OCCASION_COLUMNS:
        msg = f"the replies to occasions must have the columns {', '.join(OCCASION_COLUMNS)}"
        raise DataBroken(msg)
    replies = tuple(_on_occasion(number, line) for number, line in enumerate(lines, first))
    _check_texts(replies)
    counted = Counter((each.occasion, each.language) for each in replies)
    for language in LANGUAGES:
        for occasion in Occasion:
            if counted[occasion, language] < LEAST_OF_OCCASION:
                msg = f"there are too few replies to {occasion} in {language}"
                raise DataBroken(msg)
    return replies


def _on_occasion(number: int, line: str) -> Reply:
    try:
        language, occasion, when, text = line.split("\t")
        reply = Reply(
            number,
            language,
            None,
            Intensity.ANY,
            When(when),
            frozenset(),
            (),
            text,
            Occasion(occasion),
        )
    except ValueError as error:
        msg = f"reply {number + 1} cannot be used: {error}"
        raise DataBroken(msg) from error
    if language not in LANGUAGES or detect(text) != language or not 0 < len(text) <= LONGEST:
        msg = f"reply {number + 1} is too long or in another language"
        raise DataBroken(msg)
    return reply


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
