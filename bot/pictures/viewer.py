"""What the pipeline asks: verdicts on messages, with what their pictures add to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bot.incoming import Incoming
from bot.pictures.downloads import Downloads
from bot.pictures.verdict import joined, mean_of
from bot.settings import Settings
from classifiers.errors import ClassifierError
from classifiers.images import load
from classifiers.images.classifier import ImageClassifier
from classifiers.prediction import Prediction

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
"""Messages whose pictures are in memory at the same time."""

PATIENCE: Final = 8.0
"""Seconds that a batch of messages waits for its pictures; then the words alone decide."""


class PictureViewer:
    """Fetches and classifies the pictures of messages; whatever fails leaves the words alone.

    Args:
        classifier: Judges them; it is started.
        downloads: Fetches them; it is entered.
        patience: Seconds that a batch of messages waits for its pictures.
    """

    def __init__(
        self, classifier: ImageClassifier, downloads: Downloads, *, patience: float
    ) -> None:
        self._classifier = classifier
        self._downloads = downloads
        self._patience = patience
        self._room = asyncio.Semaphore(AT_ONCE)

    @property
    def model(self) -> str:
        """The image classifier and its version."""
        return self._classifier.info.model

    async def added(
        self,
        items: Sequence[Incoming],
        verdicts: Sequence[Prediction | None],
        wanted: Callable[[Incoming], bool],
    ) -> list[Prediction | None]:
        """Return the verdicts on messages with those on their pictures joined to them.

        Args:
            items: Messages that may be measured.
            verdicts: What their words say, in the same order; ``None`` for no words.
            wanted: Whether a message may still be measured; asked again right before a download,
                for somebody may have opted out in the meantime.
        """
        judged = list(verdicts)
        looks = {
            asyncio.create_task(self._look(item, wanted)): index
            for index, item in enumerate(items)
            if item.pictures
        }
        if not looks:
            return judged
        try:
            done, late = await asyncio.wait(looks, timeout=self._patience)
        finally:
            for look in looks:
                look.cancel()
        if late:
            log.warning("the pictures of %d messages took too long and are left out", len(late))
        for look in done:
            seen = look.result()
            if seen is not None:
                judged[looks[look]] = joined(judged[looks[look]], seen)
        return judged

    async def _look(self, item: Incoming, wanted: Callable[[Incoming], bool]) -> Prediction | None:
        async with self._room:
            files: list[bytes] = []
            for picture in item.pictures:
                if not wanted(item):
                    return None
                files += await self._file(picture.url)
            return await self._verdict(files)

    async def _file(self, address: str) -> list[bytes]:
        """Return the file, or nothing: a picture that cannot be had costs nothing but itself."""
        try:
            return [await self._downloads.fetch(address)]
        except ClassifierError as error:
            log.info("%s", error)
            return []

    async def _verdict(self, files: Sequence[bytes]) -> Prediction | None:
        seen: list[Prediction] = []
        size = self._classifier.info.max_batch
        try:
            for start in range(0, len(files), size):
                judged = await self._classifier.classify(files[start : start + size])
                seen += [each for each in judged if each is not None]
        except ClassifierError as error:
            log.warning("pictures cannot be judged: %s", error)
        return mean_of(seen) if seen else None


@asynccontextmanager
async def opened_viewer(settings: Settings) -> AsyncIterator[PictureViewer | None]:
    """Load the image classifier that is set and be ready to fetch; ``None`` when none is set.

    Raises:
        ClassifierError: It cannot be had; one readable line.
    """
    if settings.images is None:
        yield None
        return
    async with AsyncExitStack() as stack:
        classifier = load(settings.images)
        stack.push_async_callback(classifier.close)
        await classifier.start()
        downloads = await stack.enter_async_context(Downloads(settings.discord_api))
        log.info("pictures are looked at by %s", classifier.info.model)
        yield PictureViewer(classifier, downloads, patience=PATIENCE)
