"""The base of backends that run a model in this process: write ``load`` and ``predict``.

This is the class that plug-ins build on (``classifiers.plugins``).
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

from classifiers.api_version import API_VERSION
from classifiers.classifier import ModelInfo
from classifiers.errors import ClassificationFailed, ClassifierError, OutOfMemory
from classifiers.prediction import Prediction

log = logging.getLogger(__name__)

__all__ = ["API_VERSION", "LocalClassifier"]


class LocalClassifier(ABC):
    """A ``Classifier`` around two synchronous methods, which run in one worker thread.

    Texts are handed over in batches of at most ``info.max_batch``. A batch that does not fit into
    memory is halved, and no batch is larger from then on. Whatever ``predict`` raises fails that
    batch only.
    """

    api_version: ClassVar[int] = API_VERSION

    def __init__(self, info: ModelInfo) -> None:
        self._info = info
        self._largest = info.max_batch
        self._worker: ThreadPoolExecutor | None = None

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend; ``load`` may learn more and say so by ``describe``."""
        return self._info

    @abstractmethod
    def load(self) -> None:
        """Load the model; runs in the worker thread.

        Raises:
            BackendUnavailable: An extra or a file is missing.
        """

    @abstractmethod
    def predict(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Return one prediction a text, in order; runs in the worker thread.

        Raises:
            OutOfMemory: The batch is too large; half of it is tried next.
            ClassificationFailed: The batch could not be classified.
        """

    def unload(self) -> None:  # noqa: B027 - most models are simply forgotten
        """Give back what the model holds; runs in the worker thread."""

    def describe(self, info: ModelInfo) -> None:
        """Replace what is known of this backend; for ``load``."""
        self._info = info
        self._largest = info.max_batch

    async def start(self) -> None:
        """Start the worker and load the model in it."""
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=self._info.name)
        await asyncio.get_running_loop().run_in_executor(self._worker, self.load)

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Classify in the worker thread; returns one prediction a text, in order."""
        if self._worker is None:
            msg = "start() comes before classify()"
            raise RuntimeError(msg)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._in_batches, tuple(texts))

    async def close(self) -> None:
        """Unload the model and stop the worker."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.get_running_loop().run_in_executor(worker, self.unload)
            worker.shutdown(wait=True, cancel_futures=True)

    def _in_batches(self, texts: Sequence[str]) -> list[Prediction]:
        judged: list[Prediction] = []
        while len(judged) < len(texts):
            batch = texts[len(judged) : len(judged) + self._largest]
            try:
                judged += self._checked(batch)
            except OutOfMemory as error:
                if len(batch) == 1:
                    raise
                self._largest = len(batch) // 2
                log.warning("%s; batches hold %d texts from now on", error, self._largest)
        return judged

    def _checked(self, batch: Sequence[str]) -> Sequence[Prediction]:
        try:
            judged = self.predict(batch)
        except ClassifierError:
            raise
        except MemoryError as error:
            msg = f"no memory for {len(batch)} texts at once"
            raise OutOfMemory(msg) from error
        except Exception as error:
            # The boundary to code that is not ours: a batch fails, and the bot goes on. The
            # error's own words may hold a text, so that only its kind is told.
            msg = f"{self._info.model} failed with {type(error).__name__}"
            raise ClassificationFailed(msg) from error
        if len(judged) != len(batch):
            msg = f"{self._info.model} gave {len(judged)} predictions for {len(batch)} texts"
            raise ClassificationFailed(msg)
        return judged
