"""Rate limits and faults that a driver orders, by the name of a route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.faults import Abort, Fault
from bot.sandbox.ratelimit import Limit

if TYPE_CHECKING:
    from bot.sandbox.rest.router import Router


class Disturbances:
    """The part of the sandbox that makes the REST API misbehave.

    Routes are named as Discord documents them: `POST /channels/{channel_id}/messages`.
    """

    _router: Router

    def limit(self, route: str, *, requests: int, per: float) -> None:
        """Allow `requests` every `per` seconds on a route, for each channel, guild or token.

        Raises:
            KeyError: No such route.
        """
        self._router.limits.set(self._router.known(route), Limit(requests, per))

    def limit_globally(self, *, requests: int, per: float) -> None:
        """Allow `requests` every `per` seconds on all routes that need the bot's token."""
        self._router.limits.set_global(Limit(requests, per))

    def lift_limits(self) -> None:
        """Take all rate limits away."""
        self._router.limits.clear()

    def fail(
        self,
        route: str,
        *,
        status: int,
        code: int = 0,
        times: int | None = 1,
        skip: int = 0,
    ) -> None:
        """Answer the next `times` requests of a route (None: all) with an error.

        `skip` lets that many requests pass first. Raises KeyError for an unknown route.
        """
        fault = Fault(times=times, status=status, code=code, skip=skip)
        self._router.faults.order(self._router.known(route), fault)

    def delay(self, route: str, seconds: float, *, times: int | None = 1, skip: int = 0) -> None:
        """Answer late. Raises KeyError for an unknown route."""
        fault = Fault(times=times, delay=seconds, skip=skip)
        self._router.faults.order(self._router.known(route), fault)

    def abort(
        self, route: str, when: Abort = Abort.AFTER, *, times: int | None = 1, skip: int = 0
    ) -> None:
        """Cut the connection instead of answering, by default after the request took effect.

        Raises KeyError for an unknown route.
        """
        fault = Fault(times=times, abort=when, skip=skip)
        self._router.faults.order(self._router.known(route), fault)

    def clear_faults(self, route: str | None = None) -> None:
        """Forget the faults ordered for a route, or all of them."""
        self._router.faults.clear(route)
