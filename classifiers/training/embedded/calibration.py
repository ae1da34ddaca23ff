"""Temperatures: one number a language that makes probabilities mean what they say.

Guo et al. 2017, "On Calibration of Modern Neural Networks": scores divided by one temperature,
chosen for the smallest log loss on held-out lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import plain
from classifiers.embedded.model import Model
from classifiers.embedded.predictor import EMOTION_HEAD, softmax
from classifiers.embedded.weights import Weights
from classifiers.emotion import EMOTIONS
from classifiers.training.chat import ChatLine

Floats = NDArray[np.float32]

CANDIDATES: Final = np.round(np.geomspace(0.3, 5, 113), 3)
FEWEST: Final = 50
"""Fewer lines than this say nothing of a temperature; it stays 1."""


def fitted(weights: Weights, lines: Sequence[ChatLine]) -> dict[str, float]:
    """Return a temperature a language, and their geometric mean as that of ``und``.

    Args:
        weights: A trained model.
        lines: Held-out lines to fit on.
    """
    model = Model(weights)
    found = {}
    for language in weights.card.languages:
        spoken = [line for line in lines if line.language == language]
        found[language] = _temperature(model, spoken) if len(spoken) >= FEWEST else 1.0
    found["und"] = round(float(np.exp(np.mean(np.log(list(found.values()))))), 3)
    return found


def best_temperature(scores: Floats, labels: NDArray[np.int64]) -> float:
    """Return the temperature with the smallest log loss.

    Args:
        scores: float32[n, classes].
        labels: int64[n], the class that holds.
    """
    losses = [_log_loss(scores / np.float32(each), labels) for each in CANDIDATES]
    return float(CANDIDATES[int(np.argmin(losses))])


def _temperature(model: Model, lines: Sequence[ChatLine]) -> float:
    scores, _ = model.scores([plain(line.text) for line in lines])
    labels = np.array([EMOTIONS.index(line.label) for line in lines])
    return best_temperature(scores[:, model.columns[EMOTION_HEAD]], labels)


def _log_loss(scores: Floats, labels: NDArray[np.int64]) -> float:
    chances = softmax(scores)[np.arange(len(labels)), labels]
    return float(-np.log(chances + 1e-9).mean())
