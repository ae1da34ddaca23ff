"""A classifier that says what it is told: its verdict stands in the text itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import Classifier, ModelInfo, ThreadClassifier
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.heads import Head
from classifiers.prediction import Prediction

INFO = ModelInfo("parrot", "1", ("en",), max_batch=3)
HEADS = MappingProxyType(
    {
        "taste": Head("taste", ("bitter", "sweet", "sour")),
        "moods": Head("moods", ("calm", "glad", "tense"), multi_label=True),
    }
)


class Beak:
    """Reads ``joy 0.7`` as joy with probability 0.7; the valence is what follows, if anything."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [_said(text) for text in texts]


class Parrot(ThreadClassifier):
    """Its heads read three numbers."""

    def __init__(self) -> None:
        super().__init__(INFO, Beak)

    def heads(self) -> Mapping[str, Head]:
        return HEADS

    async def classify_head(self, name: str, texts: Sequence[str]) -> NDArray[Any]:
        assert name in HEADS
        assert len(texts) <= INFO.max_batch
        return np.array([[float(word) for word in text.split()] for text in texts])


def create(options: Mapping[str, str]) -> Classifier:
    assert not options
    return Parrot()


def _said(text: str) -> Prediction:
    label, claimed, valence = [*text.split(), "1", "0"][:3]
    rest = (1 - float(claimed)) / (len(EMOTIONS) - 1)
    probabilities = dict.fromkeys(EMOTIONS, rest) | {Emotion(label): float(claimed)}
    return Prediction.of(probabilities, valence=float(valence), language="en", model=INFO.model)
