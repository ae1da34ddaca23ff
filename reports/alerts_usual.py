"""What is usual in one channel: its weekly cycle, its people, and how much it wavers.

Everything is worked out anew from the records each time; nothing of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from reports.grouping import Authors, Flags, Floats, Integers
from reports.period import DAYS
from reports.spans import PARTS

WEEK_BINS: Final = DAYS * PARTS
"""Time bins a week: quarters of local days."""

CLIP: Final = 1.5
"""Standard deviations of people beyond which one person's mood in a bin counts no more."""

_ROUNDS: Final = 5
_PERSON_PRIOR: Final = 4.0
"""Bins of nothing unusual that a person's own mood is shrunk by."""

_CYCLE_PRIOR: Final = 8.0
"""The same for a weekday, and for a part of the day."""

_LAGS: Final = 8
"""Bins over which a mood is taken to linger: two days."""


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """Who wrote in one channel when, and how it sounded; m person-bins.

    Attributes:
        author: uint64[m].
        bin: int64[m], index of the time bin; bins of one week repeat after ``WEEK_BINS``.
        messages: float64[m], how many messages.
        valence: float64[m], their mean, in [-1, 1].
    """

    author: Authors
    bin: Integers
    messages: Floats
    valence: Floats

    def __len__(self) -> int:
        return len(self.bin)

    def where(self, mask: Flags) -> Turns:
        """Return the person-bins that a mask bool[m] selects."""
        return Turns(self.author[mask], self.bin[mask], self.messages[mask], self.valence[mask])


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What each person would sound like in each bin, had nothing happened.

    Attributes:
        level: Mean of all person-bins.
        weekday: float64[7].
        part: float64[4], of the day.
        people: uint64[p], sorted.
        person: float64[p], how each differs from the others.
    """

    level: float
    weekday: Floats
    part: Floats
    people: Authors
    person: Floats

    @classmethod
    def fitted(cls, turns: Turns) -> Expectation:
        """Fit by backfitting shrunk means: a random-effects model without its matrix.

        A cycle is shrunk by bins, not by person-bins: those of one bin share its luck.
        """
        people, who = np.unique(turns.author, return_inverse=True)
        bins, where = np.unique(turns.bin, return_inverse=True)
        size = np.bincount(where).astype(np.float64)
        day, part = _slots(bins)
        level = float((np.bincount(where, turns.valence) / size).mean())
        found = cls(level, np.zeros(DAYS), np.zeros(PARTS), people, np.zeros(len(people)))
        for _ in range(_ROUNDS):
            cycle = found.weekday[day] + found.part[part]
            rest = turns.valence - found.level - cycle[where]
            person: Floats = np.bincount(who, rest) / (np.bincount(who) + _PERSON_PRIOR)
            mean = np.bincount(where, turns.valence - person[who]) / size
            level = float(mean.mean())
            weekday = _shrunk(mean - level - found.part[part], day, DAYS)
            parts = _shrunk(mean - level - weekday[day], part, PARTS)
            found = cls(level, weekday, parts, people, person)
        return found

    def surprise(self, turns: Turns) -> Floats:
        """Return how much brighter each person-bin is than expected, float64[m]."""
        day, part = _slots(turns.bin)
        place = np.minimum(np.searchsorted(self.people, turns.author), len(self.people) - 1)
        known = self.people[place] == turns.author
        person = np.where(known, self.person[place], 0.0)
        rest: Floats = turns.valence - self.level - self.weekday[day] - self.part[part] - person
        return rest


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """How a channel usually is, and how far from that it usually gets.

    Attributes:
        expectation: Of all the bins before.
        spread: Standard deviation of one person in one bin, at least a little.
        offset: Mean of the clipped surprises.
        within: Variance of a clipped surprise between the people of a bin.
        between: Variance that the people of a bin share.
        lingering: How many times more a sum of bins varies than if they were independent, >= 1.
        bins: How many bins this rests on.
    """

    expectation: Expectation
    spread: float
    offset: float
    within: float
    between: float
    lingering: float
    bins: int

    @classmethod
    def learned(cls, turns: Turns, minimum: int) -> Usual | None:
        """Learn from the weeks before, or return ``None`` when there is too little.

        How much the channel wavers is measured on each week by what the other weeks expect, so
        that the error of the expectation counts.

        Args:
            turns: Of the weeks before.
            minimum: Bins with fewer people are left out of the measuring.
        """
        week = turns.bin // WEEK_BINS
        folds = np.unique(week)
        if len(folds) < 2:
            return None
        surprise = np.empty(len(turns))
        for fold in folds:
            inside = week == fold
            expected = Expectation.fitted(turns.where(~inside))
            surprise[inside] = expected.surprise(turns.where(inside))
        spread = max(float(surprise.std()), 1e-3)
        clipped = np.clip(surprise, -CLIP * spread, CLIP * spread)
        bins, where, count = np.unique(turns.bin, return_inverse=True, return_counts=True)
        mean = np.bincount(where, clipped) / count
        within = ((clipped - mean[where]) ** 2).sum() / max(int((count - 1).sum()), 1)
        judged = count >= minimum
        if judged.sum() < WEEK_BINS // 2:
            return None
        offset = float(mean[judged].mean())
        off, noise = mean[judged] - offset, within / count[judged]
        between = max(float((off**2 - noise).mean()), 0.0)
        scores = off / np.sqrt(between + noise + 1e-9)
        return cls(
            Expectation.fitted(turns),
            spread,
            offset,
            float(within),
            between,
            _lingering(scores, bins[judged]),
            int(judged.sum()),
        )

    def clipped(self, surprise: Floats) -> Floats:
        """Return surprises of which none counts too much."""
        limit = CLIP * self.spread
        cut: Floats = np.clip(surprise, -limit, limit) - self.offset
        return cut

    def scores(self, mean: Floats, people: Floats) -> Floats:
        """Return the standard scores of bins, of long-run variance 1 while nothing happens.

        Args:
            mean: Mean clipped surprise of the people of each bin.
            people: How many they are, at least 1.
        """
        variance = self.between + self.within / people + 1e-9
        standard: Floats = mean / np.sqrt(variance * self.lingering)
        return standard


def _slots(bins: Integers) -> tuple[Integers, Integers]:
    return bins // PARTS % DAYS, bins % PARTS


def _shrunk(values: Floats, group: Integers, groups: int) -> Floats:
    count = np.bincount(group, minlength=groups)
    effect: Floats = np.bincount(group, values, minlength=groups) / (count + _CYCLE_PRIOR)
    return effect


def _lingering(scores: Floats, bins: Integers) -> float:
    """Return the long-run variance of scores by their variance (Newey and West 1987)."""
    line = np.zeros(int(bins[-1] - bins[0]) + 1)
    there = np.zeros(len(line))
    line[bins - bins[0]], there[bins - bins[0]] = scores, 1.0
    ratio = 1.0
    power = float((scores**2).mean())
    for lag in range(1, min(_LAGS, len(line) - 1) + 1):
        pairs = float((there[lag:] * there[:-lag]).sum())
        if pairs >= _LAGS:
            shared = float((line[lag:] * line[:-lag]).sum()) / pairs
            ratio += 2 * (1 - lag / (_LAGS + 1)) * shared / power
    return max(ratio, 1.0)
