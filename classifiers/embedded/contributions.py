"""How much each word added to a verdict: Shapley values, estimated by sampling.

Strumbelj and Kononenko 2014, "Explaining prediction models and individual predictions with feature
contributions": words are added one by one in orders of chance, and what each adds is averaged. To
leave out one word after the other would not do: where two words each suffice, neither is missed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import Evidence
from classifiers.embedded.reading import NEUTRAL_AT
from classifiers.emotion import EMOTIONS
from classifiers.prediction import Prediction

ORDERS: Final = 8
"""Orders of chance; each is also walked backwards, which halves the error."""

MOST_WORDS: Final = 40
"""Words of a long message that are looked at, from its beginning."""

MOST_PIECES: Final = 8
"""Pieces of evidence that are told."""

NOTABLE: Final = 0.1
"""A smaller share of a probability or of the valence is not worth telling."""

"""A word that only makes a message more neutral moves nothing."""


def contributions(
    text: str, predict: Callable[[Sequence[str]], list[Prediction]]
) -> list[Evidence]:
    """Return the words that moved the verdict most, in the order of the text.

    Args:
        text: Normalised.
        predict: Judges texts.
    """
    words = text.split(" ")[:MOST_WORDS]
    gains = _gains(words, predict)
    weight = np.abs(np.delete(gains, NEUTRAL_AT, axis=1)).max(axis=1)
    told = sorted(np.argsort(-weight, kind="stable")[:MOST_PIECES].tolist())
    return [_evidence(words[at], gains[at]) for at in told if weight[at] >= NOTABLE]


def _gains(
    words: Sequence[str], predict: Callable[[Sequence[str]], list[Prediction]]
) -> NDArray[np.float64]:
    """Return float64[words, 10], what each word adds to the emotions and to the valence."""
    orders = _orders(len(words))
    walks = [order[:count] for order in orders for count in range(len(words) + 1)]
    texts = [" ".join(words[at] for at in sorted(walk)) for walk in walks]
    judged = [(*each.probabilities, each.valence) for each in predict(texts)]
    steps = np.array(judged).reshape(len(orders), len(words) + 1, len(EMOTIONS) + 1)
    gains = np.zeros((len(words), len(EMOTIONS) + 1))
    for order, walked in zip(orders, steps, strict=True):
        for at, (before, after) in zip(order, pairwise(walked), strict=True):
            gains[at] += (after - before) / len(orders)
    return gains


def _orders(count: int) -> list[list[int]]:
    chance = random.Random(0)  # noqa: S311  (no secret: the same text is explained the same way)
    ahead = [chance.sample(range(count), count) for _ in range(ORDERS)]
    return [*ahead, *(order[::-1] for order in ahead)]


def _evidence(word: str, gains: NDArray[np.float64]) -> Evidence:
    best = int(gains[:-1].argmax())
    emotion = EMOTIONS[best] if gains[best] >= NOTABLE else None
    rule = "word" if any(map(str.isalpha, word)) else "emoji"
    surface = word.strip(",.!?;:") or word
    return Evidence(surface, float(np.clip(gains[-1], -1, 1)), emotion, rule)
