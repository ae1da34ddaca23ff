"""A channel over many weeks, as sums per person and quarter of a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from reports.alerts_usual import Turns
from reports.period import DAYS
from reports.spans import PARTS

Floats = npt.NDArray[np.float64]

PART_OF_DAY: Final = np.array([0.25, 0.9, 1.3, 1.55])
"""How busy the quarters of a day are, from midnight."""

WEEKDAY: Final = np.array([1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 0.9])
_TAIL: Final = 0.9
_MESSAGE_SPREAD: Final = 0.45
"""Standard deviation of the valence of one message of one person in one mood."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a channel is like.

    Attributes:
        people: How many write; their activity follows a power law.
        rate: Messages a person and day, on average.
        temper: Standard deviation of people's own moods.
        whims: Standard deviation of a person's mood from day to day.
        weather: Standard deviation of what all people of a day share.
        lingering: Correlation of that from one day to the next.
        cycle: How much brighter Saturday is than Wednesday.
        turnover: Part of the people who are replaced each week.
        shift: Of the valence of everybody, from ``shift_at`` on.
        shift_at: The first bin that is shifted.
        loud: Messages a day of one person more, of valence -0.9 from ``loud_from`` on.
        loud_from: The first bin of that.
    """

    people: int = 30
    rate: float = 3.0
    temper: float = 0.12
    whims: float = 0.08
    weather: float = 0.03
    lingering: float = 0.3
    cycle: float = 0.08
    turnover: float = 0.05
    shift: float = 0.0
    shift_at: int = 0
    loud: float = 0.0
    loud_from: int = 0


def lived(plan: Plan, weeks: int, draw: np.random.Generator) -> Turns:
    """Let a channel live for some weeks; every value is drawn from ``draw`` alone."""
    days = weeks * DAYS
    bins = np.arange(days * PARTS)
    activity = 1 / (np.arange(plan.people) + 1.5) ** _TAIL
    rate = plan.rate / PARTS * activity / activity.mean()
    busy = PART_OF_DAY[bins % PARTS] * WEEKDAY[bins // PARTS % DAYS]
    bursts = draw.gamma(2.0, 0.5, (plan.people, len(bins)))
    count = draw.poisson(rate[:, None] * busy * bursts)
    # Who leaves is followed by somebody as active, of another temper.
    leaving = draw.random((plan.people, weeks)) < plan.turnover
    generation = np.repeat(leaving.cumsum(axis=1), DAYS * PARTS, axis=1)
    temper = draw.normal(0, plan.temper, (plan.people, weeks + 1))
    whims = draw.normal(0, plan.whims, (plan.people, days)).repeat(PARTS, axis=1)
    mood = np.take_along_axis(temper, generation, axis=1) + whims
    mood += _weather(plan, days, draw).repeat(PARTS)
    mood += plan.cycle / 2 * np.cos(2 * np.pi * (bins // PARTS % DAYS - 5) / DAYS)
    mood += np.where(bins >= plan.shift_at, plan.shift, 0.0)
    who, when = np.nonzero(count)
    messages = count[who, when].astype(np.float64)
    # A few messages of one person vary as no normal number does.
    noise = draw.standard_t(4, len(who)) / np.sqrt(2) * _MESSAGE_SPREAD / np.sqrt(messages)
    valence = np.clip(mood[who, when] + noise, -1, 1)
    author = (who + plan.people * generation[who, when]).astype(np.uint64)
    return _with_loud(plan, Turns(author, when.astype(np.int64), messages, valence), bins, draw)


def _weather(plan: Plan, days: int, draw: np.random.Generator) -> Floats:
    fresh = draw.normal(0, plan.weather * np.sqrt(1 - plan.lingering**2), days)
    shared = np.zeros(days)
    for day in range(days):
        shared[day] = plan.lingering * shared[day - 1] + fresh[day]
    return shared


def _with_loud(
    plan: Plan, turns: Turns, bins: npt.NDArray[np.int64], draw: np.random.Generator
) -> Turns:
    if not plan.loud:
        return turns
    count = draw.poisson(plan.loud / PARTS, len(bins))
    when = np.flatnonzero(count)
    mood = np.where(when >= plan.loud_from, -0.9, 0.0)
    return Turns(
        np.concatenate([turns.author, np.full(len(when), 2**40, np.uint64)]),
        np.concatenate([turns.bin, when]),
        np.concatenate([turns.messages, count[when].astype(np.float64)]),
        np.concatenate([turns.valence, mood]),
    )


def between(turns: Turns, first: int, last: int) -> Turns:
    """Return the person-bins of [first, last), whose first bin becomes 0."""
    inside = turns.where((turns.bin >= first) & (turns.bin < last))
    return Turns(inside.author, inside.bin - first, inside.messages, inside.valence)
