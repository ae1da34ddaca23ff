"""vLLM's ``POST /classify``, which SGLang offers as well.

Source: ``vllm/entrypoints/pooling/classify``. It answers with probabilities and names only the
best label, so that the labels must be given; that name is used to check their order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel, FiniteFloat, TypeAdapter

from classifiers.remote.protocols import Scores, Served
from classifiers.resilience.client import Sent, parsed
from classifiers.resilience.failures import BadAnswer

WHOLE_MODEL: Final = -1
"""Truncates to what the model takes."""


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


class _Class(BaseModel):
    index: int
    label: str | None = None
    probs: list[FiniteFloat]


class _Classes(BaseModel):
    data: list[_Class]


MODELS: Final = TypeAdapter(_Models)
CLASSES: Final = TypeAdapter(_Classes)


class Vllm:
    """Speaks to vLLM.

    Args:
        labels: The model's labels in the order of their numbers.
        model: The served model; ``None`` takes the one that the server has.
    """

    def __init__(self, labels: Sequence[str], model: str | None = None) -> None:
        self._labels = tuple(labels)
        self._model = model

    def asks_for_model(self) -> Sent:
        """Ask ``/v1/models``."""
        return Sent("/v1/models")

    def reads_model(self, content: bytes) -> Served:
        """Read the id of the served model."""
        served = [model.id for model in parsed(MODELS, content).data]
        if not served or (self._model is not None and self._model not in served):
            msg = "the server does not serve the model that is asked for"
            raise BadAnswer(msg)
        return Served(self._model or served[0], labels=self._labels)

    def asks_for_scores(self, texts: Sequence[str]) -> Sent:
        """Ask ``/classify``."""
        body: dict[str, object] = {"input": list(texts), "truncate_prompt_tokens": WHOLE_MODEL}
        if self._model is not None:
            body["model"] = self._model
        return Sent("/classify", json.dumps(body, ensure_ascii=False).encode())

    def reads_scores(self, content: bytes, texts: int) -> Scores:
        """Read the probabilities, put into the order of the texts."""
        classes = sorted(parsed(CLASSES, content).data, key=lambda each: each.index)
        if [each.index for each in classes] != list(range(texts)):
            msg = f"the server did not answer once for each of {texts} texts"
            raise BadAnswer(msg)
        for each in classes:
            self._check(each)
        return Scores(np.array([each.probs for each in classes]))

    def _check(self, each: _Class) -> None:
        if len(each.probs) != len(self._labels):
            msg = f"the model has {len(each.probs)} labels, but labels= names {len(self._labels)}"
            raise BadAnswer(msg)
        best = self._labels[int(np.argmax(each.probs))]
        if each.label in self._labels and each.label != best:
            msg = "the server calls the best label by another name: labels= has another order"
            raise BadAnswer(msg)
