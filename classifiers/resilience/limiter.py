"""So much a minute and no more: a token bucket that hands out waiting times."""

from __future__ import annotations

from classifiers.resilience.timing import Timing

MINUTE = 60.0


class RateLimiter:
    """A bucket that holds a minute's worth; whoever takes more than is left waits for it.

    Takers are served in the order in which they came, for each one's debt is paid before the next.
    """

    def __init__(self, per_minute: float, timing: Timing) -> None:
        self._most = per_minute
        self._rate = per_minute / MINUTE
        self._timing = timing
        self._left = per_minute
        self._seen = timing.now()

    def take(self, amount: float, patience: float) -> float | None:
        """Take an amount; return the seconds to wait before it may be used.

        Returns:
            ``None`` when that is longer than ``patience`` seconds; then nothing is taken.
        """
        self._refill()
        # More than a minute's worth waits for a full bucket and leaves a debt.
        wait = max(0.0, min(amount, self._most) - self._left) / self._rate
        if wait > patience:
            return None
        self._left -= amount
        return wait

    def give_back(self, amount: float) -> None:
        """Return what was not used; a negative amount takes what was used beyond it."""
        self._refill()
        self._left = min(self._most, self._left + amount)

    def _refill(self) -> None:
        now = self._timing.now()
        self._left = min(self._most, self._left + (now - self._seen) * self._rate)
        self._seen = now
