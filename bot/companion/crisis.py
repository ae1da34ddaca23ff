"""Words of suicide or self-harm, found by rules that can be read and that say which one spoke.

This looks only at what somebody says to the bot. It uses no model and no network, and keeps
nothing. The rules stand in ``data/crisis_rules.tsv``; how well they do is measured on
``tests/data/crisis_*.tsv``. They are made to miss little: a helpline that nobody needed costs less
than one that was missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, Self

from bot.companion.crisis_text import Sentence, sentences
from bot.companion.errors import DataBroken

RULES: Final = "data/crisis_rules.tsv"
NEARBY: Final = 30
"""Characters before an alarm in which somebody may name themselves."""
MASKED: Final = " # "
LONGEST: Final = 4000
"""Characters that are read: Discord's own limit."""


class Role(StrEnum):
    """What a rule is for."""

    MASK = "mask"
    ALARM = "alarm"
    NAMED = "named"
    LESSON = "lesson"
    QUOTED = "quoted"
    TOLD = "told"
    OVER = "over"
    THIRD = "third"
    FIRST = "first"


class View(StrEnum):
    """Which view of a sentence a rule reads."""

    ENGLISH = "en"
    KOREAN = "ko"
    KOREAN_SPACED = "ko-spaced"


class About(StrEnum):
    """Whose life it is about."""

    SELF = "self"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    view: View
    role: Role
    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Crisis:
    """That somebody seems to be in a crisis.

    Attributes:
        about: The one who writes, or somebody they know.
        rules: Names of the rules that spoke, for tests and for explaining; no words of the message.
    """

    about: About
    rules: tuple[str, ...]


class CrisisDetector:
    """Reads a message by the rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules: Mapping[tuple[View, Role], list[Rule]] = _grouped(rules)

    @classmethod
    def shipped(cls) -> Self:
        """Return the detector with the rules that are shipped.

        Raises:
            DataBroken: A line of the table cannot be used.
        """
        return cls(_shipped_rules())

    def find(self, text: str) -> Crisis | None:
        """Return what speaks for a crisis, or ``None``."""
        found = [hit for one in sentences(text[:LONGEST]) for hit in self._in(one)]
        if not found:
            return None
        somebody = all(about is About.OTHER for about, _ in found)
        names = dict.fromkeys(rule.name for _, rule in found)
        return Crisis(About.OTHER if somebody else About.SELF, tuple(names))

    def _in(self, sentence: Sentence) -> Iterator[tuple[About, Rule]]:
        yield from self._hits(View.ENGLISH, View.ENGLISH, sentence.english)
        yield from self._hits(View.KOREAN, View.KOREAN, sentence.korean)
        yield from self._hits(View.KOREAN_SPACED, View.KOREAN, sentence.korean_spaced)

    def _hits(self, view: View, context: View, text: str) -> Iterator[tuple[About, Rule]]:
        if not text or self._any(context, Role.QUOTED, text) or self._any(context, Role.OVER, text):
            return
        told = self._any(context, Role.TOLD, text)
        masked = text
        for rule in self._of(view, Role.MASK):
            masked = rule.pattern.sub(MASKED, masked)
        for rule in self._of(view, Role.ALARM):
            hit = rule.pattern.search(masked)
            if hit is not None and not (told and not self._own(context, masked, hit)):
                yield self._about(context, masked, hit), rule
        if told or self._any(context, Role.LESSON, text):
            return
        for rule in self._of(view, Role.NAMED):
            hit = rule.pattern.search(masked)
            if hit is not None:
                yield self._about(context, masked, hit), rule

    def _own(self, view: View, text: str, hit: re.Match[str]) -> bool:
        """Tell whether somebody names themselves at an alarm, or shortly before."""
        return self._any(view, Role.FIRST, text[max(0, hit.start() - NEARBY) : hit.end()])

    def _about(self, view: View, text: str, hit: re.Match[str]) -> About:
        if view is View.KOREAN:
            squeezed = "".join(text.split())
            other = self._any(view, Role.THIRD, squeezed)
            return About.OTHER if other else About.SELF
        others = self._last(view, Role.THIRD, text[: hit.end()])
        own = self._last(view, Role.FIRST, text[: hit.end()])
        return About.OTHER if others > own else About.SELF

    def _last(self, view: View, role: Role, text: str) -> int:
        ends = [hit.end() for rule in self._of(view, role) for hit in rule.pattern.finditer(text)]
        return max(ends, default=-1)

    def _any(self, view: View, role: Role, text: str) -> bool:
        return any(rule.pattern.search(text) for rule in self._of(view, role))

    def _of(self, view: View, role: Role) -> list[Rule]:
        return self._rules.get((view, role), [])


def _grouped(rules: Sequence[Rule]) -> dict[tuple[View, Role], list[Rule]]:
    grouped: dict[tuple[View, Role], list[Rule]] = {}
    for rule in rules:
        grouped.setdefault((rule.view, rule.role), []).append(rule)
    return grouped


@cache
def _shipped_rules() -> tuple[Rule, ...]:
    text = files("bot.companion").joinpath(RULES).read_text("utf-8")
    return tuple(read_rules(text))


def read_rules(text: str) -> Iterator[Rule]:
    """Yield the rules of a table.

    Raises:
        DataBroken: A line has not four columns, or one of them means nothing.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if number == 1 or not line or line.startswith("#"):
            continue
        try:
            view, role, name, pattern = line.split("\t")
            yield Rule(View(view), Role(role), name, re.compile(pattern))
        except (ValueError, re.error) as error:
            msg = f"line {number} of the crisis rules cannot be used: {error}"
            raise DataBroken(msg) from error
