"""Waiting longer after every failure, with jitter so that processes do not try in step."""

from __future__ import annotations

import asyncio
import random


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
