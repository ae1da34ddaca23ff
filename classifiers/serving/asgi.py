"""The application as an ASGI callable, for server libraries that speak ASGI, such as Ray Serve.

Specification: https://asgi.readthedocs.io/en/latest/specs/www.html and ``.../lifespan.html``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from classifiers.errors import NunchiError
from classifiers.serving.application import Application
from classifiers.serving.messages import Request, Response, body_too_large, client_gone

log = logging.getLogger(__name__)

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class AsgiApplication:
    """Builds the application when the server starts and closes it when the server stops.

    It can be pickled before that, if ``build`` can.
    """

    def __init__(self, build: Callable[[], Application]) -> None:
        self._build = build
        self._application: Application | None = None

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Serve one connection, or one life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self._application = self._build()
            await self._application.start()
        except NunchiError as error:
            log.error("%s", error)
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._application.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Event, receive: Receive, send: Send) -> None:
        if self._application is None:
            msg = "the lifespan comes before the first request"
            raise RuntimeError(msg)
        body = _Body(receive)
        request = Request(
            scope["method"],
            scope["path"],
            {name.decode("latin-1").lower(): _text(value) for name, value in scope["headers"]},
            body.read,
        )
        answering = asyncio.create_task(self._application.handle(request))
        leaving = asyncio.create_task(body.gone())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                await _send(answering.result(), scope["method"], send)
        finally:
            # A client that went away cancels its request, so that its texts leave the queue.
            leaving.cancel()
            answering.cancel()
            await asyncio.gather(leaving, answering, return_exceptions=True)


class _Body:
    """Reads the body of a request, and tells after that when the client goes away."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._complete = asyncio.Event()

    async def read(self, limit: int) -> bytes:
        """Return all of it, of at most ``limit`` bytes."""
        body = bytearray()
        more = True
        while more:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise client_gone()
            body += event.get("body", b"")
            if len(body) > limit:
                raise body_too_large(limit)
            more = event.get("more_body", False)
        self._complete.set()
        return bytes(body)

    async def gone(self) -> None:
        """Return when the client left after it sent its body."""
        await self._complete.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _send(response: Response, method: str, send: Send) -> None:
    headers = {
        **response.headers,
        "Content-Type": response.content_type,
        "Content-Length": str(len(response.body)),
    }
    encoded = [(name.lower().encode("latin-1"), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else response.body})


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
