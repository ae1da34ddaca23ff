"""What stands in front of a MongoDB server: TLS, and a password or a certificate, on 127.0.0.1.

The test server speaks neither. This gate ends TLS with a certificate of a throw-away authority,
and asks for SCRAM-SHA-256 (RFC 7677) or for the client's own certificate before it lets any command
through, as MongoDB does.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import bson

ITERATIONS = 4096
_OP_MSG = 2013
_OPEN = {"hello", "ismaster", "isMaster", "saslStart", "saslContinue", "ping", "endSessions"}


class Gate:
    """One listening port in front of a server.

    Args:
        port: Where the server listens.
        tls: How TLS is ended; ``None`` for plain connections.
        user: Who may come in, with ``password``; ``None`` lets everybody in.
        password: The password of ``user``.
        subject: The common name of the certificate that logs in as MONGODB-X509.
    """

    def __init__(
        self,
        port: int,
        *,
        tls: ssl.SSLContext | None = None,
        user: str | None = None,
        password: str = "",
        subject: str | None = None,
    ) -> None:
        self._server_port = port
        self._subject = subject
        self._tls = tls
        self._user = user
        self._password = password
        self.port = 0
        self.let_in = 0
        self.turned_away = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Gate]:
        listening = await asyncio.start_server(self._come, "127.0.0.1", 0, ssl=self._tls)
        self.port = listening.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listening.close()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            # A handshake that the client broke off is let go in the turns after.
            await asyncio.sleep(0.05)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, beyond = await asyncio.open_connection("127.0.0.1", self._server_port)
        talk = self._conversation(writer)
        try:
            while True:
                head, body = await _message(reader)
                answer = talk.answer(head, body) if talk else None
                if answer is None:
                    beyond.write(head + body)
                    answer = b"".join(await _message(behind))
                writer.write(answer)
                await writer.drain()
        finally:
            if talk:
                self.let_in += talk.done
                self.turned_away += talk.refused
            beyond.close()

    def _conversation(self, writer: asyncio.StreamWriter) -> Conversation | Presented | None:
        if self._subject is not None:
            shown = writer.get_extra_info("peercert") or {}
            names = [value for part in shown.get("subject", ()) for _, value in part]
            return Presented(self._subject in names)
        return Conversation(self._user, self._password) if self._user else None


class Presented:
    """The server's side of MONGODB-X509 on one connection: TLS has looked at the certificate."""

    def __init__(self, known: bool) -> None:
        self._known = known
        self.done = False
        self.refused = False

    def answer(self, head: bytes, body: bytes) -> bytes | None:
        """Return what the gate itself answers; ``None`` to ask the server."""
        request, command = _command(head, body)
        name = next(iter(command), None)
        if name == "authenticate":
            self.done = self._known and command["mechanism"] == "MONGODB-X509"
            self.refused = not self.done
            said = {"ok": 1.0} if self.done else _failure(18, "Authentication failed.")
            return _reply(request, said)
        if name is not None and not self.done and name not in _OPEN:
            return _reply(request, _failure(13, f"command {name} requires authentication"))
        return None


class Conversation:
    """The server's side of SCRAM-SHA-256 on one connection."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._salt = secrets.token_bytes(16)
        self._salted = hashlib.pbkdf2_hmac("sha256", password.encode(), self._salt, ITERATIONS)
        self._said: list[str] = []
        self._known = False
        self.done = False
        self.refused = False

    def answer(self, head: bytes, body: bytes) -> bytes | None:
        """Return what the gate itself answers; ``None`` to ask the server."""
        request, command = _command(head, body)
        if not command:
            return None
        name = next(iter(command))
        if name == "saslStart":
            return _reply(request, self._first(bytes(command["payload"]).decode()))
        if name == "saslContinue":
            return _reply(request, self._last(bytes(command["payload"]).decode()))
        if not self.done and name not in _OPEN:
            return _reply(request, _failure(13, f"command {name} requires authentication"))
        return None

    def _first(self, payload: str) -> dict[str, Any]:
        bare = payload.removeprefix("n,,")
        fields = dict(part.split("=", 1) for part in bare.split(","))
        self._known = fields["n"] == self._user
        nonce = fields["r"] + secrets.token_hex(9)
        said = f"r={nonce},s={base64.b64encode(self._salt).decode()},i={ITERATIONS}"
        self._said = [bare, said]
        return _step(said, done=False)

    def _last(self, payload: str) -> dict[str, Any]:
        if not payload:
            return _step("", done=True)
        without, _, proof = payload.rpartition(",p=")
        signed = ",".join([*self._said, without]).encode()
        client = hmac.digest(self._salted, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(client).digest(), signed, "sha256")
        expected = bytes(one ^ two for one, two in zip(client, signature, strict=True))
        if not self._known or not hmac.compare_digest(base64.b64decode(proof), expected):
            self.refused = True
            return _failure(18, "Authentication failed.")
        self.done = True
        server = hmac.digest(self._salted, b"Server Key", "sha256")
        verifier = base64.b64encode(hmac.digest(server, signed, "sha256")).decode()
        return _step(f"v={verifier}", done=True)


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(16)
    return head, await reader.readexactly(struct.unpack("<i", head[:4])[0] - 16)


def _command(head: bytes, body: bytes) -> tuple[int, dict[str, Any]]:
    """Return the number of a request, and its command: empty for one in the old form."""
    request, kind = struct.unpack("<4xi4xi", head)
    if kind != _OP_MSG:
        return request, {}
    return request, bson.decode(body[5 : 5 + struct.unpack("<i", body[5:9])[0]])


def _reply(request: int, document: dict[str, Any]) -> bytes:
    body = b"\0\0\0\0\0" + bson.encode(document)
    return struct.pack("<iiii", 16 + len(body), request, request, _OP_MSG) + body


def _step(payload: str, *, done: bool) -> dict[str, Any]:
    return {"conversationId": 1, "done": done, "payload": payload.encode(), "ok": 1.0}


def _failure(code: int, text: str) -> dict[str, Any]:
    return {"ok": 0.0, "errmsg": text, "code": code, "codeName": "AuthenticationFailed"}
