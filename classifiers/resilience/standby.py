"""The classifier that answers while the first one cannot, and the log of when that is."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from classifiers.classifier import Classifier, load
from classifiers.errors import ClassificationFailed
from classifiers.prediction import Prediction

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

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self._classifier is not None

    async def start(self) -> None:
        """Make it ready, so that it can answer at once.

        Raises:
            BackendUnavailable: It cannot start.
        """
        if self._classifier is not None:
            await self._classifier.start()

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
