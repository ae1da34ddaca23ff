"""Everything that a plug-in may import; ``docs/plug-ins.md`` explains it by an example.

What stands here changes only together with ``API_VERSION``. A plug-in that sets ``api_version`` in
its class to the version it was written for is refused with a clear sentence where that version is
not understood any more, or not yet.

* ``LocalClassifier``: write ``load`` and ``predict``, and get a worker, batching and halving when
  memory is short.
* ``Classifier``: the whole contract, for a backend that is asynchronous by itself.
* ``ModelInfo``, ``Prediction``, ``Emotion``, ``EMOTIONS``, ``Sentiment``: the values.
* ``Options``: reads ``name?option=value``, and refuses what it does not know.
* ``Projection``: from the labels of any model to predictions.
* ``detect``: the language of a text; ``said``: what somebody said, without markup.
* The errors: ``BackendUnavailable`` from ``load``, ``ClassificationFailed``, ``OutOfMemory`` and
  ``BackendAway`` from ``predict``, ``InvalidOption`` from the factory.
"""

from __future__ import annotations

from classifiers.api_version import API_VERSION, OLDEST_API_VERSION
from classifiers.classifier import Classifier, ModelInfo
from classifiers.emotion import EMOTIONS, Emotion, Sentiment
from classifiers.errors import (
    BackendAway,
    BackendUnavailable,
    ClassificationFailed,
    ClassifierError,
    InvalidOption,
    OutOfMemory,
)
from classifiers.language import detect
from classifiers.local import LocalClassifier
from classifiers.options import Options
from classifiers.prediction import Prediction
from classifiers.projection import Projection
from classifiers.text import said

__all__ = [
    "API_VERSION",
    "EMOTIONS",
    "OLDEST_API_VERSION",
    "BackendAway",
    "BackendUnavailable",
    "ClassificationFailed",
    "Classifier",
    "ClassifierError",
    "Emotion",
    "InvalidOption",
    "LocalClassifier",
    "ModelInfo",
    "Options",
    "OutOfMemory",
    "Prediction",
    "Projection",
    "Sentiment",
    "detect",
    "said",
]
