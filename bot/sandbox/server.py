"""The sandbox itself: starts the server, and is what tests and the demo hold in hand."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.disturbances import Disturbances
from bot.sandbox.errors import UnhandledRouteError, WaitTimeoutError
from bot.sandbox.gateway.endpoint import GatewayEndpoint, Op
from bot.sandbox.gateway.hub import Hub
from bot.sandbox.rest.route import Route
from bot.sandbox.rest.router import Router
from bot.sandbox.speech import compose
from bot.sandbox.world import World

if TYPE_CHECKING:
    from collections import Counter, deque
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self, Unpack

    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import Member
    from bot.sandbox.events import Intent
    from bot.sandbox.guilds import Guild, GuildOptions
    from bot.sandbox.interactions import InteractionDesk
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.rest.call import Call
    from bot.sandbox.rest.router import LoggedRequest
    from bot.sandbox.speech import SayOptions

_HOST = "127.0.0.1"
_POLL = 0.005
_MAX_UPLOAD = 64 << 20


class Sandbox(Disturbances):
    """A loopback Discord on 127.0.0.1.

    Use it as an asynchronous context manager; leaving it raises `UnhandledRouteError` when the
    client called a route that the sandbox does not speak (unless `strict` is false).

    Args:
        token: What the bot must log in with.
        bot_name: The bot's user name.
        clock: Where ids and timestamps come from; real time by default.
        port: 0 takes a free one.
        strict: Whether unhandled routes are an error at the end.
        heartbeat_interval: Seconds between the client's heartbeats.
        replay_limit: Events kept for each session's resume.
    """

    def __init__(
        self,
        token: str = "sandbox-token",  # noqa: S107 - opens nothing but this loopback server
        *,
        bot_name: str = "Nunchi",
        clock: Clock | None = None,
        port: int = 0,
        strict: bool = True,
        heartbeat_interval: float = 41.25,
        replay_limit: int = 10_000,
    ) -> None:
        self.token = token
        self.clock = clock or Clock()
        self.strict = strict
        self._port = port
        self._hub = Hub(replay_limit)
        self.world = World(self.clock, self._hub, bot_name)
        self._gateway = GatewayEndpoint(self.world, self._hub, token, heartbeat_interval)
        self.world.application_flags = self._gateway.application_flags()
        self._router = Router(self.world, token, Route("GET", "/gateway/bot", self._gateway_bot))
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop(check=error is None)

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        app = web.Application(client_max_size=_MAX_UPLOAD)
        app.router.add_get("/gateway/", self._gateway.handle)
        self._router.install(app)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.base_url = f"http://{_HOST}:{self._port}"

    async def stop(self, *, check: bool = True) -> None:
        """Close every socket and stop listening.

        Raises:
            UnhandledRouteError: The client called unknown routes (with `check` and `strict`).
        """
        for connection in list(self._hub.connections()):
            connection.abort()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if check and self.strict and self.unhandled:
            raise UnhandledRouteError(
                "routes the sandbox does not speak: " + ", ".join(self.unhandled)
            )

    @property
    def base_url(self) -> str:
        """Where it listens: "http://127.0.0.1:port"; pass it to `point_discord_at`."""
        return self.world.base_url

    @property
    def interactions(self) -> InteractionDesk:
        """Deadlines of interactions can be changed here."""
        return self.world.interactions

    @property
    def commands(self) -> list[JsonObject]:
        """The commands that the bot has registered for all guilds."""
        return self.world.commands.scope(None)

    @property
    def granted_intents(self) -> Intent:
        """The privileged intents that the developer portal grants; assign to change."""
        return self._gateway.granted_intents

    @granted_intents.setter
    def granted_intents(self, intents: Intent) -> None:
        self._gateway.granted_intents = intents
        self.world.application_flags = self._gateway.application_flags()

    @property
    def requests(self) -> deque[LoggedRequest]:
        """REST requests, oldest first."""
        return self._router.requests

    @property
    def unhandled(self) -> list[str]:
        """Requests that no route serves, as "METHOD path"."""
        return self._router.unhandled

    @property
    def gateway_counts(self) -> Counter[str]:
        """How often clients did `connect`, `identify`, `resume` (asked) and `resumed` (got)."""
        return self._gateway.counts

    @property
    def rate_limited(self) -> int:
        """How many requests were answered with 429."""
        return self._router.limits.refused

    def add_guild(self, name: str, **options: Unpack[GuildOptions]) -> Guild:
        """Create a guild with the bot in it; at run time the bot sees itself join."""
        return self.world.add_guild(name, **options)

    def direct_channel(self, member: Member) -> Channel:
        """The direct message channel between the bot and a member."""
        return self.world.direct_channel(member.user)

    async def say_direct(
        self, member: Member, content: str, **options: Unpack[SayOptions]
    ) -> Message:
        """Write to the bot in a direct message."""
        channel = self.direct_channel(member)
        return await channel.post(compose(self.world, channel, member.user, content, options))

    def posts(self, channel: Channel) -> list[Message]:
        """The bot's messages that are in a channel now, oldest first."""
        return [message for message in channel.history if message.author is self.world.bot]

    async def drop_connections(self, code: int | None = None, *, resumable: bool = True) -> None:
        """Cut all gateway sockets: abruptly, or cleanly with a close code.

        A session that is not `resumable` is forgotten: its client's RESUME gets op 9.
        """
        for connection in self._hub.detach(keep=resumable):
            if code is None:
                connection.abort()
            else:
                await connection.close(code)

    async def request_reconnect(self) -> None:
        """Ask all clients to reconnect and resume (op 7)."""
        for connection in self._hub.connections():
            connection.send_op(Op.RECONNECT)

    async def invalidate_sessions(self, *, resumable: bool) -> None:
        """Tell all clients that their session is invalid (op 9); a fresh one if not resumable."""
        for session in self._hub.connected():
            if not resumable:
                self._hub.forget(session)
            if session.connection is not None:
                session.connection.send_op(Op.INVALID_SESSION, resumable)

    async def send_raw(self, event: str, data: JsonObject) -> None:
        """Send any dispatch, well-formed or not, to all sessions."""
        for session in list(self._hub.sessions.values()):
            session.dispatch_raw(event, json.dumps(data))

    async def flush(self, seconds: float = 10.0) -> None:
        """Wait until every connected client has parsed all that was sent so far.

        Asks for a heartbeat (op 1), which a client answers in turn with the number of the last
        event it has handled.

        Raises:
            WaitTimeoutError: A client did not get there in time.
        """
        targets = {session: session.sequence for session in self._hub.connected()}
        for connection in self._hub.connections():
            connection.send_op(Op.HEARTBEAT)
        await self.wait_until(
            lambda: all(one.acknowledged >= target for one, target in targets.items()), seconds
        )

    async def wait_ready(self, seconds: float = 10.0) -> None:
        """Wait until a client is connected and has parsed its guilds.

        Raises:
            WaitTimeoutError: None did in time.
        """
        await self.wait_until(lambda: bool(self._hub.connected()), seconds)
        await self.flush(seconds)

    async def wait_until(
        self, condition: Callable[[], bool | Awaitable[bool]], seconds: float = 10.0
    ) -> None:
        """Wait until `condition` (plain or asynchronous) holds.

        Raises:
            WaitTimeoutError: It did not within `seconds`.
        """
        give_up = asyncio.get_running_loop().time() + seconds
        while True:
            outcome = condition()
            if await outcome if inspect.isawaitable(outcome) else outcome:
                return
            if asyncio.get_running_loop().time() > give_up:
                raise WaitTimeoutError(f"nothing came of it within {seconds:g} s")
            await asyncio.sleep(_POLL)

    async def _gateway_bot(self, call: Call) -> JsonObject:
        del call
        budget = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
        return {"url": self._gateway.url, "shards": 1, "session_start_limit": budget}
