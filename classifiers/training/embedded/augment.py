"""What chat does to a sentence: laughter, emoji, lost blanks, typing errors, mixed languages.

Every function keeps the label: a line of anger with ㅋㅋ behind it is a line of anger still.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

Change = Callable[[str, random.Random], str]

KOREAN_TAILS: Final = (
    "ㅋㅋ",
    "ㅋㅋㅋㅋ",
    "ㅎㅎ",
    "ㅠㅠ",
    "ㅠ",
    "ㅜㅜ",
    "ㅇㅇ",
    "ㄹㅇ",
    "ㄷㄷ",
    "..",
    "~",
    "!!",
)
ENGLISH_TAILS: Final = ("lol", "lmao", "tbh", "ngl", "haha", "bro", "..", "!!", "imo", "rn", "fr")
CUSTOM_EMOJI: Final = (
    "pepe",
    "blob",
    "cat",
    "duck",
    "party",
    "think",
    "wave",
    "frog",
    "dog",
    "bear",
)
MIXED: Final = ("ok", "wow", "bro", "real", "진짜", "아니", "근데", "ㄹㅇ", "lol", "omg")


def tail(text: str, chance: random.Random) -> str:
    """Add what people put behind a line."""
    tails = KOREAN_TAILS if _is_korean(text) else ENGLISH_TAILS
    return f"{text}{chance.choice(('', ' '))}{chance.choice(tails)}"


def custom_emoji(text: str, chance: random.Random) -> str:
    """Add the name of a server's own emoji, as normalisation leaves it."""
    return f"{text} :{chance.choice(CUSTOM_EMOJI)}{chance.choice(('', '_', '1'))}:"


def mixed(text: str, chance: random.Random) -> str:
    """Begin or end with a word of the other language, or of chat."""
    word = chance.choice(MIXED)
    return f"{word} {text}" if chance.random() < 0.5 else f"{text} {word}"


def without_blanks(text: str, chance: random.Random) -> str:
    """Lose blanks: all of them now and then in Korean, some of them otherwise."""
    if _is_korean(text) and chance.random() < 0.4:
        return text.replace(" ", "")
    return "".join(sign for sign in text if sign != " " or chance.random() < 0.6)


def with_blank(text: str, chance: random.Random) -> str:
    """Break a word somewhere."""
    place = chance.randrange(len(text) + 1)
    return f"{text[:place]} {text[place:]}"


def typo(text: str, chance: random.Random) -> str:
    """Lose, double or swap a letter."""
    if len(text) < 4:
        return text
    place = chance.randrange(1, len(text) - 1)
    kind = chance.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def without_signs(text: str, chance: random.Random) -> str:
    """Leave out punctuation, as most people do in chat."""
    del chance
    return "".join(sign for sign in text if sign not in ".,!?;:\"'") or text


CHANGES: Final[tuple[Change, ...]] = (
    tail, tail, custom_emoji, mixed, without_blanks, with_blank, typo, typo, without_signs,
)  # fmt: skip
"""Drawn from with equal chances; what stands twice is drawn twice as often."""


def as_chat(text: str, chance: random.Random) -> str:
    """Return a text with one to three changes."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        text = chance.choice(CHANGES)(text, chance)
    return text


def _is_korean(text: str) -> bool:
    return any("가" <= sign <= "힣" for sign in text)
