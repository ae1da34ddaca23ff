"""What somebody does by saying something, beside feeling: greeting, thanking, asking who answers.

A classifier of feelings reads a feeling into everything, also into "bye" or "are you human?". The
table ``data/occasions.tsv`` knows such messages, and those that need more care than any feeling
tells: a death, violence, a body in trouble. The first line that fits counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, Self

from bot.companion.errors import DataBroken
from classifiers.emotion import Emotion
from classifiers.text import is_classifiable, said

TABLE: Final = "data/occasions.tsv"
EDGES: Final = re.compile(r"^[\W_ㅋㅎㅠㅜ]+|[\W_ㅋㅎㅠㅜ]+$")
LAUGHED: Final = re.compile(r"(?:[ㅋㅎ~!😂🤣😆\s]|ha|he|lo+l|lmf?ao+|rofl|xd)+h?", re.IGNORECASE)
CRIED: Final = re.compile(r"(?:[ㅠㅜ~.!😭😢🥲😿💔😥☹\s]|[tT]_+[tT]|;_;|:'\()+")


class Occasion(StrEnum):
    """What is done by saying it."""

    EMERGENCY = "emergency"
    DANGER = "danger"
    SURVIVED = "survived"
    PRIVACY = "privacy"
    HUMAN = "human"
    ORDERS = "orders"
    LOVE = "love"
    IRONY = "irony"
    SILENT = "silent"
    COMPLAINT = "complaint"
    HEALTH = "health"
    LAW = "law"
    GRIEF = "grief"
    HOME = "home"
    BULLIED = "bullied"
    ILLNESS = "illness"
    CHEATED = "cheated"
    BREAKUP = "breakup"
    SETBACK = "setback"
    WORTHLESS = "worthless"
    LOOKS = "looks"
    GUILT = "guilt"
    RELAPSE = "relapse"
    WORST_DAY = "worst-day"
    SLEEPLESS = "sleepless"
    DOWN = "down"
    LONELY = "lonely"
    EMPTY = "empty"
    COMING_OUT = "coming-out"
    MIXED = "mixed"
    HARD = "hard"
    GOOD_NEWS = "good-news"
    STEP = "step"
    THANKS = "thanks"
    RELIEF = "relief"
    FAREWELL = "farewell"
    HOW_ARE_YOU = "how-are-you"
    ABOUT_BOT = "about-bot"
    LISTEN = "listen"
    HOW_TO = "how-to"
    ADVICE = "advice"
    BORED = "bored"
    SO_SO = "so-so"
    FINE = "fine"
    TIRED = "tired"
    GREETING = "greeting"
    ASSENT = "assent"
    LAUGHTER = "laughter"
    TEARS = "tears"
    SIGNS = "signs"
    WORDLESS = "wordless"
    LINK = "link"


FELT: Final = {
    Occasion.EMERGENCY: Emotion.FEAR,
    Occasion.DANGER: Emotion.HURT,
    Occasion.GRIEF: Emotion.SADNESS,
    Occasion.BULLIED: Emotion.HURT,
    Occasion.HOME: Emotion.SADNESS,
    Occasion.CHEATED: Emotion.HURT,
    Occasion.ILLNESS: Emotion.FEAR,
    Occasion.RELAPSE: Emotion.SADNESS,
    Occasion.WORST_DAY: Emotion.SADNESS,
    Occasion.DOWN: Emotion.SADNESS,
    Occasion.BREAKUP: Emotion.SADNESS,
    Occasion.SETBACK: Emotion.SADNESS,
    Occasion.WORTHLESS: Emotion.HURT,
    Occasion.LOOKS: Emotion.HURT,
    Occasion.LONELY: Emotion.SADNESS,
    Occasion.EMPTY: Emotion.SADNESS,
    Occasion.GOOD_NEWS: Emotion.JOY,
}
"""The feeling that goes with an occasion; with others no feeling is assumed."""

LASTING: Final = frozenset(
    {
        Occasion.DANGER,
        Occasion.GRIEF,
        Occasion.BULLIED,
        Occasion.BREAKUP,
        Occasion.ILLNESS,
    }
)
"""What a conversation stays about: the next words are heard in its light."""

URGENT: Final = frozenset({Occasion.EMERGENCY, Occasion.DANGER})
"""What an emergency number belongs under."""

SERIOUS: Final = URGENT | {
    Occasion.GRIEF,
    Occasion.BULLIED,
    Occasion.SURVIVED,
    Occasion.WORTHLESS,
    Occasion.EMPTY,
    Occasion.DOWN,
    Occasion.RELAPSE,
}
"""What a helpline belongs under, in private."""

WRITTEN_WITH_CARE: Final = SERIOUS | {Occasion.HUMAN, Occasion.PRIVACY, Occasion.HEALTH}
"""What only curated replies answer, whichever engine writes."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One line of the table.

    Attributes:
        occasion: What it tells.
        longest: Characters of a message beyond which it is not asked.
        pattern: Searched for in the words, in lower case and without signs at both ends.
        unless: Where this is found too, the line does not count.
    """

    occasion: Occasion
    longest: int
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


class Occasions:
    """Tells the occasion of a message."""

    def __init__(self, signs: Sequence[Sign]) -> None:
        self._signs = signs

    @classmethod
    def shipped(cls) -> Self:
        """Return those that are shipped.

        Raises:
            DataBroken: A line of the table cannot be used.
        """
        return cls(_shipped())

    def of(self, text: str) -> Occasion | None:
        """Return the occasion of a message as it was typed, or ``None`` where it has none."""
        words = said(text).casefold()
        if not is_classifiable(text):
            sent = any(letter.isalnum() for letter in text)
            return Occasion.LINK if sent else Occasion.WORDLESS
        if (sign := _signed(words)) is not None:
            return sign
        bare = EDGES.sub("", words)
        return next((sign.occasion for sign in self._signs if _fits(sign, bare, words)), None)


def _signed(words: str) -> Occasion | None:
    """Return what a message without a word is."""
    if CRIED.fullmatch(words):
        return Occasion.TEARS
    if LAUGHED.fullmatch(words):
        return Occasion.LAUGHTER
    return None if any(letter.isalnum() for letter in words) else Occasion.SIGNS


def _fits(sign: Sign, bare: str, words: str) -> bool:
    return (
        len(bare) <= sign.longest
        and sign.pattern.search(bare) is not None
        and (sign.unless is None or sign.unless.search(words) is None)
    )


@cache
def _shipped() -> tuple[Sign, ...]:
    return tuple(read_signs(files("bot.companion").joinpath(TABLE).read_text("utf-8")))


def read_signs(table: str) -> Iterator[Sign]:
    """Yield the lines of a table of occasions.

    Raises:
        DataBroken: A line has not four columns, or one of them means nothing.
    """
    for number, line in enumerate(table.splitlines()[1:], 2):
        try:
            occasion, longest, pattern, unless = line.split("\t")
            yield Sign(
                Occasion(occasion),
                int(longest),
                re.compile(pattern),
                re.compile(unless) if unless else None,
            )
        except (ValueError, re.error) as error:
            msg = f"line {number} of the occasions cannot be used: {error}"
            raise DataBroken(msg) from error
