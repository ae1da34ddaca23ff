"""One open socket: frames are queued at once and written in the background."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.gateway.codec import Codec

_FAR_BEHIND = 4096
"""Frames a client may lag before the driver is slowed down."""

_BURST = 32
"""Frames that may be queued before whoever queues them lets the writer run."""

_CLOSE_PATIENCE = 1.0
"""Seconds to wait for queued frames before a clean close."""


class Connection:
    """Writes frames to a socket in order, without blocking whoever queues them."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, codec: Codec | None
    ) -> None:
        self._request = request
        self._socket = socket
        self._codec = codec
        self._outbox: deque[str] = deque()
        self._wake = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._caught_up.set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def open(self) -> bool:
        """Whether frames still have somewhere to go."""
        return not self._socket.closed and self._request.transport is not None

    def send(self, frame: str) -> None:
        """Queue an encoded frame."""
        self._outbox.append(frame)
        self._wake.set()
        self._idle.clear()
        if len(self._outbox) > _FAR_BEHIND:
            self._caught_up.clear()

    def send_op(self, op: int, data: object = None) -> None:
        """Queue a frame that is no dispatch."""
        self.send(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def caught_up(self) -> None:
        """Let a burst be written; wait while the client is far behind."""
        if len(self._outbox) >= _BURST:
            await asyncio.sleep(0)
        await self._caught_up.wait()

    async def write(self) -> None:
        """Write queued frames until cancelled or until the socket is gone."""
        try:
            while self.open:
                while self._outbox:
                    await self._write_one(self._outbox.popleft())
                self._caught_up.set()
                self._idle.set()
                self._wake.clear()
                await self._wake.wait()
        except ConnectionError:
            # The client went away; its session keeps what it missed.
            return
        finally:
            self._caught_up.set()
            self._idle.set()

    async def _write_one(self, frame: str) -> None:
        if self._codec is None:
            await self._socket.send_str(frame)
        else:
            await self._socket.send_bytes(self._codec.encode(frame))

    async def close(self, code: int) -> None:
        """Close cleanly, after what is queued."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _CLOSE_PATIENCE)
        await self._socket.close(code=code)

    def abort(self) -> None:
        """Cut the connection without a word, as a lost network does."""
        self._outbox.clear()
        if self._request.transport is not None:
            self._request.transport.abort()
        self._wake.set()
