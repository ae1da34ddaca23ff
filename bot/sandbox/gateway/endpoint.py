"""The gateway's side of the conversation with one client."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from bot.sandbox.events import PRIVILEGED, Event, Intent
from bot.sandbox.gateway.codec import codec_for
from bot.sandbox.gateway.connection import Connection
from bot.sandbox.gateway.session import Encoded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.gateway.hub import Hub
    from bot.sandbox.gateway.session import Session
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.world import World

_MAX_CLIENT_FRAME = 1 << 16
_INTENT_FLAGS = {
    Intent.GUILD_PRESENCES: 1 << 12,
    Intent.GUILD_MEMBERS: 1 << 14,
    Intent.MESSAGE_CONTENT: 1 << 18,
}
"""Application flags by privileged intent (developer documentation, "Application Flags")."""


class Op:
    """Gateway opcodes."""

    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode:
    """Close codes the sandbox uses itself."""

    UNKNOWN_ERROR = 4000
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    DISALLOWED_INTENTS = 4014


class GatewayEndpoint:
    """Accepts sockets and keeps what all of them share.

    Attributes:
        granted_intents: What the developer portal allows; more is refused with 4014.
        heartbeat_interval: Seconds between a client's heartbeats.
        counts: How often clients did `connect`, `identify`, `resume`, `resumed`.
    """

    def __init__(self, world: World, hub: Hub, token: str, heartbeat_interval: float) -> None:
        self.world = world
        self.hub = hub
        self.token = token
        self.heartbeat_interval = heartbeat_interval
        self.granted_intents = PRIVILEGED
        self.counts: Counter[str] = Counter()

    @property
    def url(self) -> str:
        """The address that clients connect to."""
        return self.world.base_url.replace("http", "ws", 1) + "/gateway/"

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one socket until it closes."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=_MAX_CLIENT_FRAME)
        await socket.prepare(request)
        connection = Connection(request, socket, codec_for(request.query.get("compress")))
        writer = asyncio.create_task(connection.write(), name="sandbox-gateway-writer")
        peer = Peer(self, connection)
        try:
            await peer.talk(socket)
        finally:
            peer.leave()
            writer.cancel()
            await asyncio.wait([writer])
        return socket

    def application_flags(self) -> int:
        """The application's flags for the intents that are granted."""
        return sum(flag for intent, flag in _INTENT_FLAGS.items() if intent & self.granted_intents)


class Peer:
    """One client on one socket."""

    def __init__(self, endpoint: GatewayEndpoint, connection: Connection) -> None:
        self._endpoint = endpoint
        self._world = endpoint.world
        self._hub = endpoint.hub
        self._connection = connection
        self._session: Session | None = None
        self._handlers: dict[int, Callable[[Any], Awaitable[None]]] = {
            Op.HEARTBEAT: self._heartbeat,
            Op.IDENTIFY: self._identify,
            Op.RESUME: self._resume,
            Op.REQUEST_MEMBERS: self._request_members,
        }

    async def talk(self, socket: web.WebSocketResponse) -> None:
        """Greet the client and answer it until the socket closes."""
        self._endpoint.counts["connect"] += 1
        interval = round(self._endpoint.heartbeat_interval * 1000)
        self._connection.send_op(Op.HELLO, {"heartbeat_interval": interval})
        async for message in socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._receive(message.data)

    def leave(self) -> None:
        """Let the session go on without a socket."""
        if self._session is not None and self._session.connection is self._connection:
            self._session.connection = None

    async def _receive(self, raw: str | bytes) -> None:
        try:
            frame = json.loads(raw)
            handler = self._handlers.get(frame["op"])
        except (ValueError, KeyError, TypeError):
            await self._connection.close(CloseCode.DECODE_ERROR)
            return
        if handler is not None:
            await handler(frame.get("d"))

    async def _heartbeat(self, sequence: int | None) -> None:
        if self._session is not None:
            self._session.acknowledge(sequence)
        self._connection.send_op(Op.HEARTBEAT_ACK)

    async def _identify(self, data: JsonObject) -> None:
        self._endpoint.counts["identify"] += 1
        if data["token"] != self._endpoint.token:
            await self._connection.close(CloseCode.AUTHENTICATION_FAILED)
            return
        intents = data["intents"]
        if intents & PRIVILEGED.value & ~self._endpoint.granted_intents.value:
            await self._connection.close(CloseCode.DISALLOWED_INTENTS)
            return
        index, count = data.get("shard") or (0, 1)
        self._session = self._hub.open(intents, (index, count))
        self._session.connection = self._connection
        self._greet(self._session)

    def _greet(self, session: Session) -> None:
        guilds = [
            guild
            for guild in self._world.guilds.values()
            if session.wants(Event("GUILD_CREATE", {}, guild.id))
        ]
        session.dispatch(Encoded(Event("READY", self._ready(session, [g.id for g in guilds]))))
        everybody = bool(session.intents & Intent.GUILD_MEMBERS.value)
        for guild in guilds:
            if guild.available:
                payload = guild.create_payload(everybody=everybody) | {"unavailable": False}
                session.dispatch(Encoded(Event("GUILD_CREATE", payload, guild.id)))

    def _ready(self, session: Session, guild_ids: list[int]) -> JsonObject:
        return {
            "v": 10,
            "user": self._world.bot.payload() | {"verified": True, "mfa_enabled": False},
            "guilds": [{"id": str(guild_id), "unavailable": True} for guild_id in guild_ids],
            "session_id": session.id,
            "resume_gateway_url": self._endpoint.url,
            "shard": list(session.shard),
            "application": {
                "id": str(self._world.application_id),
                "flags": self._endpoint.application_flags(),
            },
        }

    async def _resume(self, data: JsonObject) -> None:
        self._endpoint.counts["resume"] += 1
        if data["token"] != self._endpoint.token:
            await self._connection.close(CloseCode.AUTHENTICATION_FAILED)
            return
        session = self._hub.sessions.get(data["session_id"])
        missed = None if session is None else session.missed(data["seq"] or 0)
        if session is None or missed is None:
            self._connection.send_op(Op.INVALID_SESSION, data=False)
            return
        self._adopt(session, missed)

    def _adopt(self, session: Session, missed: list[str]) -> None:
        self._session = session
        session.connection = self._connection
        for frame in missed:
            self._connection.send(frame)
        session.dispatch_raw("RESUMED", json.dumps({"_trace": ["sandbox"]}))
        self._endpoint.counts["resumed"] += 1

    async def _request_members(self, data: dict[str, Any]) -> None:
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is None or self._session is None:
            return
        prefix, wanted = data.get("query", ""), data.get("user_ids")
        ids = (
            {int(one) for one in (wanted if isinstance(wanted, list) else [wanted])}
            if wanted
            else None
        )
        members = [
            member.payload()
            for member in guild.members.values()
            if (member.id in ids if ids is not None else member.name.startswith(prefix))
        ]
        chunk = {
            "guild_id": str(guild.id),
            "members": members,
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "nonce": data.get("nonce"),
        }
        self._session.dispatch(Encoded(Event("GUILD_MEMBERS_CHUNK", chunk, guild.id)))
