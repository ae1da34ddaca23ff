"""What a stretch of time holds: sums for the mood, tallies for the shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from classifiers.correction import ShareCorrection
from reports.grouping import CLASSES, Cells, Flags, Floats, Integers, cells_in, merged, placed
from reports.tallies import Tallies, joined, tallies_of
from storage.records import MessageColumns


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The same messages twice; every selection is made on both.

    Attributes:
        cells: All messages.
        tallies: Those whose shares are corrected.
    """

    cells: Cells
    tallies: Tallies

    def __len__(self) -> int:
        return len(self.cells)

    def between(self, start: int, length: int) -> Gathered:
        """Return what lies in ``length`` bins from ``start``, which becomes bin 0."""
        inside = self.only(np.arange(start, start + length))
        cells, tallies = inside.cells, inside.tallies
        return Gathered(
            replace(cells, bin=cells.bin - start), replace(tallies, bin=tallies.bin - start)
        )

    def only(self, bins: Integers) -> Gathered:
        """Return what lies in some bins."""
        return Gathered(
            self.cells.where(np.isin(self.cells.bin, bins)),
            self.tallies.where(np.isin(self.tallies.bin, bins)),
        )

    def into(self, bins: Integers) -> Gathered:
        """Return the same in coarser bins: ``bins[i]`` is the new bin of bin i, -1 drops it."""
        return Gathered(self.cells.into(bins), self.tallies.into(bins))

    def telling(self) -> float:
        """Return which part of the messages was judged for emotions, in [0, 1]."""
        return float(self.cells.told.sum() / max(self.cells.messages.sum(), 1.0))

    def discreet(self, minimum_group: int, correction: ShareCorrection | None) -> Gathered:
        """Return the same without emotions that only a few people were judged for.

        In a week of two classifiers, only one of which tells (some) emotions, fewer people than
        wrote may stand behind a share. Their messages still count for the mood.

        Args:
            minimum_group: At least so many people stand behind each share.
            correction: Of the messages that are tallied.
        """
        corrected = self.cells.corrected > 0
        if 0 < self.cells.where(corrected).people < minimum_group:
            return self._untold(corrected=np.ones(len(self), np.bool_)).discreet(
                minimum_group, None
            )
        known = self._known(correction)
        few = [0 < self.cells.where(column).people < minimum_group for column in known.T]
        return self._untold(classes=np.array(few)) if any(few) else self

    def discreet_bins(self, minimum_group: int, correction: ShareCorrection | None) -> Gathered:
        """Return the same without the emotions of bins with few people judged for one of them.

        Where that is one bin, the emotions of the one with the fewest people of the others go as
        well: the whole minus the rest would tell them. Every cell is one person in one bin.
        """
        people = np.zeros((int(self.cells.bin.max(initial=0)) + 1, CLASSES))
        np.add.at(people, self.cells.bin, self._known(correction))
        few: Flags = np.any((people > 0) & (people < minimum_group), axis=1)
        told: Flags = np.any(people > 0, axis=1) & ~few
        if few.sum() == 1 and told.any():
            few[np.where(told, people.max(axis=1), np.inf).argmin()] = True
        inside = few[self.cells.bin]
        return self._untold(corrected=inside, known=inside) if few.any() else self

    def _known(self, correction: ShareCorrection | None) -> Flags:
        """Return which classes each cell was judged for, bool[m, 9]."""
        known: Flags = self.cells.known > 0
        if correction is not None:
            known = known | ((self.cells.corrected > 0)[:, None] & correction.seen)
        return known

    def _untold(
        self,
        *,
        classes: Flags | None = None,
        known: Flags | None = None,
        corrected: Flags | None = None,
    ) -> Gathered:
        """Return the same as if some messages had been judged by their sentiment only.

        Args:
            classes: bool[9], not told by messages that are not corrected.
            known: bool[m], cells that tell nothing by messages that are not corrected.
            corrected: bool[m], cells that tell nothing by messages that are.
        """
        cells, none = self.cells, np.zeros(len(self), np.bool_)
        gone = (none if known is None else known)[:, None] | (
            np.zeros(CLASSES, np.bool_) if classes is None else classes
        )
        left = none if corrected is None else corrected
        bins = np.unique(cells.bin[left])
        return Gathered(
            replace(
                cells,
                probability=np.where(gone, 0.0, cells.probability),
                known=np.where(gone, 0.0, cells.known),
                corrected=np.where(left, 0.0, cells.corrected),
            ),
            self.tallies.where(~np.isin(self.tallies.bin, bins)),
        )

    def corrected_share(self) -> Floats:
        """Return which part of each cell's messages is corrected, float64[m] in [0, 1]."""
        part: Floats = self.cells.corrected / self.cells.messages
        return part

    def only_corrected(self) -> Gathered:
        """Return the corrected messages; their valences are not known apart."""
        cells = self.cells.where(self.cells.corrected > 0)
        nothing = np.zeros_like(cells.probability)
        apart = replace(
            cells,
            messages=cells.corrected,
            valence=np.full(len(cells), np.nan),
            probability=nothing,
            known=nothing,
        )
        return Gathered(apart, self.tallies)

    def only_uncorrected(self) -> Gathered:
        """Return the other messages; their valences are known apart where all are such."""
        cells = self.cells.where(self.cells.messages > self.cells.corrected)
        apart = replace(
            cells,
            messages=cells.messages - cells.corrected,
            valence=np.where(cells.corrected > 0, np.nan, cells.valence),
            corrected=np.zeros(len(cells)),
        )
        return Gathered(apart, self.tallies.where(np.zeros(len(self.tallies), np.bool_)))

    def weights(self) -> Floats:
        """Return the weight of each tally when every cell counts once, float64[tallies].

        The tallies of a cell sum to its corrected part.
        """
        if not len(self.tallies):
            return np.empty(0)
        authors = np.unique(self.cells.author)
        length = int(self.cells.bin.max()) + 1
        # Both are ordered by author, then bin.
        cells, tallies = (
            np.searchsorted(authors, part.author) * length + part.bin
            for part in (self.cells, self.tallies)
        )
        weights: Floats = (
            self.tallies.messages / self.cells.messages[np.searchsorted(cells, tallies)]
        )
        return weights


def gather(
    columns: MessageColumns, edges: Integers, correction: ShareCorrection | None
) -> Gathered:
    """Reduce a batch of messages.

    Args:
        columns: n messages.
        edges: Of the time bins, see ``cells_of``.
        correction: Applied to the predictions of its own model only.
    """
    rows, groups = placed(columns, edges)
    corrected = _corrected(columns, correction)[rows]
    tallied = columns.probabilities[rows][corrected]
    return Gathered(
        cells_in(columns, rows, groups, corrected),
        tallies_of(groups, groups.place[corrected], tallied),
    )


def together(parts: Sequence[Gathered]) -> Gathered:
    """Join what was gathered from several batches."""
    return Gathered(
        merged([part.cells for part in parts]), joined([part.tallies for part in parts])
    )


def _corrected(columns: MessageColumns, correction: ShareCorrection | None) -> Flags:
    if correction is None or correction.model not in columns.models:
        return np.zeros(len(columns), np.bool_)
    theirs = columns.model == columns.models.index(correction.model)
    # A record without words carries no probabilities.
    flags: Flags = theirs & np.isfinite(columns.probabilities[:, correction.seen]).all(axis=1)
    return flags
