"""Ways in which people type the same thing differently; the feeling stays the same.

Each takes a line of the chat corpus and a random generator and returns the disturbed text, or the
text itself where it does not apply.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from typing import Final

from classifiers.emotion import Emotion
from classifiers.training.chat import ChatLine

Disturbance = Callable[[ChatLine, Random], str]

HANGUL_START: Final = 0xAC00
HANGUL_END: Final = 0xD7A3
FINALS: Final = 28
FINAL_NG: Final = 21
"""Position of ㅇ among the finals of a syllable."""

HANGUL_WORD: Final = re.compile("[가-힣]{3,}")
WORD: Final = re.compile(r"[^\W\d_]{3,}")
WRITTEN: Final = re.compile(r"[a-zA-Z]{4,}")

AMUSED: Final = frozenset({Emotion.JOY, Emotion.SURPRISE, Emotion.EMBARRASSMENT})
TEARFUL: Final = frozenset({Emotion.SADNESS, Emotion.HURT, Emotion.FEAR})
MARKS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"ko": ("ㅋㅋ", "ㅠㅠ"), "en": (" lol", " :(")}
)
"""What an amused and a tearful writer adds."""

EMOJI: Final[Mapping[Emotion, tuple[str, ...]]] = MappingProxyType(
    {
        Emotion.ANGER: ("😡", "💢"),
        Emotion.DISGUST: ("🤢", "🤮"),
        Emotion.FEAR: ("😰", "😨"),
        Emotion.JOY: ("😊", "🎉"),
        Emotion.SADNESS: ("😢", "😞"),
        Emotion.SURPRISE: ("😲", "😮"),
        Emotion.HURT: ("💔", "😔"),
        Emotion.EMBARRASSMENT: ("😅", "😳"),
        Emotion.NEUTRAL: ("📌", "👀"),
    }
)
CUSTOM: Final = ("<:server_logo:730000000000000001>", "<a:wave_bot:730000000000000002>")
"""Custom emoji whose names say nothing of a feeling."""

OPENERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"ko": ("btw ", "fyi ", "so "), "en": ("근데 ", "아 ", "그니까 ")}
)
"""Words of the other language that add no feeling."""

CHANT: Final = ("ㅇㅇ ", "ㄱㄷ ", "ㅇㅋ ")
"""Initials without a feeling: yes, wait, okay."""

SLIPS: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip("돼되왜않안게네에의", "되돼외안않개내애에", strict=True))
)
"""Spellings that people confuse because they sound alike."""


def marks(line: ChatLine, random: Random) -> str:
    """Add ㅋㅋ or ㅠㅠ (lol, :( in English) where the feeling of the writer goes with them."""
    amused, tearful = MARKS[line.language]
    if line.label in AMUSED:
        return line.text + amused * random.randint(1, 2)
    return line.text + tearful if line.label in TEARFUL else line.text


def initials(line: ChatLine, random: Random) -> str:
    """Put initials such as ㅇㅇ before a Korean line; let its last syllable trail off (갔당)."""
    if line.language != "ko":
        return line.text
    last = line.text[-1]
    if _is_open(last) and random.random() < 0.5:
        return line.text[:-1] + chr(ord(last) + FINAL_NG)
    return random.choice(CHANT) + line.text


def without_spaces(line: ChatLine, random: Random) -> str:
    """Drop all blanks of a Korean line, one of an English one."""
    if line.language == "ko":
        return line.text.replace(" ", "")
    blanks = [at for at, sign in enumerate(line.text) if sign == " "]
    return _without(line.text, random.choice(blanks)) if blanks else line.text


def more_spaces(line: ChatLine, random: Random) -> str:
    """Put a blank into a word of three letters or more."""
    words = list((HANGUL_WORD if line.language == "ko" else WORD).finditer(line.text))
    if not words:
        return line.text
    word = random.choice(words)
    at = random.randrange(word.start() + 1, word.end())
    return f"{line.text[:at]} {line.text[at:]}"


def typo(line: ChatLine, random: Random) -> str:
    """Confuse two Korean spellings that sound alike; swap, drop or double an English letter."""
    if line.language == "ko":
        places = [at for at, sign in enumerate(line.text) if sign in SLIPS]
        return _replaced(line.text, random.choice(places)) if places else line.text
    words = list(WRITTEN.finditer(line.text))
    return _slipped(line.text, random.choice(words), random) if words else line.text


def emoji(line: ChatLine, random: Random) -> str:
    """Add an emoji that goes with the feeling."""
    return f"{line.text} {random.choice(EMOJI[line.label])}"


def custom_emoji(line: ChatLine, random: Random) -> str:
    """Add a server's own emoji that says nothing of a feeling."""
    return f"{line.text} {random.choice(CUSTOM)}"


def code_mixing(line: ChatLine, random: Random) -> str:
    """Begin with a word of the other language that adds no feeling."""
    return random.choice(OPENERS[line.language]) + line.text


def upper_case(line: ChatLine, random: Random) -> str:
    """Shout; Korean knows no upper case."""
    del random
    return line.text.upper()


def elongation(line: ChatLine, random: Random) -> str:
    """Draw out the last letter, or add ~~ and dots as people do."""
    if line.text[-1] in string.ascii_letters:
        return line.text + line.text[-1] * random.randint(2, 5)
    return line.text + random.choice(("~~", "...", "~"))


DISTURBANCES: Final[Mapping[str, Disturbance]] = MappingProxyType(
    {
        "marks": marks,
        "initials": initials,
        "without_spaces": without_spaces,
        "more_spaces": more_spaces,
        "typo": typo,
        "emoji": emoji,
        "custom_emoji": custom_emoji,
        "code_mixing": code_mixing,
        "upper_case": upper_case,
        "elongation": elongation,
    }
)


def _is_open(sign: str) -> bool:
    """Tell whether a sign is a Hangul syllable without a final consonant."""
    return HANGUL_START <= ord(sign) <= HANGUL_END and (ord(sign) - HANGUL_START) % FINALS == 0


def _without(text: str, at: int) -> str:
    return text[:at] + text[at + 1 :]


def _replaced(text: str, at: int) -> str:
    return text[:at] + SLIPS[text[at]] + text[at + 1 :]


def _slipped(text: str, word: re.Match[str], random: Random) -> str:
    at = random.randrange(word.start() + 1, word.end() - 1)
    letter = text[at]
    slip = random.choice((letter * 2, "", text[at + 1] + letter))
    return text[:at] + slip + text[at + (2 if len(slip) == 2 and slip != letter * 2 else 1) :]
