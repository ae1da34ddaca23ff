"""Does a verdict survive that people type the same thing differently?

Every line of the chat corpus' test part is judged as it stands and disturbed in each way of
``disturbances``; a verdict survives if the label stays. Negation pairs ask the opposite: the
verdict on "진짜 행복하다" must not stay for "하나도 안 행복해".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import Final

from classifiers.classifier import Classifier
from classifiers.emotion import Emotion
from classifiers.evaluation.disturbances import DISTURBANCES, Disturbance
from classifiers.evaluation.errors import EvaluationError
from classifiers.training.chat import ChatLine

NEGATION: Final = "negation_pairs"


@dataclass(frozen=True, slots=True)
class Survival:
    """How many verdicts survive; shares in [0, 1].

    Attributes:
        shares: By disturbance, of the lines that it changes; and of the negation pairs.
        counts: How many lines, or pairs, each share is of.
    """

    shares: Mapping[str, float]
    counts: Mapping[str, int]

    @property
    def overall(self) -> float:
        """Mean over every single disturbed line and pair."""
        total = sum(self.counts.values())
        return sum(self.shares[name] * count for name, count in self.counts.items()) / total


def disturbed(lines: Sequence[ChatLine], name: str, *, seed: int = 0) -> list[tuple[str, str]]:
    """Return the lines that a disturbance changes: the text before and after.

    The same seed gives the same texts, whichever other disturbances are asked for.
    """
    # A text as the seed is hashed by its content, so every process draws alike.
    random = Random(f"{name}:{seed}")  # noqa: S311 - test texts are no secrets
    disturb: Disturbance = DISTURBANCES[name]
    pairs = [(line.text, disturb(line, random)) for line in lines]
    return [(before, after) for before, after in pairs if before != after]


def negation_pairs() -> list[tuple[str, str]]:
    """Return hand-written pairs: a feeling, and a line that denies it with the same word."""
    text = files("classifiers.evaluation").joinpath("negation_pairs.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return [(felt, denied) for felt, denied in rows]


async def survival(classifier: Classifier, lines: Sequence[ChatLine], *, seed: int = 0) -> Survival:
    """Measure a started classifier on the disturbed lines and the negation pairs.

    Raises:
        EvaluationError: There are no lines.
    """
    if not lines:
        msg = "there are no lines to disturb"
        raise EvaluationError(msg)
    shares, counts = {}, {}
    for name in DISTURBANCES:
        pairs = disturbed(lines, name, seed=seed)
        if pairs:
            same = await _same_label(classifier, pairs)
            shares[name], counts[name] = sum(same) / len(same), len(same)
    pairs = negation_pairs()
    moved = [not same for same in await _same_label(classifier, pairs)]
    shares[NEGATION], counts[NEGATION] = sum(moved) / len(moved), len(moved)
    return Survival(shares, counts)


async def _same_label(classifier: Classifier, pairs: Sequence[tuple[str, str]]) -> list[bool]:
    before = await _labels(classifier, [first for first, _ in pairs])
    after = await _labels(classifier, [second for _, second in pairs])
    return [one == other for one, other in zip(before, after, strict=True)]


async def _labels(classifier: Classifier, texts: Sequence[str]) -> list[Emotion | None]:
    size = classifier.info.max_batch
    batches = (texts[start : start + size] for start in range(0, len(texts), size))
    return [each.label for batch in batches for each in await classifier.classify(batch)]
