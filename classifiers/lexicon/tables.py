"""The lexicon's data: tab-separated tables that ship with the package.

Every table has four columns, ``form``, ``kind``, ``valence`` and ``emotions``. The valence of a
word lies in [-4, 4] (VADER's scale), that of a modifier is the factor by which it strengthens or
weakens. Emotions are joined by ``+``, the first one the stronger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.lexicon.conjugation import surfaces

SHARES: Final = {0: (), 1: (1.0,), 2: (0.65, 0.35), 3: (0.5, 0.3, 0.2)}
"""How one word's weight is split between the emotions it names."""

LEAST_WEIGHT: Final = 1.5
"""Evidence for an emotion that a word without much valence (a surprise) carries."""


class Kind(StrEnum):
    """How the form of a row is to be found in a text."""

    WORD = "word"  # anywhere
    START = "start"  # at the start of a Korean word
    WHOLE = "whole"  # a Korean word of its own
    STEM = "stem"  # a verb or adjective in its dictionary form, conjugated
    STEM_START = "stem-start"  # the same, at the start of a Korean word
    STEM_PIEUP = "stem-ㅂ"  # the same, with an irregular ㅂ
    BLOCK = "block"  # says nothing, but hides the shorter words in it
    BOOST = "boost"
    DIMINISH = "diminish"
    PREFIX = "prefix"  # a booster that is glued to its word, as in 개좋다
    EMOJI = "emoji"
    FACE = "face"
    NAME = "name"  # a word in the name of a custom emoji
    CUE = "cue"  # an English word whose valence VADER knows; * stands for any ending
    OWN = "own"  # an English word that VADER does not know
    PHRASE = "phrase"  # English words that mean something else together


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what a form says.

    Attributes:
        kind: How it is found.
        valence: In [-4, 4], or the factor of a modifier.
        weights: Index into ``EMOTIONS`` and weight, for each emotion it speaks for.
    """

    kind: Kind
    valence: float
    weights: tuple[tuple[int, float], ...]

    @property
    def emotion(self) -> Emotion | None:
        """The emotion that it speaks for most."""
        return EMOTIONS[self.weights[0][0]] if self.weights else None


@dataclass(frozen=True, slots=True)
class Row:
    """A form as it stands in a table, with what it says."""

    form: str
    entry: Entry


def read_table(name: str) -> Iterator[Row]:
    """Yield the rows of a table of the package.

    Raises:
        ValueError: A row names an unknown kind or emotion, or its valence is no number.
    """
    text = (files("classifiers.lexicon") / "data" / f"{name}.tsv").read_text("utf-8")
    for line in text.splitlines()[1:]:
        form, kind, valence, emotions = line.split("\t")
        yield Row(form, Entry(Kind(kind), float(valence), _weights(emotions, float(valence))))


def korean_surfaces(row: Row) -> frozenset[str]:
    """Return the strings that a row of the Korean table is found by.

    A form of several words is also found without its blanks: chat rarely spaces by the book.
    """
    kind = row.entry.kind
    conjugated = kind in {Kind.STEM, Kind.STEM_START, Kind.STEM_PIEUP}
    spaced = (
        surfaces(row.form, irregular=kind is Kind.STEM_PIEUP)
        if conjugated
        else frozenset({row.form})
    )
    glued = {form.replace(" ", "") for form in spaced if not form.endswith(" ")}
    return spaced | glued


def _weights(emotions: str, valence: float) -> tuple[tuple[int, float], ...]:
    names = [Emotion(name) for name in emotions.split("+")] if emotions else []
    strength = max(abs(valence), LEAST_WEIGHT)
    shares = SHARES[len(names)]
    return tuple(
        (EMOTIONS.index(name), strength * share) for name, share in zip(names, shares, strict=True)
    )
