"""The set that the crisis model learns from: templates and free lines by families.

A family is a way of saying it, or a kind of harmless talk. Whole families are held out to measure,
as what a person in a crisis says will be in none of these words.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
TESTS: Final = HERE.parents[1] / "tests" / "data"
CHOICE: Final = re.compile(r"\{([^{}]*)\}")
MOST: Final = {"crisis": 10, "harmless": 24}
"""Wordings taken from one template, far apart in its list."""
KOREAN: Final = re.compile("[가-힣ㄱ-ㅣ]")
CHAT: Final = HERE.parents[1] / "classifiers/training/chat/lines"
EVERYDAY: Final = 900
"""Lines taken of each emotion and language."""
WORDLESS: Final = "faces/"
"""Scenarios of the chat corpus whose lines are faces and cries, no sentences."""
LANGUAGES: Final = ("ko", "en")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the set.

    Attributes:
        language: ``ko`` or ``en``.
        family: The way of saying it, with language and label.
        crisis: Whether it is one.
        text: Own words.
        template: What it was composed from; its own text where it was written alone.
    """

    language: str
    family: str
    crisis: bool
    text: str
    template: str


def composed() -> list[Line]:
    """Return the composed lines of both languages, each once, always the same."""
    found: dict[str, Line] = {}
    for language in LANGUAGES:
        for label in MOST:
            for line in _of(language, label):
                found.setdefault(line.text, line)
    return list(found.values())


def _of(language: str, label: str) -> Iterator[Line]:
    family = ""
    path = HERE / f"{language}_{label}.txt"
    for row in path.read_text("utf-8").splitlines():
        if not row or row.startswith("#"):
            continue
        if row.startswith("["):
            family = f"{language} {label}: {row.strip('[]')}"
            continue
        for text in wordings(row, MOST[label]):
            yield Line(language, family, label == "crisis", text, row)


def free() -> list[Line]:
    """Return lines that people who knew neither rules nor tests wrote one by one, by families."""
    found: dict[str, Line] = {}
    for language in LANGUAGES:
        for label in MOST:
            path = HERE / f"{language}_{label}_lines.tsv"
            for row in path.read_text("utf-8").splitlines():
                family, text = row.split("\t")
                name = f"{language} {label}: {family}"
                line = Line(language, name, label == "crisis", text, text)
                found.setdefault(text, line)
    return list(found.values())


def independent() -> list[Line]:
    """Return the independent set: written apart from everything else, never learnt from."""
    found = []
    for row in (TESTS / "crisis_independent.tsv").read_text("utf-8").splitlines()[1:]:
        language, label, kind, text = row.split("\t")
        found.append(Line(language, f"{language} {label}: {kind}", label == "crisis", text, text))
    return found


def written(*, test: bool) -> list[Line]:
    """Return the lines that were written one by one: the test halves, or all others."""
    found = []
    for name in ("crisis_dev", "crisis_en", "crisis_ko"):
        for row in (TESTS / f"{name}.tsv").read_text("utf-8").splitlines()[1:]:
            label, _, text = row.split("\t")
            if test == (name != "crisis_dev" and in_test(text)):
                language = "ko" if KOREAN.search(text) else "en"
                family = f"{language} {label}: written"
                found.append(Line(language, family, label == "crisis", text, text))
    return found


def everyday() -> list[Line]:
    """Return ordinary chat: a part of the lines that the classifier learns from.

    They were written for the nine emotions, with none that wishes to die; what a rule alarms for is
    left out by whoever learns from them, and so are faces without words. Each fourth is two lines
    in one.
    """
    chance = random.Random(7)
    found = []
    for path in sorted(CHAT.glob("*.tsv")):
        language = path.name[:2]
        rows = [row.split("\t") for row in path.read_text("utf-8").splitlines()[1:]]
        texts = sorted({row[1] for row in rows if row[1] and not row[0].startswith(WORDLESS)})
        chosen = chance.sample(texts, min(len(texts), EVERYDAY))
        for at, text in enumerate(chosen):
            whole = f"{text} {chosen[at - 1]}" if at % 4 == 0 else text
            found.append(Line(language, f"{path.stem}: everyday", False, whole, text))
    return found


def in_test(text: str) -> bool:
    """Tell whether a written line is in the test half, by a hash of the text."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def wordings(template: str, most: int) -> list[str]:
    """Return up to so many wordings of a template, chosen by a seed of its own."""
    parts = CHOICE.split(template)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    count = prod(len(choice) for choice in choices)
    chance = random.Random(template)
    if count <= most:
        chosen = list(product(*choices))
    else:
        # Each choice runs through its options in turn, so that each is seen as often.
        decks = [_deck(choice, most, chance) for choice in choices]
        chosen = list(dict.fromkeys(zip(*decks, strict=True)))
    texts = (re.sub(r"\s+([,.?!])", r"\1", " ".join("".join(one).split())) for one in chosen)
    return list(dict.fromkeys(text for text in texts if text))


def _deck(choice: list[str], count: int, chance: random.Random) -> list[str]:
    deck: list[str] = []
    while len(deck) < count:
        deck += chance.sample(choice, len(choice))
    return deck[:count]
