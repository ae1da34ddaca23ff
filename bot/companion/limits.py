"""So many answers at once and so many a minute: a token bucket for each person or channel."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_KEYS: Final = 10_000


class Buckets:
    """Token buckets by key; a full one is forgotten, and the longest unused makes room.

    Args:
        most: Tokens of a full bucket.
        seconds: Seconds until a taken token is back.
        now: Seconds of a clock that never goes back.
    """

    def __init__(self, most: int, seconds: float, now: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._now = now
        self._levels: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, key: int) -> float:
        """Take a token; return 0, or the seconds to wait when there is none (none is taken)."""
        now = self._now()
        level, at = self._levels.pop(key, (float(self._most), now))
        level = min(self._most, level + (now - at) / self._seconds)
        wait = 0.0 if level >= 1 else (1 - level) * self._seconds
        self._levels[key] = (level - 1 if not wait else level, now)
        if len(self._levels) > MOST_KEYS:
            self._levels.popitem(last=False)
        return wait
