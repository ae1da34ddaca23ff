"""Messages whose shares can be corrected, reduced to how often each kind of verdict occurs.

Estimating shares needs every message's posteriors, which would be too many to keep. So messages are
sorted into kinds: the most probable class, the second, and coarse steps of their probabilities. A
kind stands for its messages with their mean posterior, in which a message counts less the commoner
it would be in an ordinary chat: posteriors stand for even shares, and the plain mean would be drawn
to the common classes. Against taking every message by itself this changes the mean error of a share
by less than 0.001 (measured with ``benchmarks/shares.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from reports.grouping import CLASSES, Authors, Floats, Groups, Integers, changes

FIRST_STEPS: Final = (0.3, 0.45, 0.6, 0.75, 0.9)
"""Edges between the steps of the highest probability."""

SECOND_STEPS: Final = (0.5, 0.75)
"""Edges between the steps of the second's part of what the highest leaves."""

NEUTRAL: Final = 0.5
"""The share of the last class in an ordinary chat; the others share the rest evenly."""

_STEPS: Final = (len(FIRST_STEPS) + 1) * (len(SECOND_STEPS) + 1)
_LITTLE: Final = 1e-3
KINDS: Final = CLASSES * CLASSES * _STEPS


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """How many messages of a kind a person wrote in a time bin; m such counts.

    Attributes:
        author: uint64[m].
        bin: int64[m], index of the time bin.
        kind: int64[m], in [0, KINDS).
        messages: float64[m], how many.
        posterior: float64[KINDS, 9], weighted sums over all messages of each kind, also those that
            a selection leaves out.
        size: float64[KINDS], the sums of their weights.
    """

    author: Authors
    bin: Integers
    kind: Integers
    messages: Floats
    posterior: Floats
    size: Floats

    def __len__(self) -> int:
        return len(self.bin)

    def where(self, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Tallies:
        """Return the counts that a mask bool[m] selects."""
        return replace(
            self,
            author=self.author[mask],
            bin=self.bin[mask],
            kind=self.kind[mask],
            messages=self.messages[mask],
        )

    def into(self, bins: Integers) -> Tallies:
        """Return the counts in coarser bins: ``bins[i]`` is the new bin of bin i, -1 drops it."""
        moved = replace(self, bin=bins[self.bin])
        return _summed(moved.where(moved.bin >= 0))

    def posteriors(self, kinds: Integers) -> Floats:
        """Return the mean posterior of each of some kinds that occur, float64[len(kinds), 9]."""
        means: Floats = self.posterior[kinds] / self.size[kinds, None]
        return means


def tallies_of(groups: Groups, place: Integers, posteriors: npt.NDArray[np.float32]) -> Tallies:
    """Tally messages.

    Args:
        groups: By author and time bin.
        place: int64[n], the group of each message.
        posteriors: float32[n, 9]; NaN, for a class that the backend cannot see, counts as 0.
    """
    columns = np.ascontiguousarray(posteriors.T, np.float64)
    kind = _kinds(np.nan_to_num(columns, copy=False))
    posterior = np.empty((KINDS, CLASSES))
    for each, column in enumerate(columns):
        posterior[:, each] = np.bincount(kind, column, KINDS)
    size = np.bincount(kind, minlength=KINDS).astype(np.float64)
    code = np.sort(place * KINDS + kind)
    first = changes(code)
    group, kinds = np.divmod(code[first], KINDS)
    count = np.diff(first, append=len(code)).astype(np.float64)
    return Tallies(groups.author[group], groups.key[group], kinds, count, posterior, size)


def joined(parts: Sequence[Tallies]) -> Tallies:
    """Join the tallies of several batches."""
    none = np.empty(0, np.int64)
    return _summed(
        Tallies(
            np.concatenate([part.author for part in parts] or [np.empty(0, np.uint64)]),
            np.concatenate([part.bin for part in parts] or [none]),
            np.concatenate([part.kind for part in parts] or [none]),
            np.concatenate([part.messages for part in parts] or [np.empty(0)]),
            sum((part.posterior for part in parts), np.zeros((KINDS, CLASSES))),
            sum((part.size for part in parts), np.zeros(KINDS)),
        )
    )


def kinds_of(posteriors: Floats) -> Integers:
    """Return the kind of each of n posteriors float64[n, 9]: int64[n], in [0, KINDS)."""
    return _kinds(posteriors.T.copy())


def _kinds(columns: Floats) -> Integers:
    """Return the kind of each of n posteriors float64[9, n]."""
    every = np.arange(columns.shape[1])
    first, highest = _largest(columns)
    columns[first, every] = -np.inf
    second, next_highest = _largest(columns)
    columns[first, every] = highest
    part = next_highest / np.maximum(1 - highest, 1e-9)
    step = np.digitize(highest, FIRST_STEPS) * (len(SECOND_STEPS) + 1)
    step += np.digitize(part, SECOND_STEPS)
    kinds: Integers = (first * CLASSES + second) * _STEPS + step
    return kinds


def _largest(columns: Floats) -> tuple[Integers, Floats]:
    """Return where each of n columns of float64[9, n] is largest, the first of equals, and how.

    Some passes over whole rows take less time than sorting nine values in each column.
    """
    highest: Floats = columns.max(axis=0)
    place = np.zeros(len(highest), np.int64)
    for each in reversed(range(CLASSES)):
        np.putmask(place, columns[each] == highest, each)
    return place, highest


def _summed(tallies: Tallies) -> Tallies:
    """Add up the rows that share author, bin and kind."""
    key = tallies.bin * KINDS + tallies.kind
    order = np.lexsort((key, tallies.author))
    author, key = tallies.author[order], key[order]
    first = changes(author, key)
    bins, kind = np.divmod(key[first], KINDS)
    messages = tallies.messages[order]
    return replace(
        tallies,
        author=author[first],
        bin=bins,
        kind=kind,
        messages=np.add.reduceat(messages, first) if len(first) else messages,
    )
