"""From hits to a verdict: the rules that need the whole message, then the arithmetic."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.lexicon.hits import (
    CONTRAST,
    DIMINISHED,
    GRAPHIC,
    LAUGHTER,
    TEARS,
    Hit,
)
from classifiers.text import NormalisedText

ALPHA: Final = 15.0
"""VADER's constant: a sum of 4, one very strong word, becomes a valence of 0.72."""
EXCLAMATION: Final = 0.292
QUESTION_MARK: Final = 0.18
MANY_QUESTION_MARKS: Final = 0.96
"""VADER's emphasis for each of at most four '!', each of two or three '?', and for more '?'."""

NEUTRAL_PRIOR: Final = 0.9
EMOTION_PRIOR: Final = 0.04
"""Evidence that each class has before anything is read: alone, 0.9 / 1.22 = 74 % neutral."""
SHARPNESS: Final = 1.15

CLAUSE_BEFORE: Final = 0.5
CLAUSE_AFTER: Final = 1.5
ASKED: Final = 0.5
ASKABLE: Final = 0.5
"""Below this effect a word is an exclamation (헐?), whose question mark belongs to it."""
REPEATED: Final = 0.4
IRONIC_LAUGHTER: Final = 0.3
HAPPY_TEARS: Final = 0.4

CONTRASTS: Final = re.compile(
    r"지만|[는은인한던운된]데(?!도)|하지만|근데|그런데|그래도|그러나|반면|[가-힣]긴 (?:한|했|하)"
)
JAMO: Final = re.compile(r"(?P<laughter>[ㅋㅎ]{2,})|(?P<tears>[ㅠㅜ]+)")
SENTENCE_END: Final = re.compile(r"[.!?~\n]|[ㅋㅎㅠㅜ]{2}")

JOY: Final = EMOTIONS.index(Emotion.JOY)
SADNESS: Final = EMOTIONS.index(Emotion.SADNESS)
NEUTRAL: Final = EMOTIONS.index(Emotion.NEUTRAL)
DISTINCT: Final = {
    EMOTIONS.index(Emotion.HURT): 1.35,
    EMOTIONS.index(Emotion.FEAR): 1.35,
    EMOTIONS.index(Emotion.DISGUST): 1.1,
    EMOTIONS.index(Emotion.EMBARRASSMENT): 1.2,
    EMOTIONS.index(Emotion.SURPRISE): 1.3,
}
"""How much more a word of a particular emotion says than one of plain sadness, anger or joy."""

INDIFFERENT: Final = frozenset({NEUTRAL, EMOTIONS.index(Emotion.SURPRISE)})
COUNT: Final = len(EMOTIONS)


def settle(hits: list[Hit], message: NormalisedText, text: str) -> list[Hit]:
    """Apply the rules between the pieces, in place, and return all pieces in order."""
    _fade_repeats(hits)
    _weigh_questions(hits, text)
    _weigh_clauses(hits, text)
    spoken = sum(hit.effect for hit in hits)
    if not text.isascii():
        hits += _jamo_hits(hits, spoken, message, text)
    if len(hits) > 1:
        hits.sort(key=lambda hit: hit.start)
    return hits


def valence(hits: Sequence[Hit], text: str) -> float:
    """Return the valence in [-1, 1]: VADER's squashing of the summed effects.

    Punctuation pushes away from zero as it does in VADER, so that a plain English text has
    VADER's compound.
    """
    total = sum(hit.effect for hit in hits)
    if total == 0:
        return 0.0
    total += math.copysign(_emphasis(text), total)
    return round(total / math.sqrt(total * total + ALPHA), 4)


def probabilities(hits: Sequence[Hit], valence: float) -> tuple[float, ...]:
    """Return nine probabilities in the order of ``EMOTIONS``.

    Each class starts with a little evidence (the prior; most of it for neutral), each piece adds
    its weights; evidence against the sign of the valence counts for less the further the valence
    is from 0. The shares of the sums, sharpened by a power, are the probabilities.
    """
    evidence = [EMOTION_PRIOR] * COUNT
    evidence[NEUTRAL] = NEUTRAL_PRIOR
    for hit in hits:
        for index, weight in hit.weights:
            evidence[index] += weight * DISTINCT.get(index, 1.0) * _agreement(index, valence)
    powers = [value**SHARPNESS for value in evidence]
    total = sum(powers)
    return tuple([power / total for power in powers])


def _agreement(index: int, valence: float) -> float:
    if index in INDIFFERENT:
        return 1.0
    return 1.0 + valence if index == JOY else 1.0 - valence


def _emphasis(text: str) -> float:
    exclamations = min(text.count("!"), 4) * EXCLAMATION
    questions = text.count("?")
    if questions < 2:
        return exclamations
    return exclamations + (questions * QUESTION_MARK if questions <= 3 else MANY_QUESTION_MARKS)


def _fade_repeats(hits: list[Hit]) -> None:
    """Let the second of the same piece say less than the first, the third less again.

    English words are left alone: VADER counts them all, and its compound is to be met.
    """
    seen: dict[str, float] = {}
    for hit in hits:
        if hit.rule in GRAPHIC or not hit.surface.isascii():
            factor = seen.get(hit.surface, 1.0)
            seen[hit.surface] = factor * REPEATED
            if factor < 1:
                hit.scale(factor, hit.rule)


def _weigh_questions(hits: list[Hit], text: str) -> None:
    """Halve a Korean word in a sentence that asks: 괜찮아? says little of who asks."""
    if "?" not in text:
        return
    for hit in hits:
        if abs(hit.effect) >= ASKABLE and not hit.surface.isascii() and hit.rule not in GRAPHIC:
            end = SENTENCE_END.search(text, hit.end)
            if end is not None and text[end.start() : end.start() + 2] in {"?", "? "}:
                hit.scale(ASKED, DIMINISHED)


def _weigh_clauses(hits: list[Hit], text: str) -> None:
    """Weigh what follows the last Korean 'but' more than what stands before it."""
    effects = [hit.effect for hit in hits if hit.effect and hit.rule not in GRAPHIC]
    if not effects or min(effects) >= 0 or max(effects) <= 0:
        return
    turns = [found.start() for found in CONTRASTS.finditer(text)]
    spoken = [hit for hit in hits if hit.effect and hit.rule not in GRAPHIC]
    turns = [turn for turn in turns if spoken[0].start < turn < spoken[-1].start]
    if not turns:
        return
    for hit in spoken:
        hit.scale(CLAUSE_BEFORE if hit.start < turns[-1] else CLAUSE_AFTER, CONTRAST)


def _jamo_hits(hits: list[Hit], spoken: float, message: NormalisedText, text: str) -> list[Hit]:
    """Return the first laughter and the first tears that are not part of an emoticon."""
    first: dict[str | None, re.Match[str]] = {}
    for run in JAMO.finditer(text):
        inside = any(hit.start <= run.start() < hit.end for hit in hits)
        if not inside:
            first.setdefault(run.lastgroup, run)
    return [_jamo_hit(run, spoken, message) for run in first.values()]


def _jamo_hit(run: re.Match[str], spoken: float, message: NormalisedText) -> Hit:
    """Read laughter and tears by the company they keep.

    Laughter over bad news is a shrug, tears over good news are delight.
    """
    surface = run.group()
    if run.lastgroup == LAUGHTER:
        effect = 0.7 + 0.1 * min(message.laughter, 10)
        effect *= IRONIC_LAUGHTER if spoken < 0 else 1.0
        return Hit(run.start(), run.end(), surface, effect, ((JOY, max(effect, 0.4)),), LAUGHTER)
    strength = 1.2 + 0.15 * min(message.tears, 6)
    if spoken > 0:
        effect = strength * HAPPY_TEARS
        return Hit(run.start(), run.end(), surface, effect, ((JOY, effect),), TEARS)
    return Hit(run.start(), run.end(), surface, -strength, ((SADNESS, strength),), TEARS)
