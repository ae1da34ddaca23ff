"""A circuit breaker: a server that fails is left in peace, and noticed when it is back.

The pattern is Nygard's ("Release It!", 2007): closed while all is well, open after failures in a
row, half-open after a pause, when one request may try.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final, TypeVar

from classifiers.errors import ClassificationFailed
from classifiers.resilience.failures import Refused, Unreachable
from classifiers.resilience.timing import Timing

T = TypeVar("T")

MOST_ASKED: Final = 3600.0
"""Seconds of peace that a server may ask for."""


class Circuit(StrEnum):
    """What a breaker does with a request."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitBreaker:
    """Counts failures in a row; every failed trial doubles the pause before the next one.

    Args:
        timing: Where the time comes from.
        failures: Failures in a row that open it.
        pause: Seconds until the first trial.
        longest: Most seconds between two trials, unless the server itself asks for more.
    """

    def __init__(
        self, timing: Timing, *, failures: int = 5, pause: float = 10.0, longest: float = 120.0
    ) -> None:
        self._timing = timing
        self._most = failures
        self._first_pause = pause
        self._longest = longest
        self._failures = 0
        self._pause = pause
        self._until: float | None = None
        self._trying = False

    @property
    def circuit(self) -> Circuit:
        """What happens to a request now."""
        if self._until is None:
            return Circuit.CLOSED
        if self._trying or self._timing.now() >= self._until:
            return Circuit.HALF_OPEN
        return Circuit.OPEN

    async def call(self, action: Callable[[], Awaitable[T]]) -> T:
        """Run an action unless the circuit is open, and learn from how it ends.

        A refused request says nothing of the server, neither does one that was cancelled.

        Raises:
            Unreachable: The circuit is open.
            ClassificationFailed: Whatever the action raises.
        """
        trial = self._admit()
        try:
            result = await action()
        except Refused:
            raise
        except ClassificationFailed as error:
            self.failed(error, trial=trial)
            raise
        else:
            self._succeeded()
            return result
        finally:
            if trial:
                self._trying = False

    def failed(self, error: ClassificationFailed, *, trial: bool = False) -> None:
        """Count a failure; one that asks for time opens the circuit at once."""
        self._failures += 1
        asked = error.retry_after if isinstance(error, Unreachable) else None
        if trial:
            self._pause = min(self._longest, 2 * self._pause)
        elif self._until is not None or (self._failures < self._most and asked is None):
            return
        self._open(max(self._pause, min(asked or 0.0, MOST_ASKED)))

    def trip(self) -> None:
        """Open now: somebody knows that the server is away."""
        self._open(self._pause)

    def _admit(self) -> bool:
        """Tell whether the request is the trial of a half-open circuit."""
        if self._until is None:
            return False
        left = self._until - self._timing.now()
        if self._trying or left > 0:
            msg = "the server failed again and again; it is tried again in a while"
            raise Unreachable(msg)
        self._trying = True
        return True

    def _open(self, pause: float) -> None:
        self._until = self._timing.now() + pause

    def _succeeded(self) -> None:
        self._failures = 0
        self._pause = self._first_pause
        self._until = None
