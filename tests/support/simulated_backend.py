"""The simulated classifier as a backend that knows how it errs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from classifiers.classifier import Classifier, ModelInfo, ThreadClassifier
from classifiers.prediction import Prediction
from tests.support.simulated import MODEL, correction

INFO = ModelInfo(*MODEL.split("@"), ("en",), correction=correction(np.random.default_rng(0)))


class Mute:
    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        raise NotImplementedError


def create(options: Mapping[str, str]) -> Classifier:
    assert not options
    return ThreadClassifier(INFO, Mute)
