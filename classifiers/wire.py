"""Predictions as JSON values, the same on the command line as over HTTP."""

from __future__ import annotations

import math
from typing import Any, Final

from classifiers.emotion import EMOTIONS
from classifiers.prediction import Prediction

DIGITS: Final = 6
"""Decimals of every number written."""


def as_object(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as JSON values; a class that the backend cannot see is ``None``."""
    values = (None if math.isnan(each) else short(each) for each in prediction.probabilities)
    return {
        "label": None if prediction.label is None else str(prediction.label),
        "probabilities": dict(zip(map(str, EMOTIONS), values, strict=True)),
        "valence": short(prediction.valence),
        "sentiment": str(prediction.sentiment),
        "language": prediction.language,
        "model": prediction.model,
    }


def short(value: float) -> float:
    """Return a number with ``DIGITS`` decimals."""
    return round(float(value), DIGITS)
