"""The figures of a report, and what may be shown of them.

Every person counts once a day: messages are averaged within a person and local day (a
*person-day*), and person-days are averaged with equal weight. Somebody who writes three hundred
messages a day thus moves the server's mood no more than somebody who writes three. Shares of
emotions are weighted the same way and estimated (``reports.shares``); nothing is classified and
counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from classifiers.correction import ShareCorrection
from reports.bootstrap import (
    LEVEL,
    Estimate,
    Floats,
    divided,
    intervals,
    jointly_clear,
    near_nothing,
    resampled_sums,
    share_intervals,
)
from reports.claims import DETAIL, HEADLINE
from reports.freedom import Support
from reports.gathered import Gathered
from reports.grouping import CLASSES, Cells, Integers
from reports.paired import Stretch, as_told, changed
from reports.shares import Histogram, blended, composition, leaning, replicated, unbiased

_ANSCOMBE: Final = 3 / 8
_FEW: Final = 20.0
"""Messages that are thought to stand behind shares at least."""

MOST_UNITS: Final = 1_024
"""With more people, so many groups of people are drawn: the same spread, for less work."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Blocks of ratios that are resampled together, so that differences are paired by person.

    Attributes:
        numerators: float64[people, f], of the ratios.
        denominators: float64[people, f].
        values: float64[f].
        replicates: float64[resamples, f].
        support: Of all figures.
        blocks: Name -> the slice of its figures.
        messages: Name of a block of corrected shares -> effective number of messages.
        shares: Names of the blocks of shares.
    """

    numerators: Floats
    denominators: Floats
    values: Floats
    replicates: Floats
    support: Support
    blocks: dict[str, slice]
    messages: dict[str, float]
    shares: frozenset[str]

    def estimates(self, name: str) -> list[Estimate | None]:
        """Return the figures of a block with intervals; ``None`` where nobody contributes."""
        values, replicates, support = self._block(name)
        found = np.isfinite(values)
        method = share_intervals if name in self.shares else intervals
        known = method(values[found], replicates[:, found], support.at(found))
        if name in self.messages:
            known = [near_nothing(each, self.messages[name]) for each in known]
        rest = iter(known)
        return [next(rest) if exists else None for exists in found]

    def difference(self, name: str, usual: str, chance: float = HEADLINE) -> Estimate | None:
        """Return the one mood of a block minus that of another, paired by person, as it is told.

        Args:
            name: The one block.
            usual: The other.
            chance: How often it may be claimed to differ from 0 when it does not.
        """
        now, before = self._stretch(name), self._stretch(usual)
        if not now.days.any() or not before.days.any():
            return None
        shown, claimed = changed(now, before, (LEVEL, 1 - chance))
        told = as_told(shown, now.mood, before.mood)
        return replace(told, beyond=(claimed.low, claimed.high))

    def clear_differences(
        self, name: str, usual: str, chance: float = DETAIL
    ) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return the differences of two blocks, and which are clear when all are tested at once.

        A block of one figure is compared with every figure of the other.

        Args:
            name: The one block.
            usual: The other.
            chance: How often any of them may be called clear when none is; see ``claims``.
        """
        one, other = self._block(name), self._block(usual)
        both = one[2].weaker(other[2])
        shift = self._shift(name), self._shift(usual)
        if name in self.shares:
            apart = steadied(one[0], shift[0]) - steadied(other[0], shift[1])
            drawn = steadied(one[1], shift[0]) - steadied(other[1], shift[1])
        else:
            apart, drawn = one[0] - other[0], one[1] - other[1]
        return one[0] - other[0], jointly_clear(apart, drawn, both, chance)

    def _block(self, name: str) -> tuple[Floats, Floats, Support]:
        where = self.blocks[name]
        return self.values[where], self.replicates[:, where], self.support.at(where)

    def _stretch(self, name: str) -> Stretch:
        place = self.blocks[name].start
        return Stretch(self.numerators[:, place], self.denominators[:, place])

    def _shift(self, name: str) -> float:
        return _ANSCOMBE / max(self.messages.get(name, 0.0), _FEW)


class FigureBuilder:
    """Collects blocks of ratios over one set of people, then resamples them once."""

    def __init__(
        self, authors: npt.NDArray[np.uint64], correction: ShareCorrection | None = None
    ) -> None:
        """Start with the people to draw from: sorted and unique, uint64[p].

        Args:
            authors: Pseudonyms, so that any part of their order is a random group.
            correction: Of the model whose messages are tallied; needed where there are tallies.
        """
        self._authors = authors
        self._units = min(len(authors), MOST_UNITS)
        self._correction = correction
        self._numerators: list[Floats] = []
        self._denominators: list[Floats] = []
        self._blocks: dict[str, slice] = {}
        self._histograms: dict[str, Histogram | None] = {}

    def add_moods(self, name: str, cells: Cells, column: Integers, columns: int) -> None:
        """Add one mean valence a column: every cell counts once, in the column given for it."""
        rows = self._rows(cells.author)
        self._add(name, rows * columns + column, cells.mean_valence(), np.ones(len(cells)), columns)

    def add_shares(self, name: str, gathered: Gathered) -> None:
        """Add the nine shares of emotions: every cell counts once for each class it knows."""
        cells = gathered.cells
        index = self._rows(cells.author)[:, None] * CLASSES + np.arange(CLASSES)
        weights = np.repeat(1 - gathered.corrected_share(), CLASSES)
        self._add(name, index.ravel(), cells.mean_probability().ravel(), weights, CLASSES)
        tallied = bool(len(gathered.tallies))
        rows = self._rows(gathered.tallies.author)
        self._histograms[name] = Histogram.of(gathered, rows, self._units) if tallied else None

    def build(self, generator: np.random.Generator) -> Figures:
        """Resample people and return all figures."""
        numerator, denominator = np.hstack(self._numerators), np.hstack(self._denominators)
        kinds = [each.weights for each in self._histograms.values() if each is not None]
        people = np.hstack([numerator, denominator, *kinds])
        days = denominator.copy()
        values = self._figures(people.sum(axis=0)[None], drawn=False)[0]
        sums = resampled_sums(people, generator)
        del people  # Of a large week, 30 MB that the replicates have use for.
        replicates = self._figures(sums, drawn=True)
        for name, histogram in self._histograms.items():
            if histogram is not None:
                whole = histogram.weights.sum(axis=1, keepdims=True)
                denominator[:, self._blocks[name]] += whole * self._seen
        messages = {
            name: each.effective
            for name, each in self._histograms.items()
            if each is not None and self.corrected
        }
        support = Support.of(denominator)
        shares = frozenset(self._histograms)
        return Figures(numerator, days, values, replicates, support, self._blocks, messages, shares)

    @property
    def _seen(self) -> Floats:
        seen = np.zeros(CLASSES) if self._correction is None else self._correction.seen
        return seen.astype(np.float64)

    @property
    def corrected(self) -> bool:
        """Whether all periods have enough messages to correct; else none is, to compare alike."""
        return all(each is None or each.enough for each in self._histograms.values())

    def _figures(self, sums: Floats, *, drawn: bool) -> Floats:
        """Return the figures of sums over people, float64[r, figures]."""
        width = sum(part.shape[1] for part in self._numerators)
        top, bottom = sums[:, :width], sums[:, width : 2 * width]
        figures = divided(top, bottom)
        start = 2 * width
        for name, histogram in self._histograms.items():
            block = self._blocks[name]
            if histogram is None or self._correction is None:
                figures[:, block] = composition(figures[:, block])
                continue
            weights = sums[:, start : start + histogram.weights.shape[1]]
            start += weights.shape[1]
            theirs = (
                replicated(self._correction, histogram, weights, corrected=self.corrected)
                if drawn
                else unbiased(self._correction, histogram, corrected=self.corrected)
            )
            figures[:, block] = blended(
                top[:, block], bottom[:, block], weights.sum(axis=1), theirs, self._seen
            )
        return figures

    def _rows(self, authors: npt.NDArray[np.uint64]) -> Integers:
        return np.searchsorted(self._authors, authors).astype(np.int64) % max(self._units, 1)

    def _add(
        self, name: str, index: Integers, values: Floats, weights: Floats, columns: int
    ) -> None:
        known = np.isfinite(values)
        shape, size = (self._units, columns), self._units * columns
        numerator = _added(index[known], (values * weights)[known], size).reshape(shape)
        denominator = _added(index[known], weights[known], size).reshape(shape)
        start = sum(part.shape[1] for part in self._numerators)
        self._blocks[name] = slice(start, start + columns)
        self._numerators.append(numerator)
        self._denominators.append(denominator)


def shares_by_bin(
    gathered: Gathered,
    columns: int,
    correction: ShareCorrection | None,
    toward: Floats,
    *,
    corrected: bool,
) -> Floats:
    """Return the shares of emotions in each bin, every cell counting once; float64[columns, 9].

    Args:
        gathered: Its bins are the columns.
        columns: How many.
        correction: Needed where there are tallies.
        toward: float64[9], what corrected shares lean on.
        corrected: False for mean posteriors.
    """
    cells = gathered.cells
    posterior = cells.mean_probability()
    known = np.isfinite(posterior)
    weight = (1 - gathered.corrected_share())[:, None] * known
    total, count = (np.zeros((columns, CLASSES)) for _ in range(2))
    np.add.at(total, cells.bin, np.where(known, posterior, 0.0) * weight)
    np.add.at(count, cells.bin, weight)
    if correction is None or not len(gathered.tallies):
        return composition(divided(total, count))
    histogram = Histogram.of(gathered, gathered.tallies.bin, columns)
    theirs = leaning(correction, histogram, toward, corrected=corrected)
    seen = correction.seen.astype(np.float64)
    return blended(total, count, histogram.weights.sum(axis=1), theirs, seen)


def steadied(shares: Floats, shift: float) -> Floats:
    """Return shares on a scale where chance is as large for small ones as for large ones.

    The arcsine of the root, a little above zero (Anscombe 1948, "The Transformation of Poisson,
    Binomial and Negative-Binomial Data", Biometrika 35). As it is, the spread of a share that rose
    by chance has risen as well, and hides a true rise.

    Args:
        shares: In [0, 1]; NaN stays.
        shift: 3/8 of one message's part of all of them.
    """
    scaled: Floats = np.arcsin(np.sqrt(np.clip((shares + shift) / (1 + 2 * shift), 0.0, 1.0)))
    return scaled


def _added(index: Integers, values: Floats, size: int) -> Floats:
    """Return the sums of ``values`` by index, float64[size]."""
    return np.bincount(index, values, size).astype(np.float64)
