"""Serves the routes: log, faults, token, rate limits, then the handler."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.api_error import ApiError
from bot.sandbox.faults import Abort, Fault, FaultPlan
from bot.sandbox.ratelimit import RateLimiter
from bot.sandbox.rest import audit, channels, commands, interactions, messages, people, webhooks
from bot.sandbox.rest.call import Call
from bot.sandbox.rest.route import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.world import World

API = "/api/v10"
FILES = "/cdn/attachments/{channel_id}/{file_id}/{name}"
"""Where attachments are served, outside of the API; its route is called `GET` and this."""

ROUTES = (
    *audit.ROUTES,
    *messages.ROUTES,
    *channels.ROUTES,
    *people.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
)
_MAJOR_PARAMETERS = ("channel_id", "guild_id", "interaction_token")
_KEPT_REQUESTS = 50_000

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class LoggedRequest:
    """One request: its route as documented, its real path with the query, its status."""

    route: str
    path: str
    status: int | None = None


class Router:
    """Puts the routes into a web application and remembers what was asked.

    Attributes:
        requests: The latest requests, oldest first.
        unhandled: Method and path of requests that no route serves.
    """

    def __init__(self, world: World, token: str, gateway: Route) -> None:
        self._world = world
        self._authorization = f"Bot {token}"
        self._routes = {route.name: route for route in (*ROUTES, gateway)}
        self.limits = RateLimiter()
        self.faults = FaultPlan()
        self.requests: deque[LoggedRequest] = deque(maxlen=_KEPT_REQUESTS)
        self.unhandled: list[str] = []

    def known(self, name: str) -> str:
        """`name`, when a route is called so.

        Raises:
            KeyError: No route is.
        """
        if name not in self._routes and name != f"GET {FILES}":
            raise KeyError(f"no route is called {name!r}")
        return name

    def install(self, app: web.Application) -> None:
        """Add every route, the file server and the loud fallback."""
        for route in self._routes.values():
            app.router.add_route(route.method, API + route.template, self._serve(route))
        app.router.add_get(FILES, self._file)
        app.router.add_route("*", "/{path:.*}", self._unhandled)

    def _serve(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            logged = LoggedRequest(route.name, request.path_qs.removeprefix(API))
            self.requests.append(logged)
            response = await self._answer(route, request)
            logged.status = response.status
            return response

        return serve

    async def _answer(self, route: Route, request: web.Request) -> web.StreamResponse:
        fault = self.faults.next(route.name) or Fault()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.abort is Abort.BEFORE:
            return _cut(request)
        if route.needs_token and request.headers.get("Authorization") != self._authorization:
            return _reply(ApiError(401, 0).payload(), 401)
        if fault.status is not None:
            body = {"message": "Ordered failure", "code": fault.code}
            return _reply(body, fault.status)
        verdict = self.limits.check(route.name, _major(request), counts_globally=route.needs_token)
        if verdict.retry_after is not None:
            return verdict.refusal()
        response = await self._handle(route, request)
        if fault.abort is Abort.AFTER:
            return _cut(request)
        response.headers.update(verdict.headers)
        return response

    async def _handle(self, route: Route, request: web.Request) -> web.StreamResponse:
        try:
            result = await route.handler(Call(request, self._world))
        except ApiError as error:
            return _reply(error.payload(), error.status)
        except (KeyError, TypeError, ValueError) as error:
            # A malformed body: tell the client which part, as Discord does.
            logger.warning("%s: malformed request (%r)", route.name, error)
            return _reply({"message": f"Invalid Form Body ({error!r})", "code": 50035}, 400)
        return web.Response(status=204) if result is None else _reply(result, 200)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        logged = LoggedRequest(f"GET {FILES}", request.path_qs)
        self.requests.append(logged)
        response = await self._content(request, self.faults.next(logged.route) or Fault())
        logged.status = response.status
        return response

    async def _content(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.abort is not None:
            return _cut(request)
        if fault.status is not None:
            return web.Response(status=fault.status)
        file = self._world.files.get(int(request.match_info["file_id"]))
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.content_type)

    async def _unhandled(self, request: web.Request) -> web.StreamResponse:
        name = f"{request.method} {request.path}"
        self.unhandled.append(name)
        logger.error("the sandbox does not speak %s", name)
        return _reply({"message": f"The sandbox does not speak {name}", "code": 0}, 501)


def _reply(body: Any, status: int) -> web.Response:  # noqa: ANN401 - any JSON value
    # The client compares the whole header, so no charset may be added.
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _major(request: web.Request) -> str:
    for name in _MAJOR_PARAMETERS:
        if name in request.match_info:
            return request.match_info[name]
    return ""
