"""What a language model may cost: tokens and requests a minute, money a day."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from classifiers.resilience.failures import Unreachable
from classifiers.resilience.limiter import RateLimiter
from classifiers.resilience.timing import Timing

log = logging.getLogger(__name__)

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a million tokens; the currency is whatever the budget is in."""

    sent: float = 0.0
    answered: float = 0.0

    def cost(self, sent: int, answered: int) -> float:
        """Return what some tokens cost."""
        return (sent * self.sent + answered * self.answered) / MILLION


class Budget:
    """Money for each day of UTC. It is kept in memory: a restart begins with a full one.

    Args:
        daily: Money a day; ``None`` for no limit.
        timing: Where the date comes from.
    """

    def __init__(self, daily: float | None, timing: Timing) -> None:
        self._daily = daily
        self._timing = timing
        self._day: date | None = None
        self._told: date | None = None
        self.spent = 0.0

    def spend(self, cost: float) -> None:
        """Spend some of today's money.

        Raises:
            Unreachable: There is not enough left; ``retry_after`` is the time until midnight.
        """
        now = self._timing.date()
        if now.date() != self._day:
            self._day, self.spent = now.date(), 0.0
        if self._daily is not None and self.spent + cost > self._daily:
            midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            if self._told != self._day:
                self._told = self._day
                log.warning("the language model's budget of the day is spent, until midnight UTC")
            msg = "the budget of the day is spent"
            raise Unreachable(msg, retry_after=(midnight - now).total_seconds())
        self.spent += cost

    def correct(self, difference: float) -> None:
        """Add what a request cost beyond what was spent for it."""
        self.spent = max(0.0, self.spent + difference)


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was set aside for a request: tokens sent and answered."""

    sent: int
    answered: int

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.sent + self.answered


class Purse:
    """Sets aside before a request, and settles after it.

    Args:
        timing: Where the time comes from.
        budget: Money a day.
        prices: What tokens cost.
        requests: Requests a minute, or ``None``.
        tokens: Tokens a minute, or ``None``.
        patience: Seconds that a request may wait for its turn.
    """

    def __init__(
        self,
        timing: Timing,
        budget: Budget,
        prices: Prices,
        *,
        requests: float | None,
        tokens: float | None,
        patience: float,
    ) -> None:
        self._timing = timing
        self._budget = budget
        self._prices = prices
        self._requests = None if requests is None else RateLimiter(requests, timing)
        self._tokens = None if tokens is None else RateLimiter(tokens, timing)
        self._patience = patience

    async def reserve(self, reserved: Reserved) -> None:
        """Set aside for a request, and wait for its turn.

        Raises:
            Unreachable: The budget is spent, or the turn would come too late.
        """
        cost = self._prices.cost(reserved.sent, reserved.answered)
        self._budget.spend(cost)
        waits: list[float | None] = []
        if self._requests is not None:
            waits.append(self._requests.take(1, self._patience))
        if self._tokens is not None:
            waits.append(self._tokens.take(reserved.tokens, self._patience))
        if None in waits:
            self._budget.correct(-cost)
            self._return(waits, reserved)
            msg = "the limit of requests or tokens a minute is reached"
            raise Unreachable(msg)
        pause = max((wait for wait in waits if wait is not None), default=0.0)
        if pause > 0:
            await self._timing.sleep(pause)

    def settle(self, reserved: Reserved, sent: int | None, answered: int | None) -> None:
        """Put right what a request has really used, where the server has counted."""
        if sent is None or answered is None:
            return
        planned = self._prices.cost(reserved.sent, reserved.answered)
        self._budget.correct(self._prices.cost(sent, answered) - planned)
        if self._tokens is not None:
            self._tokens.give_back(reserved.tokens - sent - answered)

    def release(self, reserved: Reserved) -> None:
        """Take back the money and the tokens of a request that was not answered."""
        self.settle(reserved, 0, 0)

    def _return(self, waits: list[float | None], reserved: Reserved) -> None:
        amounts = [(self._requests, 1), (self._tokens, reserved.tokens)]
        limiters = [(limiter, amount) for limiter, amount in amounts if limiter is not None]
        for (limiter, amount), wait in zip(limiters, waits, strict=True):
            if wait is not None:
                limiter.give_back(amount)
