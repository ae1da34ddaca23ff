"""Trying again, a little later each time, and only where that can help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

from classifiers.resilience.failures import Unreachable
from classifiers.resilience.timing import Timing

T = TypeVar("T")


class Retry:
    """Growing pauses with jitter (Brooker, "Exponential Backoff And Jitter", 2015).

    Args:
        timing: How to wait.
        attempts: Most tries, the first one included.
        first: The first pause lies between half of these seconds and all of them.
        longest: Most seconds of a pause; a server that asks for more is not tried again.
    """

    def __init__(
        self, timing: Timing, *, attempts: int = 3, first: float = 0.2, longest: float = 5.0
    ) -> None:
        self._timing = timing
        self._attempts = attempts
        self._first = first
        self._longest = longest

    async def call(self, action: Callable[[], Awaitable[T]], *, once: bool = False) -> T:
        """Run an action until it succeeds, or until trying again is no use.

        Args:
            action: What to try.
            once: Do not try again.

        Raises:
            ClassificationFailed: What the last try raised.
        """
        for attempt in count(1):
            try:
                return await action()
            except Unreachable as error:
                pause = self._pause(attempt, error)
                if once or pause is None or attempt >= self._attempts:
                    raise
            await self._timing.sleep(pause)
        raise AssertionError

    def _pause(self, attempt: int, error: Unreachable) -> float | None:
        if not error.again:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._longest else None
        ceiling = min(self._longest, self._first * (1 << (attempt - 1)))
        return ceiling * (1 + self._timing.chance()) / 2
