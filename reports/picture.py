"""SVG to PNG, in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Self

from classifiers.worker import spawned_worker
from reports.errors import PictureFailed
from reports.fonts import FontBook
from reports.rasterise import prepare, rasterise


class PictureWorker:
    """Renders pictures one after another in a spawned process, started by the first picture.

    A process that dies is replaced, and its picture tried once more. Use it as an async context
    manager.
    """

    def __init__(self, fonts: FontBook) -> None:
        """Render with these fonts and no others."""
        self._files: Sequence[str] = fonts.files
        self._pool: ProcessPoolExecutor | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._discard(self._pool)

    async def render(self, svg: str) -> bytes:
        """Return the PNG of an SVG; the event loop stays free.

        Raises:
            PictureFailed: It is no SVG, or the process died twice over it.
        """
        async with self._lock:
            try:
                return await self._attempt(svg)
            except BrokenProcessPool:
                await self._discard(self._pool)
            try:
                return await self._attempt(svg)
            except BrokenProcessPool as error:
                await self._discard(self._pool)
                msg = "the picture process died twice over one picture"
                raise PictureFailed(msg) from error

    async def _attempt(self, svg: str) -> bytes:
        # Starting a process takes a few milliseconds of system calls: not in the loop.
        future = await asyncio.to_thread(self._submit, svg)
        try:
            return await asyncio.wrap_future(future)
        except ValueError as error:
            msg = f"a picture could not be rendered: {error}"
            raise PictureFailed(msg) from error

    def _submit(self, svg: str) -> Future[bytes]:
        if self._pool is None:
            self._pool = spawned_worker(prepare)
        return self._pool.submit(rasterise, svg, self._files)

    async def _discard(self, pool: ProcessPoolExecutor | None) -> None:
        self._pool = None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)
