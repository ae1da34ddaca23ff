"""The classifier that answers while the first one cannot, and the log of when that is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from classifiers.classifier import Classifier, load
from classifiers.errors import BackendUnavailable, ClassificationFailed, ClassifierError
from classifiers.prediction import Prediction
from classifiers.resilience.client import Line

log = logging.getLogger(__name__)

NONE: Final = "none"


class Standby:
    """Another classifier, or none. Its predictions carry its own name."""

    def __init__(self, name: str, classifier: Classifier | None) -> None:
        self._name = name
        self._classifier = classifier
        self._serving = False

    @classmethod
    def named(cls, name: str, specification: str) -> Standby:
        """Build the standby of a backend from a specification, or ``none``.

        Raises:
            UnknownBackend: No backend of that name is installed.
            InvalidOption: It refuses its options.
        """
        return cls(name, None if specification == NONE else load(specification))

    async def start(self, line: Line, look: Callable[[], Awaitable[None]]) -> None:
        """Open a line and have a first look at its server, with the standby ready to answer.

        A server that is away is no obstacle where there is a standby.

        Args:
            line: To the server of the first classifier; closed again when this raises.
            look: Asks the server what has to be known of it.

        Raises:
            BackendUnavailable: The server does not answer and there is no standby, or the standby
                does not start.
            ClassifierError: Whatever else ``look`` finds.
        """
        try:
            await line.client.open()
            if self._classifier is not None:
                await self._classifier.start()
            await self._first_look(line, look)
        except (ClassifierError, asyncio.CancelledError):
            await line.client.close()
            await self.close()
            raise

    async def _first_look(self, line: Line, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        except ClassificationFailed as error:
            if self._classifier is None:
                msg = f"{error}; start the server, or name a fallback"
                raise BackendUnavailable(msg) from error
            line.breaker.trip()
            self.serve(error)

    async def close(self) -> None:
        """Stop it; harmless when called twice."""
        if self._classifier is not None:
            await self._classifier.close()

    def serve(self, reason: Exception) -> None:
        """Note, and log once, that it answers from now on."""
        if self._classifier is not None and not self._serving:
            self._serving = True
            log.warning(
                "%s: %s; %s answers until that is over",
                self._name,
                reason,
                self._classifier.info.model,
            )

    def relieved(self) -> None:
        """Note, and log once, that the first classifier answers again."""
        if self._serving:
            self._serving = False
            log.info("%s answers again", self._name)

    async def classify(
        self, texts: Sequence[str], reason: ClassificationFailed
    ) -> list[Prediction]:
        """Classify any number of texts.

        Args:
            texts: What the first classifier could not judge.
            reason: Why; it is raised when there is no standby.

        Raises:
            ClassificationFailed: There is no standby, or it failed as well.
        """
        if self._classifier is None:
            raise reason
        judged: list[Prediction] = []
        size = self._classifier.info.max_batch
        for start in range(0, len(texts), size):
            judged += await self._classifier.classify(texts[start : start + size])
        return judged
