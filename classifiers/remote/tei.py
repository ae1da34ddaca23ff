"""Text Embeddings Inference by Hugging Face: ``GET /info`` and ``POST /predict``.

Source: its OpenAPI document (``docs/openapi.json``, version 1.7) and ``router/src/http``. Traps: a
bare list of two strings is one *pair*, so that each text is wrapped; the scores of a text come
sorted by size, so that they are read by name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat, TypeAdapter

from classifiers.errors import BackendUnavailable
from classifiers.remote.protocols import Scores, Served
from classifiers.resilience.client import Sent, parsed
from classifiers.resilience.failures import BadAnswer


class _Labels(BaseModel):
    id2label: dict[int, str]


class _ModelType(BaseModel):
    classifier: _Labels | None = None
    reranker: _Labels | None = None


class _Info(BaseModel):
    model_id: str
    model_sha: str | None = None
    model_type: _ModelType | None = None
    max_client_batch_size: int | None = Field(None, ge=1)


class _Score(BaseModel):
    label: str
    score: FiniteFloat


INFO: Final = TypeAdapter(_Info)
SCORES: Final = TypeAdapter(list[list[_Score]])


class Tei:
    """Speaks to Text Embeddings Inference, and to anything with the same ``/predict``.

    Args:
        raw: Ask for raw scores; otherwise for what the server makes of them.
    """

    def __init__(self, *, raw: bool = True) -> None:
        self._raw = raw

    def asks_for_model(self) -> Sent:
        """Ask ``/info``."""
        return Sent("/info")

    def reads_model(self, content: bytes) -> Served:
        """Read id, revision, labels and the largest batch."""
        info = parsed(INFO, content)
        labels = None
        if info.model_type is not None:
            classifier = info.model_type.classifier or info.model_type.reranker
            if classifier is None:
                msg = "the server has a model for embeddings; it must serve a text classifier"
                raise BackendUnavailable(msg)
            labels = tuple(classifier.id2label[index] for index in sorted(classifier.id2label))
        return Served(info.model_id, info.model_sha, labels, info.max_client_batch_size)

    def asks_for_scores(self, texts: Sequence[str]) -> Sent:
        """Ask ``/predict``."""
        body = {"inputs": [[text] for text in texts], "raw_scores": self._raw, "truncate": True}
        return Sent("/predict", json.dumps(body, ensure_ascii=False).encode())

    def reads_scores(self, content: bytes, texts: int) -> Scores:
        """Read a list of labels and scores for each text."""
        answers = parsed(SCORES, content)
        if len(answers) != texts:
            msg = f"the server answered for {len(answers)} texts instead of {texts}"
            raise BadAnswer(msg)
        labels = tuple(sorted({score.label for score in answers[0]}))
        return Scores(np.array([_row(answer, labels) for answer in answers]), labels)


def _row(answer: Sequence[_Score], labels: Sequence[str]) -> list[float]:
    scores = {score.label: score.score for score in answer}
    if len(answer) != len(labels) or scores.keys() != set(labels):
        msg = "the server gave different labels for different texts"
        raise BadAnswer(msg)
    return [scores[label] for label in labels]
