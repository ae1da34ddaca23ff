"""Messages reduced to sums per person and time bin.

A week of a million messages becomes some ten thousand sums, batch by batch, so memory does not
grow with the number of messages; only ``reports.tallies`` may grow, by 32 bytes a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from classifiers.emotion import EMOTIONS
from storage.records import NO_MODEL, MessageColumns

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Authors = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

CLASSES: Final = len(EMOTIONS)

_SPARSE: Final = 4
"""With so many more places than rows, places are found by sorting."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Sums over the messages of one person in one time bin; m such cells.

    Attributes:
        author: uint64[m].
        bin: int64[m], index of the time bin.
        messages: float64[m], how many.
        valence: float64[m], sum.
        probability: float64[m, 9], sums over the messages whose backend knows the class, without
            those that are corrected.
        known: float64[m, 9], how many messages those are.
        corrected: float64[m], how many messages are corrected; ``reports.tallies`` counts them.
    """

    author: Authors
    bin: Integers
    messages: Floats
    valence: Floats
    probability: Floats
    known: Floats
    corrected: Floats

    def __len__(self) -> int:
        return len(self.bin)

    @property
    def told(self) -> Floats:
        """Return how many messages of each cell were judged for any emotion, float64[m].

        The others were judged by a backend that knows sentiments only.
        """
        told: Floats = self.corrected + self.known.max(axis=1, initial=0.0)
        return told

    @property
    def people(self) -> int:
        """Return how many different people there are."""
        return len(np.unique(self.author))

    def where(self, mask: Flags) -> Cells:
        """Return the cells that a mask bool[m] selects."""
        return Cells(
            self.author[mask],
            self.bin[mask],
            self.messages[mask],
            self.valence[mask],
            self.probability[mask],
            self.known[mask],
            self.corrected[mask],
        )

    def into(self, bins: Integers) -> Cells:
        """Return the cells of coarser bins: ``bins[i]`` is the new bin of bin i, -1 drops it."""
        moved = bins[self.bin]
        kept = self.where(moved >= 0)
        return _summed(
            kept.author,
            moved[moved >= 0],
            kept.messages,
            kept.valence,
            kept.probability,
            kept.known,
            kept.corrected,
        )

    def mean_valence(self) -> Floats:
        """Return the mean valence of each cell, float64[m]."""
        return self.valence / self.messages

    def mean_probability(self) -> Floats:
        """Return the mean posterior of each cell, float64[m, 9]; NaN for a class nobody knew."""
        missing = np.full_like(self.probability, np.nan)
        return np.divide(self.probability, self.known, out=missing, where=self.known > 0)


def milliseconds(moments: Sequence[datetime]) -> Integers:
    """Return aware moments as milliseconds since the Unix epoch, int64[n]."""
    return np.array([round(moment.timestamp() * 1000) for moment in moments], dtype=np.int64)


def bins_of(time: Integers, edges: Integers) -> tuple[Integers, Flags]:
    """Return the bin of each message, int64[n], and which lie in one, bool[n].

    Args:
        time: int64[n], milliseconds since the Unix epoch.
        edges: int64[b + 1], increasing; bin i is [edges[i], edges[i + 1]).
    """
    if len(time) and np.all(time[1:] >= time[:-1]):  # By time, as a store hands them out.
        between = np.diff(np.searchsorted(time, edges), prepend=0, append=len(time))
        bins = np.repeat(np.arange(-1, len(edges), dtype=np.int64), between)
    else:
        bins = np.searchsorted(edges, time, side="right").astype(np.int64) - 1
    return bins, (bins >= 0) & (bins < len(edges) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows that share author and key: m groups, by author, then key.

    Attributes:
        author: uint64[m].
        key: int64[m].
        place: int64[n], the group of each row.
    """

    author: Authors
    key: Integers
    place: Integers

    def __len__(self) -> int:
        return len(self.key)

    def sums(self, values: Floats) -> Floats:
        """Return the sums of values float64[n] by group, float64[m]."""
        return np.bincount(self.place, values, len(self)).astype(np.float64, copy=False)

    def sums_by_class(self, values: Floats) -> Floats:
        """Return the sums of values float64[n, 9] by group, float64[m, 9]."""
        return np.column_stack([self.sums(column) for column in values.T])


def grouped(author: Authors, key: Integers) -> Groups:
    """Group n rows by author uint64[n] and key int64[n]."""
    if not len(key):
        return Groups(author, key, np.empty(0, np.int64))
    people, lowest = np.unique(author), int(key.min())
    width = int(key.max()) + 1 - lowest
    code = np.searchsorted(people, author) * width + (key - lowest)
    if len(people) * width > _SPARSE * len(key):
        codes, place = np.unique(code, return_inverse=True)
    else:  # Counting beats sorting while most people have most keys.
        found = np.zeros(len(people) * width, np.bool_)
        found[code] = True
        codes, place = np.flatnonzero(found), (np.cumsum(found) - 1)[code]
    return Groups(people[codes // width], codes % width + lowest, place)


def cells_of(columns: MessageColumns, edges: Integers, corrected: Flags | None = None) -> Cells:
    """Reduce a batch of messages to cells.

    Args:
        columns: n messages.
        edges: int64[b + 1], increasing, milliseconds since the Unix epoch; bin i is
            [edges[i], edges[i + 1]). Messages outside are left out, and so are those that no
            classifier could judge, such as a picture alone: they would pull towards neutral.
        corrected: bool[n], the messages whose probabilities are counted elsewhere; none if not
            given.
    """
    rows, groups = placed(columns, edges)
    elsewhere = np.zeros(len(columns), np.bool_) if corrected is None else corrected
    return cells_in(columns, rows, groups, elsewhere[rows])


def placed(columns: MessageColumns, edges: Integers) -> tuple[Flags | slice, Groups]:
    """Return which messages are judged and lie in a bin, and their groups by author and bin."""
    bins, inside = bins_of(columns.time, edges)
    inside &= judged(columns)
    rows = slice(None) if inside.all() else inside
    return rows, grouped(columns.author[rows], bins[rows])


def cells_in(
    columns: MessageColumns, rows: Flags | slice, groups: Groups, corrected: Flags
) -> Cells:
    """Return groups of messages as cells.

    Args:
        columns: A batch.
        rows: Which n of its messages are grouped.
        groups: By author and bin.
        corrected: bool[n], the messages whose probabilities are counted elsewhere.
    """
    nothing = np.zeros((len(groups), CLASSES))
    probability, known = nothing, nothing
    if not corrected.all():
        posterior = columns.probabilities[rows].astype(np.float64)
        finite = np.isfinite(posterior) & ~corrected[:, None]
        probability = groups.sums_by_class(np.where(finite, posterior, 0.0))
        known = groups.sums_by_class(finite.astype(np.float64))
    return Cells(
        groups.author,
        groups.key,
        groups.sums(np.ones(len(corrected))),
        groups.sums(columns.valence[rows].astype(np.float64)),
        probability,
        known,
        groups.sums(corrected.astype(np.float64)),
    )


def judged(columns: MessageColumns) -> Flags:
    """Return which messages a classifier judged, bool[n], be it by a sentiment only."""
    if NO_MODEL not in columns.models:
        return np.ones(len(columns), np.bool_)
    some: Flags = columns.model != columns.models.index(NO_MODEL)
    return some


def merged(parts: Sequence[Cells]) -> Cells:
    """Join the cells of several batches."""
    return _summed(
        np.concatenate([part.author for part in parts] or [np.empty(0, np.uint64)]),
        np.concatenate([part.bin for part in parts] or [np.empty(0, np.int64)]),
        np.concatenate([part.messages for part in parts] or [np.empty(0)]),
        np.concatenate([part.valence for part in parts] or [np.empty(0)]),
        np.concatenate([part.probability for part in parts] or [np.empty((0, CLASSES))]),
        np.concatenate([part.known for part in parts] or [np.empty((0, CLASSES))]),
        np.concatenate([part.corrected for part in parts] or [np.empty(0)]),
    )


def changes(*keys: npt.NDArray[np.uint64] | Integers) -> npt.NDArray[np.intp]:
    """Return where a new combination begins in sorted keys of one length, intp[m]."""
    if not len(keys[0]):
        return np.empty(0, np.intp)
    changed = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(np.concatenate([[True], changed]))


def _summed(
    author: Authors,
    bins: Integers,
    messages: Floats,
    valence: Floats,
    probability: Floats,
    known: Floats,
    corrected: Floats,
) -> Cells:
    """Add up the rows that share author and bin; cells come out ordered by author, then bin."""
    order = np.lexsort((bins, author))
    author, bins = author[order], bins[order]
    first = changes(author, bins)
    return Cells(
        author[first],
        bins[first],
        _added(messages[order], first),
        _added(valence[order], first),
        _added(probability[order], first),
        _added(known[order], first),
        _added(corrected[order], first),
    )


def _added(values: Floats, first: npt.NDArray[np.intp]) -> Floats:
    if not len(first):
        return np.empty((0, *values.shape[1:]))
    added: Floats = np.add.reduceat(values, first, axis=0)
    return added
