"""Time and chance as values, so that tests bring their own."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time, a pause and chance come from.

    Attributes:
        now: Seconds of a clock that never goes back.
        sleep: Waits for some seconds.
        chance: A number in [0, 1).
        date: The date and time in UTC.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    date: Callable[[], datetime] = _utc_now
