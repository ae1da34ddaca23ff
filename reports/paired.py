"""The change of a mood, paired by person.

What is lasting about a person is in both stretches of time and cancels; what is left of a person is
how much that person moved the difference (its influence; Hampel 1974, "The Influence Curve and Its
Role in Robust Estimation", JASA 69). The interval is Student's over these influences. Drawing
people again says nearly the same of many people, but of five it pairs whom chance happens to draw,
and was too wide: it held the truth in 98 % instead of 95.

Degrees of freedom follow from how unequally people weigh, as in ``reports.freedom``, here for a
difference: the person's own mood counts by how unequally that person took part in both stretches,
and what changes from day to day by the days of each (Bell and McCaffrey 2002; Satterthwaite 1946).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np

from reports.bootstrap import Estimate
from reports.freedom import Floats, widened

LASTING: Final = 0.5
"""How much people differ from each other, beside how much one person's days do: variances. It
weighs in the degrees of freedom only, which it changes by less than a tenth from 0 to 1."""

DIGITS: Final = 2
"""Decimals of a published mood."""

_LEAST_FREEDOM: Final = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """What people say of one stretch of time.

    Attributes:
        total: float64[people], sum of the moods of a person's days.
        days: float64[people], how many those are; 0 for who is not there.
    """

    total: Floats
    days: Floats

    @property
    def mood(self) -> float:
        """Return the mean over all person-days."""
        return float(self.total.sum() / self.days.sum())

    @property
    def parts(self) -> Floats:
        """Return which part of the person-days is each person's, float64[people]."""
        parts: Floats = self.days / self.days.sum()
        return parts

    @property
    def influence(self) -> Floats:
        """Return how far each person moves the mood, float64[people], summing to 0."""
        moved: Floats = (self.total - self.mood * self.days) / self.days.sum()
        return moved


def changed(now: Stretch, before: Stretch, levels: tuple[float, ...]) -> list[Estimate]:
    """Return the change from one stretch to another, with an interval of each level.

    Args:
        now: The one; somebody is there.
        before: The other; somebody is there, people in the same order.
        levels: Such as 0.95.
    """
    value = now.mood - before.mood
    spread = float(np.sqrt(((now.influence - before.influence) ** 2).sum()))
    freedom, inflation = support_of(now, before)
    reaches = (
        spread * widened(NormalDist().inv_cdf((1 + level) / 2), freedom, inflation)
        for level in levels
    )
    return [Estimate(value, value - reach, value + reach) for reach in reaches]


def as_told(change: Estimate, now: float, before: float) -> Estimate:
    """Return a change that agrees with its two moods as they are published, to two decimals.

    +0.08 beside a usual +0.04 and a change of +0.05 would each be right, and look like a mistake.
    The change moves by less than 0.01, and never out of its published interval.

    Args:
        change: Of the mood.
        now: The one mood.
        before: The other.
    """
    apart = round(round(now, DIGITS) - round(before, DIGITS), DIGITS)
    ends = round(change.low, DIGITS), round(change.high, DIGITS)
    return replace(change, value=min(max(apart, ends[0]), ends[1]))


def support_of(now: Stretch, before: Stretch, lasting: float = LASTING) -> tuple[float, float]:
    """Return the degrees of freedom of a change's spread, and what it has to be multiplied by.

    The influences are residuals: of each person's part of both moods, less that of everybody. Were
    people alike, their covariance would be a diagonal and a few outer products, whose trace and
    that of whose square give both (Satterthwaite).
    """
    a, b = now.parts, before.parts
    # Variances and covariance of a person's part of both moods.
    own, theirs = (
        lasting * part**2 + part / stretch.days.sum() for part, stretch in ((a, now), (b, before))
    )
    both = lasting * a * b
    left = own + theirs - 2 * both
    outer = np.stack([a, b, own - both, both - theirs], axis=1)
    first, second, mixed = float(own.sum()), float(theirs.sum()), float(both.sum())
    middle = np.array(
        [[first, -mixed, -1, 0], [-mixed, second, 0, 1], [-1, 0, 0, 0], [0, 1, 0, 0]], np.float64
    )
    added = np.einsum("ij,jk,ik->i", outer, middle, outer)
    trace = float((left + added).sum())
    within = middle @ (outer.T @ outer)
    square = float((left**2 + 2 * left * added).sum() + np.trace(within @ within))
    if trace <= 1e-15 or square <= 0:
        return _LEAST_FREEDOM, 1.0
    ratio = max(float(left.sum()) / trace, 1.0)
    return max(trace**2 / square, _LEAST_FREEDOM), ratio**0.5
