"""A small page that says whether the bot works, for containers and monitors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.pipeline import Pipeline
from storage.errors import StoreUnavailable
from storage.store import Store


class HealthPage:
    """Serves ``GET /health``: 200 while the gateway and the store answer, else 503."""

    def __init__(self, store: Store, pipeline: Pipeline, connected: Callable[[], bool]) -> None:
        self._store = store
        self._pipeline = pipeline
        self._connected = connected
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Serve.

        Raises:
            OSError: The port is taken.
        """
        application = web.Application()
        application.router.add_get("/health", self._answer)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Stop serving; harmless when not started."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        del request
        state = {"gateway": self._connected(), "store": await self._store_answers()}
        counters = self._pipeline.counters
        body = {
            **state,
            "waiting": len(self._pipeline.inbox),
            "received": counters.received,
            "stored": counters.stored,
        }
        return web.json_response(body, status=200 if all(state.values()) else 503)

    async def _store_answers(self) -> bool:
        try:
            async with asyncio.timeout(2):
                await self._store.ping()
        except (StoreUnavailable, TimeoutError):
            return False
        return True
