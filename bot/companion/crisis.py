"""Words of suicide or self-harm, found by rules or by a small model beside them.

This looks only at what somebody says to the bot. It uses no network, and keeps nothing. The rules
stand in ``data/crisis_rules.tsv``: they know the plain words, and what only sounds so. The model
(``crisis_model``) knows many more ways of saying it. Either is enough. They are made to miss
little: a helpline that nobody needed costs less than one that was missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, Self

from bot.companion.crisis_model import CrisisModel, joined
from bot.companion.crisis_text import Sentence, sentences
from bot.companion.errors import DataBroken

RULES: Final = "data/crisis_rules.tsv"
NEARBY: Final = 30
"""Characters before an alarm in which somebody may name themselves."""
MASKED: Final = " # "
MODEL: Final = "model"
DOUBT: Final = -2.0
"""Log odds below which a rule is not believed; a helpline is shown all the same."""
MOST_JUDGED: Final = 40
"""Sentences, and pairs of neighbours, that the model reads of one message."""
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
        rules: Names of the rules that spoke, or ``model`` and the concepts that it saw, for tests
            and for explaining; no words of the message.
    """

    about: About
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message looks like.

    Attributes:
        crisis: What speaks for a crisis, if enough does.
        unsure: Whether something does, though not enough: a helpline belongs into the small print.
    """

    crisis: Crisis | None
    unsure: bool


class CrisisDetector:
    """Reads a message by the rules, and by a model where there is one."""

    def __init__(self, rules: Sequence[Rule], model: CrisisModel | None = None) -> None:
        self._rules: Mapping[tuple[View, Role], list[Rule]] = _grouped(rules)
        self._model = model

    @classmethod
    def shipped(cls) -> Self:
        """Return the detector with the rules and the model that are shipped.

        Raises:
            DataBroken: A line of a table cannot be used.
        """
        return cls(_shipped_rules(), CrisisModel.shipped())

    @classmethod
    def plain(cls) -> Self:
        """Return the detector with the rules alone: for words that name death, nothing else.

        Raises:
            DataBroken: A line of the table cannot be used.
        """
        return cls(_shipped_rules())

    def beside(self, model: CrisisModel) -> CrisisDetector:
        """Return these rules with a model beside them."""
        rules = [rule for group in self._rules.values() for rule in group]
        return CrisisDetector(rules, model)

    def find(self, text: str) -> Crisis | None:
        """Return what speaks for a crisis, or ``None``."""
        return self.read(text).crisis

    def read(self, text: str) -> Reading:
        """Return what speaks for a crisis, and whether anything does."""
        parts = sentences(text[:LONGEST])
        found = [hit for one in parts for hit in self._in(one)]
        if self._model is None:
            return Reading(_ruled(found), unsure=False)
        seen = self._seen(parts)
        scored = [(self._score(self._model, one), at) for at, one in enumerate(seen)]
        best, at = max(scored, default=(float("-inf"), 0))
        if found and best >= DOUBT:
            return Reading(_ruled(found), unsure=False)
        if best < self._model.alarm:
            return Reading(None, unsure=bool(found) or best >= self._model.unsure)
        about = self._of_whom(seen[at])
        return Reading(Crisis(about, (MODEL, *self._model.reasons(seen[at]))), unsure=False)

    def _seen(self, parts: Sequence[Sentence]) -> list[Sentence]:
        """Return what the model reads: what one sentence leaves open the next one may say."""
        own = [part for part in parts if not self._set_aside(part)]
        return [*own, *(joined(pair) for pair in pairwise(own))][:MOST_JUDGED]

    def _set_aside(self, part: Sentence) -> bool:
        """Tell whether somebody else's words stand here, or something that is long over."""
        return any(
            text and (self._any(view, Role.QUOTED, text) or self._any(view, Role.OVER, text))
            for view, text in ((View.ENGLISH, part.english), (View.KOREAN, part.korean))
        )

    def _score(self, model: CrisisModel, part: Sentence) -> float:
        """Return the score of a sentence; idioms in it say nothing for a crisis."""
        whole = model.score(part)
        if whole < model.unsure:
            return whole
        masked = Sentence(
            self._without_idioms(View.ENGLISH, part.english),
            self._without_idioms(View.KOREAN, part.korean),
            part.korean_spaced,
        )
        if (masked.english, masked.korean) == (part.english, part.korean):
            return whole
        return min(whole, model.score(Sentence(masked.english, masked.korean, masked.korean)))

    def _without_idioms(self, view: View, text: str) -> str:
        for rule in self._of(view, Role.MASK):
            text = rule.pattern.sub(" ", text)
        return text

    def _of_whom(self, part: Sentence) -> About:
        if self._any(View.KOREAN, Role.THIRD, part.korean):
            return About.OTHER
        others = self._last(View.ENGLISH, Role.THIRD, part.english)
        return (
            About.OTHER
            if others > self._last(View.ENGLISH, Role.FIRST, part.english)
            else About.SELF
        )

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


def _ruled(found: Sequence[tuple[About, Rule]]) -> Crisis | None:
    if not found:
        return None
    somebody = all(about is About.OTHER for about, _ in found)
    names = dict.fromkeys(rule.name for _, rule in found)
    return Crisis(About.OTHER if somebody else About.SELF, tuple(names))


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
