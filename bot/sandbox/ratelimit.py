"""Rate limits, per route and global, in the words that Discord uses for them."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from hashlib import blake2b

from aiohttp import web

_EDGE = 0.005
"""Seconds added to every wait, so that a client that obeys does not arrive too early."""


@dataclass(slots=True)
class Limit:
    """At most `requests` in every window of `per` seconds."""

    requests: int
    per: float


@dataclass(slots=True)
class _Window:
    left: int
    ends: float


@dataclass(slots=True)
class Verdict:
    """Headers for any answer, and the seconds to wait when the request is refused."""

    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    is_global: bool = False

    def refusal(self) -> web.Response:
        """The 429 answer; `Via` tells clients that it comes from Discord and not its edge."""
        wait = round(self.retry_after or 0.0, 3)
        scope = "global" if self.is_global else "user"
        headers = self.headers | {
            "Via": "1.1 google",
            "Retry-After": str(math.ceil(wait)),
            "X-RateLimit-Scope": scope,
        }
        if self.is_global:
            headers["X-RateLimit-Global"] = "true"
        body = {
            "message": "You are being rate limited.",
            "retry_after": wait,
            "global": self.is_global,
        }
        headers["Content-Type"] = "application/json"
        return web.Response(body=json.dumps(body).encode(), status=429, headers=headers)


class RateLimiter:
    """Counts requests by route and major parameter (channel, guild or webhook)."""

    def __init__(self) -> None:
        self._limits: dict[str, Limit] = {}
        self._windows: dict[tuple[str, str], _Window] = {}
        self._global: Limit | None = None
        self._global_window = _Window(0, 0.0)
        self.refused = 0

    def set(self, route: str, limit: Limit | None) -> None:
        """Limit a route, or free it again with None."""
        self._windows = {key: one for key, one in self._windows.items() if key[0] != route}
        if limit is None:
            self._limits.pop(route, None)
        else:
            self._limits[route] = limit

    def set_global(self, limit: Limit | None) -> None:
        """Limit all routes together, or free them again with None."""
        self._global = limit
        self._global_window = _Window(0, 0.0)

    def clear(self) -> None:
        """Free every route."""
        self._limits.clear()
        self._windows.clear()
        self.set_global(None)

    def check(self, route: str, major: str, *, counts_globally: bool) -> Verdict:
        """Count one request and say whether it may pass."""
        now = time.monotonic()
        if self._global is not None and counts_globally:
            window = self._global_window = _current(self._global_window, self._global, now)
            if not _take(window):
                return self._refuse(Verdict(is_global=True), window, now)
        limit = self._limits.get(route)
        if limit is None:
            return Verdict()
        window = _current(self._windows.get((route, major)), limit, now)
        self._windows[route, major] = window
        granted = _take(window)
        verdict = Verdict(_headers(route, limit, window, now))
        return verdict if granted else self._refuse(verdict, window, now)

    def _refuse(self, verdict: Verdict, window: _Window, now: float) -> Verdict:
        self.refused += 1
        verdict.retry_after = window.ends - now + _EDGE
        return verdict


def _current(window: _Window | None, limit: Limit, now: float) -> _Window:
    if window is None or now >= window.ends:
        return _Window(limit.requests, now + limit.per)
    return window


def _take(window: _Window) -> bool:
    if window.left <= 0:
        return False
    window.left -= 1
    return True


def _headers(route: str, limit: Limit, window: _Window, now: float) -> dict[str, str]:
    wait = max(0.0, window.ends - now) + _EDGE
    return {
        "X-RateLimit-Limit": str(limit.requests),
        "X-RateLimit-Remaining": str(window.left),
        "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
        "X-RateLimit-Reset-After": f"{wait:.3f}",
        "X-RateLimit-Bucket": blake2b(route.encode(), digest_size=8).hexdigest(),
    }
