"""The embedded backend: weighted n-gram embeddings, a hidden layer, a head a task; numpy only."""

from __future__ import annotations

from classifiers.embedded.backend import EmbeddedClassifier, create
from classifiers.embedded.predictor import EmbeddedPredictor, Piece
from classifiers.embedded.weights import WeightsDamaged

__all__ = ["EmbeddedClassifier", "EmbeddedPredictor", "Piece", "WeightsDamaged", "create"]
