"""Back-pressure on the gateway: while the queue is crowded, the socket is not read.

discord.py reads as fast as messages come and offers no way to slow it down. A burst then waits in
the buffers of the connection for a moment, which costs nothing, instead of being dropped and read
again from the history, a hundred at a time. Patience ends before a heartbeat would be missed: when
the store does not answer for longer, messages are dropped and caught up as ever.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiohttp
import discord

from bot.inbox import Inbox

PATIENCE: Final = 3.0
"""Seconds; Discord's heartbeats are 41 seconds apart."""

HANDSHAKE: Final = 8
"""Messages within which discord.py's heartbeat has begun to watch the connection."""


class Patience:
    """Lets the readers of one client wait while the inbox is crowded."""

    def __init__(self, inbox: Inbox, seconds: float = PATIENCE) -> None:
        self._inbox = inbox
        self._seconds = seconds
        self._lost = False
        self._recovery: asyncio.Task[None] | None = None

    def slow_down(self, client: discord.Client) -> None:
        """Make every socket that a client will open wait for room before it is read."""
        connect = client.http.ws_connect

        async def connect_patiently(url: str, *, compress: int = 0) -> Any:  # noqa: ANN401
            return self._patient(await connect(url, compress=compress))

        # The one place where discord.py opens its sockets; it documents no hook for them.
        client.http.ws_connect = connect_patiently  # type: ignore[method-assign]

    def _patient(self, socket: aiohttp.ClientWebSocketResponse) -> aiohttp.ClientWebSocketResponse:
        receive = socket.receive
        received = 0

        async def receive_patiently(timeout: float | None = None) -> aiohttp.WSMessage:  # noqa: ASYNC109 - its name in aiohttp
            nonlocal received
            if self._inbox.crowded:
                await self._wait()
            if received >= HANDSHAKE:
                # From here on heartbeats tell a dead connection; a timer a message costs more
                # than reading it.
                return await receive(None)
            received += 1
            return await receive(timeout)

        socket.receive = receive_patiently  # type: ignore[method-assign]
        return socket

    async def _wait(self) -> None:
        if self._lost:
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._inbox.room()
        except TimeoutError:
            self.lose()

    def lose(self) -> None:
        """Read without waiting until the queue has been emptied to a half."""
        self._lost = True
        self._recovery = asyncio.create_task(self._recover())

    async def _recover(self) -> None:
        await self._inbox.room()
        self._lost = False
