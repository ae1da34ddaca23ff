"""Two numbers a language that make probabilities mean what they say.

Guo et al. 2017, "On Calibration of Modern Neural Networks", divide scores by one temperature,
chosen for the smallest log loss on held-out lines. A few lines with a surprising label then hold
the temperature up and make all other verdicts too timid; so a share of doubt, spread evenly over
the classes, is chosen along with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.features import plain
from classifiers.embedded.model import Network
from classifiers.embedded.predictor import EMOTION_HEAD, FEELINGS
from classifiers.embedded.reading import calibrated
from classifiers.embedded.weights import Calibration, Weights
from classifiers.emotion import EMOTIONS
from classifiers.training.chat import ChatLine

Floats = NDArray[np.float32]

TEMPERATURES: Final = np.round(np.geomspace(0.3, 5, 113), 3).tolist()
DOUBTS: Final = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12)
FEWEST: Final = 50
"""Fewer lines than this say nothing of a language; its scores stay as they are."""

CHUNK: Final = 256


def fitted(weights: Weights, lines: Sequence[ChatLine]) -> dict[str, Calibration]:
    """Return a calibration a language, and a middle one as that of ``und``.

    Every scenario counts the same, however many lines it has.

    Args:
        weights: A trained model.
        lines: Held-out lines to fit on.
    """
    model = Network(weights.card.networks[FEELINGS], weights.arrays[FEELINGS])
    found = {}
    for language in weights.card.languages:
        spoken = [line for line in lines if line.language == language]
        found[language] = _of_lines(model, spoken) if len(spoken) >= FEWEST else Calibration()
    middle = np.exp(np.mean([np.log(each.temperature) for each in found.values()]))
    doubt = np.mean([each.doubt for each in found.values()])
    found["und"] = Calibration(round(float(middle), 3), round(float(doubt), 4))
    return found


def best_calibration(
    scores: Floats, labels: NDArray[np.int64], shares: NDArray[np.float64]
) -> Calibration:
    """Return the calibration with the smallest log loss.

    Args:
        scores: float32[n, classes].
        labels: int64[n], the class that holds.
        shares: float64[n], how much each line counts.
    """
    choices = [Calibration(*each) for each in product(TEMPERATURES, DOUBTS)]
    losses = [_log_loss(scores, labels, shares, each) for each in choices]
    return choices[int(np.argmin(losses))]


def _of_lines(model: Network, lines: Sequence[ChatLine]) -> Calibration:
    texts = [plain(line.text) for line in lines]
    chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
    columns = model.columns[EMOTION_HEAD]
    scores = np.concatenate([model.scores(chunk)[0][:, columns] for chunk in chunks])
    labels = np.array([EMOTIONS.index(line.label) for line in lines])
    counts = Counter(line.scenario for line in lines)
    shares = np.array([1 / counts[line.scenario] for line in lines])
    return best_calibration(scores, labels, shares / shares.sum())


def _log_loss(
    scores: Floats,
    labels: NDArray[np.int64],
    shares: NDArray[np.float64],
    calibration: Calibration,
) -> float:
    count = len(scores)
    heat = np.full((1, 1), calibration.temperature, np.float32)
    doubt = np.full((1, 1), calibration.doubt, np.float32)
    chances = calibrated(scores, heat, doubt)[np.arange(count), labels]
    return float(-(shares * np.log(chances + 1e-9)).sum())
