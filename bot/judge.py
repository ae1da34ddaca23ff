"""The classifier as the pipeline uses it: any number of texts, and no batch blocks the queue."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from bot.backoff import Backoff
from classifiers.classifier import Classifier
from classifiers.errors import ClassifierError
from classifiers.prediction import Prediction
from classifiers.text import is_classifiable

log = logging.getLogger(__name__)

ATTEMPTS: Final = 3
"""Tries of a whole batch before its texts are tried one by one."""


class Judge:
    """Splits into the batches that a classifier takes, and isolates a text that it cannot take."""

    def __init__(self, classifier: Classifier, *, first_pause: float = 0.2) -> None:
        self._classifier = classifier
        self._first_pause = first_pause

    async def predictions(self, texts: Sequence[str]) -> list[Prediction | None]:
        """Return a prediction a text, in order; ``None`` for a text without words to judge.

        A text that the classifier fails on, alone and again, gets ``None`` as well.
        """
        worded = [index for index, text in enumerate(texts) if _has_words(text)]
        result: list[Prediction | None] = [None] * len(texts)
        size = self._classifier.info.max_batch
        for start in range(0, len(worded), size):
            part = worded[start : start + size]
            judged = await self._batch([texts[index] for index in part])
            for index, prediction in zip(part, judged, strict=True):
                result[index] = prediction
        return result

    async def _batch(self, texts: Sequence[str]) -> Sequence[Prediction | None]:
        backoff = Backoff(self._first_pause)
        for _ in range(ATTEMPTS):
            try:
                return await self._classifier.classify(texts)
            except ClassifierError as error:
                log.warning("the classifier failed on %d texts: %s", len(texts), error)
                await backoff.wait()
        if len(texts) == 1:
            return [None]
        middle = len(texts) // 2
        return [*await self._batch(texts[:middle]), *await self._batch(texts[middle:])]


def _has_words(text: str) -> bool:
    """Skip the full look at markup for what plainly begins with a word: it runs in the loop."""
    plain = text[:1].isalpha() and not text.startswith("http")
    return plain or is_classifiable(text)
