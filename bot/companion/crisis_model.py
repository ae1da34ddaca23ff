"""A small statistical model beside the rules: n-grams and concepts, one weight each.

Logistic regression over hashed n-grams (``crisis_grams``) and over what the sentence speaks of
(``data/crisis_concepts.tsv``), alone and in pairs: "wish" with "gone" says more than either. The
weights are in ``data/crisis_model.npz``; ``benchmarks/crisis.py --train`` makes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from bot.companion.crisis_grams import HANGUL, bucket_of, buckets, word_grams
from bot.companion.crisis_text import Sentence
from bot.companion.errors import DataBroken

CONCEPTS: Final = "data/crisis_concepts.tsv"
WEIGHTS: Final = "data/crisis_model.npz"
CONCEPT_VALUE: Final = 0.2
"""Value of a concept or a pair of them; the n-grams of a sentence have length 1 together."""
KOREAN: Final = "ko"


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that a sentence may speak of."""

    view: str
    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt.

    Attributes:
        steps: int8[2 ** BITS], a weight for each bucket, in units of ``scale``.
        scale: Of a step.
        bias: Added to each score.
        alarm: Score from which on it is taken for a crisis.
        unsure: Score from which on a helpline is shown beside the usual answer.
    """

    steps: NDArray[np.int8]
    scale: float
    bias: float
    alarm: float
    unsure: float


class Features:
    """Turns sentences into buckets and values."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self._concepts = concepts

    @classmethod
    def shipped(cls) -> Self:
        """Return those of the concepts that are shipped.

        Raises:
            DataBroken: A line of the table cannot be used.
        """
        return cls(_shipped_concepts())

    def of(self, sentence: Sentence) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the buckets of a sentence and the value in each; a bucket may come twice."""
        grams = buckets(sentence)
        named = np.array([_bucket(name) for name in self.spoken_of(sentence)], np.int64)
        values = np.full(len(grams), 1 / np.sqrt(max(1, len(grams))))
        spoken = np.full(len(named), CONCEPT_VALUE)
        return np.concatenate([grams, named]), np.concatenate([values, spoken])

    def spoken_of(self, sentence: Sentence) -> list[str]:
        """Return the names of concepts that a sentence speaks of, and of all pairs of them."""
        view = KOREAN if HANGUL.search(sentence.korean) else "en"
        text = sentence.korean if view == KOREAN else sentence.english
        found = [
            f"{view}:{concept.name}"
            for concept in self._concepts
            if concept.view == view and concept.pattern.search(text)
        ]
        return [*found, *(f"{left}+{right}" for left, right in combinations(found, 2))]


class CrisisModel:
    """Scores sentences; nothing in it changes."""

    def __init__(self, weights: Weights, features: Features) -> None:
        self._weights = weights
        self._features = features
        self.alarm = weights.alarm
        self.unsure = weights.unsure

    @classmethod
    def shipped(cls) -> Self:
        """Return the model that is shipped.

        Raises:
            DataBroken: A table cannot be used.
        """
        return cls(_shipped_weights(), Features.shipped())

    def score(self, sentence: Sentence) -> float:
        """Return the log odds of a crisis, of a set where both are as frequent."""
        if not sentence.english.strip() and not sentence.korean.strip():
            return -np.inf
        places, values = self._features.of(sentence)
        total = float(self._weights.steps.take(places) @ values)
        return total * self._weights.scale + self._weights.bias

    def reasons(self, sentence: Sentence, most: int = 3) -> tuple[str, ...]:
        """Return the names of the concepts that spoke most for a crisis; no words of anybody."""
        names = self._features.spoken_of(sentence)
        weighed = sorted(((int(self._weights.steps[_bucket(n)]), n) for n in names), reverse=True)
        return tuple(name for weight, name in weighed[:most] if weight > 0)

    def words(self, sentence: Sentence) -> list[tuple[str, float]]:
        """Return the readable n-grams and what each adds, the largest first: for whoever tunes."""
        length = np.sqrt(max(1, len(buckets(sentence))))
        weights, scale = self._weights.steps, self._weights.scale / length
        found = {gram: float(weights[bucket_of(gram)] * scale) for gram in word_grams(sentence)}
        return sorted(found.items(), key=lambda one: -one[1])


def joined(parts: Sequence[Sentence]) -> Sentence:
    """Return several sentences as one."""
    return Sentence(
        " ".join(part.english for part in parts),
        "".join(part.korean for part in parts),
        " ".join(part.korean_spaced for part in parts),
    )


def read_concepts(text: str) -> Iterator[Concept]:
    """Yield the concepts of a table.

    Raises:
        DataBroken: A line has not three columns, or is no pattern.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if number == 1 or not line or line.startswith("#"):
            continue
        try:
            view, name, pattern = line.split("\t")
            yield Concept(view, name, re.compile(pattern))
        except (ValueError, re.error) as error:
            msg = f"line {number} of the crisis concepts cannot be used: {error}"
            raise DataBroken(msg) from error


@cache
def _bucket(name: str) -> int:
    return bucket_of(f"c:{name}")


@cache
def _shipped_concepts() -> tuple[Concept, ...]:
    text = files("bot.companion").joinpath(CONCEPTS).read_text("utf-8")
    return tuple(read_concepts(text))


@cache
def _shipped_weights() -> Weights:
    with (
        files("bot.companion").joinpath(WEIGHTS).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        scale, bias, alarm, unsure = (float(one) for one in arrays["numbers"])
        return Weights(arrays["steps"], scale, bias, alarm, unsure)
