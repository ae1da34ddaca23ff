"""Faults to order: answers that fail, come late, or never come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Abort(Enum):
    """When the connection is cut."""

    BEFORE = "before anything was done"
    AFTER = "after the request took effect, before its answer"


@dataclass(slots=True)
class Fault:
    """What shall happen to the next `times` requests of a route (None: to all).

    Attributes:
        delay: Seconds before the request is looked at.
        status: HTTP status to answer instead; None lets the request through.
        code: Discord's JSON code beside that status.
        abort: Cut the connection instead of answering.
        skip: Requests that pass unharmed first.
    """

    times: int | None = 1
    delay: float = 0.0
    status: int | None = None
    code: int = 0
    abort: Abort | None = None
    skip: int = 0


class FaultPlan:
    """The faults that are ordered, by route."""

    def __init__(self) -> None:
        self._faults: dict[str, list[Fault]] = {}

    def order(self, route: str, fault: Fault) -> None:
        """Add a fault after those that are already waiting for the route."""
        self._faults.setdefault(route, []).append(fault)

    def clear(self, route: str | None = None) -> None:
        """Forget the faults of a route, or all of them."""
        if route is None:
            self._faults.clear()
        else:
            self._faults.pop(route, None)

    def next(self, route: str) -> Fault | None:
        """The fault that this request meets, if any."""
        waiting = self._faults.get(route)
        if not waiting:
            return None
        fault = waiting[0]
        if fault.skip > 0:
            fault.skip -= 1
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                waiting.pop(0)
        return fault
