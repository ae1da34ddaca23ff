"""The backend ``transformers``: torch and transformers where they are needed, else ONNX only."""

from __future__ import annotations

from classifiers.transformer.backend import TransformerClassifier, create

__all__ = ["TransformerClassifier", "create"]
