"""The people of a simulated community: how much they write, where, and in which mood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from .plan import DAYS, Floats, Plan

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WEEKDAYS: Final = np.array([1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 0.9])
"""How busy each weekday is."""

_TAIL: Final = 0.9
_WIDEST: Final = 2.5
"""Standard deviations beyond which no mood lies: all of them stay within [-1, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """p people.

    Attributes:
        author: uint64[p], their pseudonyms.
        rate: float64[p], messages a day.
        first: int64[p], the day they came.
        after: int64[p], the day they went.
        opted_out: bool[p], whether their records were forgotten.
        temper: float64[p], their own mood, 0 on average.
        shares: float64[p, 9], their own shares of emotions.
        channels: float64[p, channels], where they write.
    """

    author: npt.NDArray[np.uint64]
    rate: Floats
    first: Integers
    after: Integers
    opted_out: Flags
    temper: Floats
    shares: Floats
    channels: Floats

    @classmethod
    def drawn(cls, plan: Plan, draw: np.random.Generator) -> Self:
        """Draw people: those of the last week, and others who went before it."""
        moved, out = (round(plan.people * part) for part in (plan.fluctuation / 2, plan.opt_outs))
        count = plan.people + moved + out
        activity = 1 / (np.arange(plan.people) + 1.5) ** _TAIL
        rate = plan.rate * activity / activity.mean()
        # Who goes, and who opts out, writes as much as anybody.
        rate = np.concatenate([rate, draw.choice(rate, moved + out)])
        first, after = np.zeros(count, np.int64), np.full(count, DAYS, np.int64)
        comers = draw.choice(plan.people, moved, replace=False)
        first[comers] = draw.integers(1, DAYS, moved)
        after[plan.people : plan.people + moved] = draw.integers(1, DAYS, moved)
        author = draw.choice(2**60, count, replace=False).astype(np.uint64)
        return cls(
            np.unique(author)[draw.permutation(count)],
            rate,
            first,
            after,
            np.arange(count) >= plan.people + moved,
            bounded(draw, plan.temper, (count,)),
            draw.dirichlet(np.array(plan.shares) * plan.alike, count),
            draw.dirichlet(np.full(plan.channels, 1.0), count),
        )

    def messages(self, plan: Plan, draw: np.random.Generator) -> tuple[Integers, Integers]:
        """Return the person and the day of each message, int64[n] both."""
        day = np.arange(DAYS)
        there = (day >= self.first[:, None]) & (day < self.after[:, None])
        busy = WEEKDAYS[day % 7] / WEEKDAYS.mean()
        bursts = draw.gamma(2.0, 0.5, there.shape)
        count = draw.poisson(self.rate[:, None] * busy * bursts * there)
        person, days = (index.ravel() for index in np.indices(count.shape))
        return np.repeat(person, count.ravel()), np.repeat(days, count.ravel())

    def channels_of(self, person: Integers, draw: np.random.Generator) -> Integers:
        """Return where each message is written, int64[n]."""
        return chosen(self.channels, person, draw)

    def labels_of(
        self, plan: Plan, person: Integers, day: Integers, draw: np.random.Generator
    ) -> Integers:
        """Return the true emotion of each message, int64[n]."""
        labels = chosen(self.shares, person, draw)
        risen = np.array([plan.risen(each) for each in range(DAYS)])[day]
        return np.where(draw.random(len(day)) < risen, plan.change.place, labels)

    def moods(
        self, plan: Plan, person: Integers, day: Integers, draw: np.random.Generator
    ) -> Floats:
        """Return how much brighter than others each message is for its person and day."""
        whims = bounded(draw, plan.whims, (len(self.author), DAYS))
        moods: Floats = self.temper[person] + whims[person, day]
        return moods


def bounded(draw: np.random.Generator, spread: float, shape: tuple[int, ...]) -> Floats:
    """Return normal numbers of mean 0, cut where they are widest."""
    limit = _WIDEST * spread
    return np.clip(draw.normal(0, spread, shape), -limit, limit)


def chosen(parts: Floats, person: Integers, draw: np.random.Generator) -> Integers:
    """Return one column a message, drawn by its person's parts float64[p, k]; int64[n]."""
    cumulated = parts.cumsum(axis=1)[:, :-1]
    drawn: Integers = (draw.random(len(person))[:, None] > cumulated[person]).sum(axis=1)
    return drawn
