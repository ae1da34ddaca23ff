"""From predictions to what is sent back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from classifiers.classifier import Classifier, ModelInfo
from classifiers.emotion import Sentiment
from classifiers.extras import DISTRIBUTION
from classifiers.heads import Head, HeadedClassifier
from classifiers.prediction import Prediction
from classifiers.serving.limits import Limits
from classifiers.wire import short

LEAST: Final = 1e-9
"""What the logarithm is taken of where a probability is zero."""


def labels_of(info: ModelInfo) -> tuple[str, ...]:
    """Return the labels that ``/predict`` answers with.

    A backend that knows sentiments only answers with the three of them.
    """
    return tuple(map(str, info.labels or Sentiment))


def scores(prediction: Prediction, *, raw: bool = False) -> list[dict[str, Any]]:
    """Return every label with its score, the most probable first.

    Args:
        prediction: Of one text.
        raw: Return natural logarithms, so that a softmax gives the probabilities back.
    """
    known = prediction.as_mapping() or _sentiments(prediction.valence)
    ordered = sorted(known.items(), key=lambda pair: pair[1], reverse=True)
    return [
        {"score": short(math.log(max(value, LEAST)) if raw else value), "label": str(label)}
        for label, value in ordered
    ]


def of_head(head: Head, row: Sequence[float]) -> dict[str, float]:
    """Return the labels of a head with their probabilities, in the order of the head."""
    return {label: short(value) for label, value in zip(head.labels, row, strict=True)}


def description(classifier: Classifier, limits: Limits, max_batch: int) -> dict[str, Any]:
    """Return what ``/info`` says."""
    info = classifier.info
    labels = labels_of(info)
    heads = classifier.heads() if isinstance(classifier, HeadedClassifier) else {}
    return {
        "model_id": info.name,
        "model_sha": info.version,
        "model_dtype": "float32",
        "model_type": {
            "classifier": {
                "id2label": {str(at): label for at, label in enumerate(labels)},
                "label2id": {label: at for at, label in enumerate(labels)},
            }
        },
        "max_concurrent_requests": limits.max_queue,
        "max_input_length": limits.max_chars,
        "max_batch_tokens": max_batch * limits.max_chars,
        "max_batch_requests": max_batch,
        "max_client_batch_size": limits.max_texts,
        "auto_truncate": False,
        "tokenization_workers": 1,
        "version": own_version(),
        "sha": None,
        "docker_label": None,
        "model": info.model,
        "languages": list(info.languages),
        "heads": {
            name: {"labels": list(head.labels), "multi_label": head.multi_label}
            for name, head in heads.items()
        },
    }


def own_version() -> str:
    """Return the version of this project; ``0`` where it is not installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"


def _sentiments(valence: float) -> dict[Sentiment, float]:
    """Spread a valence over the sentiments: positive less negative is the valence again."""
    return {
        Sentiment.NEGATIVE: max(-valence, 0.0),
        Sentiment.NEUTRAL: 1 - abs(valence),
        Sentiment.POSITIVE: max(valence, 0.0),
    }
