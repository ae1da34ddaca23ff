"""``vit``: a Hugging Face image-classification model (Vision Transformers and the like).

Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from classifiers.classifier import ModelInfo
from classifiers.errors import ClassificationFailed, ClassifierError
from classifiers.images.checkpoint import Array, Checkpoint, Source
from classifiers.images.decoder import Decoder
from classifiers.images.decoding import Limits
from classifiers.options import Options
from classifiers.prediction import Prediction

log = logging.getLogger(__name__)

NAME: Final = "vit"
DIGITS: Final = 8
"""Hex digits of the model's digest in its version."""

NO_LANGUAGE: Final = "und"


class VitClassifier:
    """Decodes in a process of its own and classifies in a thread; fulfils ``ImageClassifier``."""

    def __init__(
        self,
        source: Source,
        *,
        label_map: str | None = None,
        threads: int = 1,
        max_batch: int = 8,
        limits: Limits | None = None,
    ) -> None:
        self._source = source
        self._label_map = label_map
        self._threads = threads
        self._decoder = Decoder(limits or Limits())
        self._info = ModelInfo(NAME, source.name, (), max_batch=max_batch)
        self._worker: ThreadPoolExecutor | None = None
        self._checkpoint: Checkpoint | None = None

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend; its version tells the weights once it is started."""
        return self._info

    async def start(self) -> None:
        """Start the worker, load the model in it, and start the decoding process.

        Raises:
            BackendUnavailable: An extra or a file is missing, or the head was never trained.
            InvalidOption: The labels need a label map.
        """
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=NAME)
        await asyncio.get_running_loop().run_in_executor(self._worker, self._load)
        await self._decoder.start()

    async def classify(self, images: Sequence[bytes]) -> Sequence[Prediction | None]:
        """Decode in the process, then classify in the worker thread.

        Raises:
            ClassificationFailed: The model failed, or answered with what is no probability.
        """
        worker, checkpoint = self._worker, self._checkpoint
        if worker is None or checkpoint is None:
            msg = "start() comes before classify()"
            raise RuntimeError(msg)
        decoded = [await self._decoder.decode(data) for data in images]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(worker, self._checked, checkpoint, decoded)

    async def close(self) -> None:
        """Stop the worker and the decoding process."""
        worker, self._worker, self._checkpoint = self._worker, None, None
        await self._decoder.close()
        if worker is not None:
            await asyncio.to_thread(worker.shutdown, wait=True, cancel_futures=True)

    # What runs in the worker

    def _load(self) -> None:
        checkpoint = Checkpoint(self._source, self._label_map, self._threads)
        self._info = ModelInfo(
            NAME,
            f"{self._source.name}-{checkpoint.digest[:DIGITS]}",
            (),
            checkpoint.projection.emotions,
            self._info.max_batch,
        )
        self._checkpoint = checkpoint

    def _checked(
        self, checkpoint: Checkpoint, decoded: Sequence[Array | None]
    ) -> list[Prediction | None]:
        try:
            return self._predict(checkpoint, decoded)
        except ClassifierError:
            raise
        except Exception as error:
            # The boundary to code that is not ours: a batch fails, and the bot goes on.
            msg = f"{self._info.model} failed with {type(error).__name__}"
            raise ClassificationFailed(msg) from error

    def _predict(
        self, checkpoint: Checkpoint, decoded: Sequence[Array | None]
    ) -> list[Prediction | None]:
        pixels = [checkpoint.pixels(each) for each in decoded if each is not None]
        judged = iter([self._prediction(checkpoint, row) for row in _rows(checkpoint, pixels)])
        return [None if each is None else next(judged) for each in decoded]

    def _prediction(self, checkpoint: Checkpoint, row: Array | None) -> Prediction | None:
        if row is None:
            return None
        return checkpoint.projection.predictions(row[None], [NO_LANGUAGE], self._info.model)[0]


def _rows(checkpoint: Checkpoint, pixels: Sequence[Array]) -> list[Array | None]:
    """Return the probabilities of each picture; a batch that fails is halved, down to one."""
    if not pixels:
        return []
    try:
        return list(checkpoint.probabilities(pixels))
    except (MemoryError, RuntimeError, ValueError) as error:
        # Torch says by a RuntimeError that there is no memory.
        if len(pixels) == 1:
            log.warning("the image model failed on a picture (%s)", type(error).__name__)
            return [None]
        middle = len(pixels) // 2
        return [*_rows(checkpoint, pixels[:middle]), *_rows(checkpoint, pixels[middle:])]


def create(options: Mapping[str, str]) -> VitClassifier:
    """Build the backend from ``model``, ``revision``, ``map``, ``offline``, ``threads``, ``batch``.

    Raises:
        InvalidOption: An option is unknown, missing or cannot be used.
    """
    given = Options(NAME, options)
    model = given.needed("model", "FOLDER")
    revision = given.text("revision")
    label_map = given.text("map")
    offline = given.flag("offline")
    threads = given.integer("threads", 1, 1, 64)
    max_batch = given.integer("batch", 8, 1, 64)
    given.finish()
    source = Source.of(model, revision, offline=offline)
    return VitClassifier(source, label_map=label_map, threads=threads, max_batch=max_batch)
