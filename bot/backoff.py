"""Waiting longer after every failure, with jitter so that processes do not try in step."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from storage.errors import StoreUnavailable

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Backoff:
    """Exponential back-off with full jitter (Brooker, "Exponential Backoff And Jitter", 2015)."""

    def __init__(self, first: float = 0.2, most: float = 10.0) -> None:
        self._first = first
        self._most = most
        self._failures = 0

    def reset(self) -> None:
        """Start again after a success."""
        self._failures = 0

    async def wait(self) -> None:
        """Sleep for the next pause."""
        ceiling = min(self._most, self._first * 2**self._failures)
        self._failures += 1
        await asyncio.sleep(random.uniform(ceiling / 2, ceiling))  # noqa: S311 - not a secret


async def until_stored(
    what: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Do something that needs the store, again and again until it answers.

    Args:
        what: What waits, for the log.
        act: May be repeated.
        *args: Of ``act``.
        **kwargs: Of ``act``.
    """
    backoff = Backoff()
    while True:
        try:
            return await act(*args, **kwargs)
        except StoreUnavailable as error:
            log.warning("%s waits for the store: %s", what, error)
            await backoff.wait()
