"""The figures of a report, and what may be shown of them.

Every person counts once a day: messages are averaged within a person and local day (a
*person-day*), and person-days are averaged with equal weight. Somebody who writes three hundred
messages a day thus moves the server's mood no more than somebody who writes three. Shares of
emotions are mean posteriors, weighted the same way; nothing is classified and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.bootstrap import Estimate, Floats, Ratios, intervals, jointly_clear
from reports.grouping import CLASSES, Cells, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Blocks of ratios that are resampled together, so that differences are paired by person.

    Attributes:
        values: float64[f].
        replicates: float64[resamples, f].
        effective: float64[f], effective number of people.
        blocks: Name -> the slice of its figures.
    """

    values: Floats
    replicates: Floats
    effective: Floats
    blocks: dict[str, slice]

    def estimates(self, name: str) -> list[Estimate | None]:
        """Return the figures of a block with intervals; ``None`` where nobody contributes."""
        values, replicates, effective = self._block(name)
        found = np.isfinite(values)
        known = iter(intervals(values[found], replicates[:, found], effective[found]))
        return [next(known) if exists else None for exists in found]

    def difference(self, name: str, usual: str) -> Estimate | None:
        """Return the first figure of one block minus the first of another, paired by person."""
        values, replicates, effective = self._difference(name, usual)
        if not np.isfinite(values[0]):
            return None
        return intervals(values[:1], replicates[:, :1], effective[:1])[0]

    def clear_differences(self, name: str, usual: str) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return the differences of two blocks, and which are clear when all are tested at once.

        A block of one figure is compared with every figure of the other.
        """
        values, replicates, effective = self._difference(name, usual)
        people = float(np.nanmin(effective)) if np.isfinite(effective).any() else 0.0
        return values, jointly_clear(values, replicates, people)

    def _block(self, name: str) -> tuple[Floats, Floats, Floats]:
        where = self.blocks[name]
        return self.values[where], self.replicates[:, where], self.effective[where]

    def _difference(self, name: str, usual: str) -> tuple[Floats, Floats, Floats]:
        values, replicates, effective = self._block(name)
        usual_values, usual_replicates, usual_effective = self._block(usual)
        people = np.minimum(effective, usual_effective)
        return values - usual_values, replicates - usual_replicates, people


class FigureBuilder:
    """Collects blocks of ratios over one set of people, then resamples them once."""

    def __init__(self, authors: npt.NDArray[np.uint64]) -> None:
        """Start with the people to draw from: sorted and unique, uint64[p]."""
        self._authors = authors
        self._ratios: list[Ratios] = []
        self._blocks: dict[str, slice] = {}
        self._composed: list[slice] = []

    def add_moods(self, name: str, cells: Cells, column: Integers, columns: int) -> None:
        """Add one mean valence a column: every cell counts once, in the column given for it."""
        self._add(name, self._rows(cells), column, cells.mean_valence(), columns)

    def add_shares(self, name: str, cells: Cells) -> None:
        """Add the nine shares of emotions: every cell counts once for each class it knows."""
        rows = np.repeat(self._rows(cells), CLASSES)
        column = np.tile(np.arange(CLASSES, dtype=np.int64), len(cells))
        self._add(name, rows, column, cells.mean_probability().ravel(), CLASSES)
        self._composed.append(self._blocks[name])

    def build(self, generator: np.random.Generator) -> Figures:
        """Resample people and return all figures."""
        ratios = Ratios(
            np.hstack([ratio.numerator for ratio in self._ratios]),
            np.hstack([ratio.denominator for ratio in self._ratios]),
        )
        values, replicates = ratios.values(), ratios.replicates(generator)
        for block in self._composed:
            values[block] = composition(values[block])
            replicates[:, block] = composition(replicates[:, block])
        return Figures(values, replicates, ratios.effective_people(), self._blocks)

    def _rows(self, cells: Cells) -> Integers:
        return np.searchsorted(self._authors, cells.author).astype(np.int64)

    def _add(
        self, name: str, rows: Integers, column: Integers, values: Floats, columns: int
    ) -> None:
        known = np.isfinite(values)
        shape = (len(self._authors), columns)
        flat, size = (rows * columns + column)[known], shape[0] * columns
        numerator = _added(flat, values[known], size).reshape(shape)
        denominator = _added(flat, np.ones(len(flat)), size).reshape(shape)
        start = sum(ratios.numerator.shape[1] for ratios in self._ratios)
        self._blocks[name] = slice(start, start + columns)
        self._ratios.append(Ratios(numerator, denominator))


def composition(shares: Floats) -> Floats:
    """Scale shares [..., 9] to sum to 1 over the classes that are known.

    They do so by themselves while one model classifies; two models that know different classes in
    one week make the classes' bases differ.
    """
    total = np.nansum(shares, axis=-1, keepdims=True)
    scaled: Floats = shares / np.where(total > 0, total, np.nan)
    return scaled


def _added(index: Integers, values: Floats, size: int) -> Floats:
    """Return the sums of ``values`` by index, float64[size]."""
    return np.bincount(index, values, size).astype(np.float64)
