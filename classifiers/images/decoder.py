"""Decoding in a process of its own.

Pillow holds the interpreter's lock while it converts a large picture (0.1 to 0.4 s for 25 million
pixels), so that a thread would let the event loop stand still. And what a stranger's file does to
a decoder at worst happens to that process, not to the bot.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.images.decoding import EXTRA, ImageRefused, Limits, decode
from classifiers.worker import spawned_worker

log = logging.getLogger(__name__)


class Decoder:
    """Turns files into small arrays; a process that died is replaced."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._worker: Executor | None = None

    async def start(self) -> None:
        """Start the process.

        Raises:
            BackendUnavailable: Pillow is missing, or the process died before it was ready.
        """
        self._worker = spawned_worker()
        try:
            await asyncio.get_running_loop().run_in_executor(self._worker, _make_ready)
        except BrokenProcessPool as error:
            msg = "the process that decodes pictures does not start; is there enough memory?"
            raise BackendUnavailable(msg) from error

    async def decode(self, data: bytes) -> NDArray[np.uint8] | None:
        """Return the colours of a picture, of shape (height, width, 3).

        Returns:
            ``None`` for what is refused (the log says why) or what killed the process.
        """
        worker = self._worker
        if worker is None:
            msg = "start() comes before decode()"
            raise RuntimeError(msg)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(worker, _decoded, data, self._limits)
        except (ImageRefused, MemoryError) as error:
            log.info("a picture is left out: %s", error)
        except (BrokenProcessPool, OSError) as error:
            # An OSError: the system has no room for another process just now.
            kind = type(error).__name__
            log.warning("the process that decodes pictures is started again (%s)", kind)
            # Several pictures may have waited for the one that died.
            if self._worker is worker:
                self._worker = spawned_worker()
                worker.shutdown(wait=False, cancel_futures=True)
        return None

    async def close(self) -> None:
        """Stop the process."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.to_thread(worker.shutdown, wait=True, cancel_futures=True)


# What runs in the process


def _make_ready() -> None:
    required("PIL.Image", EXTRA)


def _decoded(data: bytes, limits: Limits) -> NDArray[Any]:
    return np.asarray(decode(data, limits))
