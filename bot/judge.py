"""The classifier as the pipeline uses it: any number of texts, and no batch blocks the queue.

A text that the classifier cannot take is told from a classifier that is away by asking for a
harmless text. In the first case that text alone is left out. In the second the batch waits: what
is behind it waits in the bounded inbox, and what finds no room there is read again from the
history, so that nothing is stored as unclassified only because a server was down.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from bot.backoff import Backoff
from classifiers.classifier import Classifier
from classifiers.errors import BackendAway, ClassifierError
from classifiers.prediction import Prediction
from classifiers.text import is_classifiable

log = logging.getLogger(__name__)

ATTEMPTS: Final = 3
"""Tries of a whole batch before its texts are tried one by one."""

RETURNS: Final = 3
"""Times that a batch may find the classifier away and come back before it is held to blame: a text
may be what kills a server."""

HARMLESS: Final = ("hello",)
"""A batch that every classifier can take."""

LONGEST_PAUSE: Final = 30.0
"""Seconds between two looks at a classifier that is away."""


class Judge:
    """Splits into the batches that a classifier takes, and isolates a text that it cannot take."""

    def __init__(
        self,
        classifier: Classifier,
        *,
        first_pause: float = 0.2,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        self._classifier = classifier
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._looking = asyncio.Lock()

    async def predictions(self, texts: Sequence[str]) -> list[Prediction | None]:
        """Return a prediction a text, in order; ``None`` for a text without words to judge.

        A text that the classifier fails on, alone and again, while it can judge another one, gets
        ``None`` as well. While the classifier can judge nothing at all, this waits.
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
        for _ in range(RETURNS):
            try:
                judged = await self._tried(texts)
            except BackendAway as error:
                log.warning("the classifier is away, %d texts wait: %s", len(texts), error)
                await self._was_away()
                continue
            if judged is not None:
                return judged
            if not await self._was_away():
                break
        if len(texts) == 1:
            return [None]
        middle = len(texts) // 2
        return [*await self._batch(texts[:middle]), *await self._batch(texts[middle:])]

    async def _tried(self, texts: Sequence[str]) -> Sequence[Prediction] | None:
        backoff = Backoff(self._first_pause)
        for _ in range(ATTEMPTS):
            try:
                return await self._classifier.classify(texts)
            except BackendAway:
                raise
            except ClassifierError as error:
                log.warning("the classifier failed on %d texts: %s", len(texts), error)
                await backoff.wait()
        return None

    async def _was_away(self) -> bool:
        """Wait until the classifier can judge a harmless text; tell whether it could not at once.

        Of several batches that wait, one looks.
        """
        backoff = Backoff(self._first_pause, self._longest_pause)
        away = self._looking.locked()
        async with self._looking:
            while not await self._answers():
                away = True
                await backoff.wait()
        if away:
            log.info("the classifier answers again")
        return away

    async def _answers(self) -> bool:
        try:
            await self._classifier.classify(HARMLESS)
        except ClassifierError as error:
            log.debug("the classifier is still away: %s", error)
            return False
        return True


def _has_words(text: str) -> bool:
    """Skip the full look at markup for what plainly begins with a word: it runs in the loop."""
    plain = text[:1].isalpha() and not text.startswith("http")
    return plain or is_classifiable(text)
