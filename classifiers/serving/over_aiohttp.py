"""The application behind ``aiohttp.web``: one process, nothing to install."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from classifiers.serving.application import Application
from classifiers.serving.messages import (
    Request,
    Response,
    body_too_large,
    cannot_listen,
    client_gone,
)

GRACE: Final = 30.0
"""Seconds that requests in hand have to end when the server stops."""


@asynccontextmanager
async def listening(application: Application, host: str, port: int) -> AsyncIterator[str]:
    """Start an application and serve it; in the end, answer what is in hand first.

    Args:
        application: Not started yet.
        host: The address to listen on.
        port: 0 takes a free one.

    Yields:
        The address that was taken, ``http://host:port``.

    Raises:
        BackendUnavailable: The classifier does not start, or the port is taken.
    """
    runner = _runner(application)
    try:
        await application.start()
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise cannot_listen(host, port, error) from error
        taken = runner.addresses[0]
        yield f"http://{f'[{taken[0]}]' if ':' in taken[0] else taken[0]}:{taken[1]}"
    finally:
        application.stop_accepting()
        await runner.cleanup()
        await application.close()


def _runner(application: Application) -> web.AppRunner:
    async def answer(request: web.Request) -> web.Response:
        return _sent(await application.handle(_received(request)))

    outer = web.Application()
    outer.router.add_route("*", "/{path:.*}", answer)
    # A client that goes away cancels its request, so that its texts leave the queue.
    return web.AppRunner(
        outer,
        access_log=None,
        handle_signals=False,
        handler_cancellation=True,
        shutdown_timeout=GRACE,
    )


def _received(request: web.Request) -> Request:
    async def read(limit: int) -> bytes:
        body = bytearray()
        try:
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise body_too_large(limit)
        except ConnectionError as error:
            raise client_gone() from error
        return bytes(body)

    return Request(request.method, request.path, request.headers, read)


def _sent(response: Response) -> web.Response:
    sent = web.Response(
        status=response.status,
        body=response.body,
        headers={**response.headers, "Content-Type": response.content_type},
    )
    if response.headers.get("Connection") == "close":
        sent.force_close()
    return sent
