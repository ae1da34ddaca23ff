"""Intervals from a bootstrap over people.

Messages of one person are not independent, so the unit that is drawn is the person with all their
messages (cluster bootstrap; Davison and Hinkley 1997, "Bootstrap Methods and their Application",
section 3.8). Every figure of a report follows from sums over people, so one matrix product per
block of resamples gives what the replicates of all figures need at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from reports.freedom import Support, widened

Floats = npt.NDArray[np.float64]

RESAMPLES: Final = 2_000
LEVEL: Final = 0.95
_ROOT: Final = 1 / 3
_LEAST_SHARE: Final = 1e-4
_POOLED: Final = 16.0
"""What all shares say of the spread of one of them counts as so many degrees of freedom."""

_BLOCK_CELLS: Final = 250_000
"""People times resamples drawn at once: keeps the working memory under about 6 MB."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval.

    Attributes:
        value: The point estimate.
        low: Lower end of the interval.
        high: Upper end of the interval.
        beyond: A wider interval, which a claim has to clear because the report makes many claims;
            ``None`` for a figure that nothing is claimed of.
    """

    value: float
    low: float
    high: float
    beyond: tuple[float, float] | None = field(
        default=None, compare=False, repr=False, kw_only=True
    )

    def excludes(self, value: float) -> bool:
        """Return whether ``value`` lies outside the interval."""
        return value < self.low or value > self.high

    def clears(self, value: float) -> bool:
        """Return whether a report may claim that the figure is not ``value``."""
        low, high = self.beyond or (self.low, self.high)
        return value < low or value > high


def resampled_sums(
    values: Floats, generator: np.random.Generator, resamples: int = RESAMPLES
) -> Floats:
    """Draw people again and again and add up their values.

    Args:
        values: float64[people, columns].
        generator: Of the draws.
        resamples: How often.

    Returns:
        float64[resamples, columns].
    """
    sums = np.empty((resamples, values.shape[1]))
    done = 0
    for counts in _resample_counts(len(values), resamples, generator):
        np.matmul(counts, values, out=sums[done : done + len(counts)])
        done += len(counts)
    return sums


def generator_for(guild_id: int, period: str) -> np.random.Generator:
    """Return a generator that is the same for the same guild and period: reports can be redone."""
    digest = hashlib.sha256(f"{guild_id}:{period}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def intervals(
    values: Floats, replicates: Floats, support: Support, level: float = LEVEL
) -> list[Estimate]:
    """Return percentile intervals, stretched to the width of Student's.

    The plain percentile interval is too narrow for few people (Hesterberg 2015, "What Teachers
    Should Know About the Bootstrap", section 5.3). Moving its levels outwards cannot help where it
    matters: no replicate of five people lies beyond the most extreme of them, so that five people
    who all moved one way by chance, as happens once in sixteen times, would always look like a
    change. So its two halves are stretched instead.

    Args:
        values: float64[figures], finite.
        replicates: float64[resamples, figures]; NaN where nobody was drawn.
        support: Of the figures.
        level: Of the intervals.
    """
    if not len(values):
        return []
    tail = (1 - level) / 2
    ends = np.nanquantile(replicates, (tail, 1 - tail), axis=0)
    stretch = _stretch(tail, support)
    low = values - np.maximum(values - ends[0], 0.0) * stretch
    high = values + np.maximum(ends[1] - values, 0.0) * stretch
    return [
        Estimate(*each) for each in zip(*(x.tolist() for x in (values, low, high)), strict=True)
    ]


def share_intervals(values: Floats, replicates: Floats, support: Support) -> list[Estimate]:
    """Return 95 % intervals of shares.

    A small share is skewed: where it came out small, so did its spread. Its cube root is nearly
    normal (Wilson and Hilferty, PNAS 17, 1931), so the interval is Student's on that scale. What
    few people say of the spread of one share is little, so it is pulled towards what all of them
    say together (moderated variances; Smyth 2004, Statistical Applications in Genetics and
    Molecular Biology 3): that of independent messages times one design effect (Kish 1965, "Survey
    Sampling").

    Args:
        values: float64[figures], in [0, 1], of one composition.
        replicates: float64[resamples, figures]; NaN where nobody was drawn.
        support: Of the figures.
    """
    if not len(values):
        return []
    tail = (1 - LEVEL) / 2
    alone = np.nanvar(replicates, axis=0)
    apart = values * (1 - values)
    pooled = apart * alone.sum() / max(float(apart.sum()), _LEAST_SHARE)
    own = support.freedom / (support.freedom + _POOLED)
    spread = np.sqrt(own * alone + (1 - own) * pooled)
    support = Support(support.freedom + _POOLED, support.inflation)
    reach = -NormalDist().inv_cdf(tail) * _stretch(tail, support) * spread
    root = np.maximum(values, _LEAST_SHARE) ** _ROOT
    reach *= _ROOT * root / np.maximum(values, _LEAST_SHARE)  # the slope of the cube root
    low = np.minimum(np.maximum(root - reach, 0.0) ** (1 / _ROOT), values)
    high = np.maximum(np.minimum(root + reach, 1.0) ** (1 / _ROOT), values)
    return [
        Estimate(*each) for each in zip(*(x.tolist() for x in (values, low, high)), strict=True)
    ]


def near_nothing(share: Estimate, messages: float) -> Estimate:
    """Widen the interval of a share where messages are too few to tell it from none.

    Resampling what holds no message of a class says that there is none. A share of less than one
    message may be none, and one of three may have been missed altogether ("rule of three"; Hanley
    and Lippman-Hand, JAMA 249, 1983).

    Args:
        share: In [0, 1].
        messages: How many independent messages stand behind it.
    """
    low = share.low if share.low * messages >= 1 else 0.0
    return Estimate(share.value, low, max(share.high, min(3 / max(messages, 3.0), 1.0)))


def jointly_clear(
    deviations: Floats, replicates: Floats, support: Support, chance: float = 1 - LEVEL
) -> npt.NDArray[np.bool_]:
    """Return which of several deviations from zero are clear, all of them tested together.

    The chance that even one is called clear when nothing deviates is ``chance``: each is compared
    with that quantile of the largest standardised error over all of them (single-step max-t;
    Westfall and Young 1993; Romano and Wolf 2005), widened for few people.

    Args:
        deviations: float64[figures]; NaN is never clear.
        replicates: float64[resamples, figures].
        support: Of the figures.
        chance: In (0, 1).
    """
    clear = np.zeros(len(deviations), dtype=np.bool_)
    usable = np.flatnonzero(np.isfinite(deviations))
    errors = replicates[:, usable] - deviations[usable]
    errors = errors[np.isfinite(errors).any(axis=1)]
    spread = np.sqrt(np.nanmean(errors**2, axis=0)) if len(usable) else np.empty(0)
    usable, errors, spread = usable[spread > 0], errors[:, spread > 0], spread[spread > 0]
    if not len(usable):
        return clear
    largest = np.nanmax(np.abs(errors) / spread, axis=1)
    quantile = float(np.nanquantile(largest, 1 - chance))
    each = zip(support.freedom[usable], support.inflation[usable], strict=True)
    thresholds = np.array([widened(quantile, float(df), float(more)) for df, more in each])
    clear[usable] = np.abs(deviations[usable]) / spread > thresholds
    return clear


def divided(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, of one shape; NaN where the denominator is not positive."""
    missing = np.full(np.shape(numerator), np.nan)
    result: Floats = np.divide(numerator, denominator, out=missing, where=denominator > 0)
    return result


def _resample_counts(
    people: int, resamples: int, generator: np.random.Generator
) -> Iterator[Floats]:
    """Yield, in blocks, how often each person is drawn: float64[block, people]."""
    block = max(1, _BLOCK_CELLS // max(people, 1))
    for start in range(0, resamples, block):
        yield _draw(people, min(block, resamples - start), generator)


def _draw(people: int, size: int, generator: np.random.Generator) -> Floats:
    drawn = generator.integers(0, people, size=(size, people), dtype=np.int64)
    drawn += np.arange(size, dtype=np.int64)[:, None] * people
    counts = np.bincount(drawn.ravel(), minlength=size * people)
    return counts.reshape(size, people).astype(np.float64)


def _stretch(tail: float, support: Support) -> Floats:
    """Return how much wider than the bootstrap says intervals with such tails are, float64[f]."""
    normal = -NormalDist().inv_cdf(tail)
    each = zip(support.freedom.tolist(), support.inflation.tolist(), strict=True)
    return np.array([widened(normal, *pair) for pair in each]) / normal
