"""What few people, or people who weigh unequally, do to an interval.

The bootstrap's spread of a mean of n people is too small by the square root of (n - 1) / n, and is
itself uncertain, as Student's distribution with n - 1 degrees of freedom allows for. Where people
weigh unequally both are worse than their number says. Here both follow from the weights, as if
people's means had one variance (Bell and McCaffrey, "Bias Reduction in Standard Errors for Linear
Regression with Multi-Stage Samples", Survey Methodology 28, 2002; the degrees of freedom are those
of Satterthwaite, Biometrics Bulletin 2, 1946). With equal weights they are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_LEAST_FREEDOM: Final = 1.5
"""With fewer degrees the expansion of ``student_quantile`` means nothing, and nor does a figure."""


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """How well the bootstrap's spread of each of f figures is known.

    Attributes:
        freedom: float64[f], degrees of freedom, at least 1.5.
        inflation: float64[f], what the spread must be multiplied by, at least 1.
    """

    freedom: Floats
    inflation: Floats

    @classmethod
    def of(cls, weights: Floats) -> Self:
        """Return it from how much each person counts for each figure.

        Args:
            weights: float64[people, f], at least 0.
        """
        total = weights.sum(axis=0)
        part = weights / np.where(total > 0, total, 1.0)
        two, three, four, five = ((part**power).sum(axis=0) for power in (2, 3, 4, 5))
        # The bootstrap's variance is a quadratic form of people's means: its trace, and that of
        # its square.
        trace = two - 2 * three + two**2
        square = four + 4 * four * two + 2 * three**2 + two**4 - 4 * five - 4 * two**2 * three
        known = (trace > 1e-12) & (square > 0)
        ones = np.ones_like(trace)
        freedom = np.divide(trace**2, square, out=ones.copy(), where=known)
        ratio = np.divide(two, trace, out=ones.copy(), where=known)
        return cls(np.maximum(freedom, _LEAST_FREEDOM), np.sqrt(np.maximum(ratio, 1.0)))

    def at(self, places: slice | npt.NDArray[np.bool_]) -> Support:
        """Return it for some figures."""
        return Support(self.freedom[places], self.inflation[places])

    def weaker(self, other: Support) -> Support:
        """Return the worse of two, figure by figure; one figure is compared with all."""
        return Support(
            np.minimum(self.freedom, other.freedom), np.maximum(self.inflation, other.inflation)
        )


def widened(quantile: float, freedom: float, inflation: float) -> float:
    """Return what a quantile of the normal distribution becomes for few people.

    Args:
        quantile: In standard deviations.
        freedom: Degrees of freedom.
        inflation: Of the standard deviation.
    """
    return student_quantile(NormalDist().cdf(quantile), freedom) * inflation


def student_quantile(probability: float, freedom: float) -> float:
    """Return a quantile of Student's t by the expansion of Fisher and Cornish (1960).

    Off by less than 0.3 % at probability 0.975 from 4 degrees of freedom upwards.
    """
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))
