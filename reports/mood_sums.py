"""Sums of valence per person and some key, such as an hour of the week or a channel and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.grouping import CLASSES, Authors, Cells, Flags, Floats, Integers, grouped


@dataclass(frozen=True, slots=True, eq=False)
class MoodSums:
    """Sums over the messages of one person under one key; m such sums, by author, then key.

    Attributes:
        author: uint64[m].
        key: int64[m], from 0.
        messages: float64[m], how many.
        valence: float64[m], sum.
    """

    author: Authors
    key: Integers
    messages: Floats
    valence: Floats

    def __len__(self) -> int:
        return len(self.key)

    def where(self, mask: Flags) -> MoodSums:
        """Return the sums that a mask bool[m] selects."""
        return MoodSums(self.author[mask], self.key[mask], self.messages[mask], self.valence[mask])

    def into(self, keys: Integers) -> MoodSums:
        """Return the sums of coarser keys: ``keys[k]`` is the new key of key k, -1 drops it."""
        moved = keys[self.key]
        kept = moved >= 0
        return _summed(self.author[kept], moved[kept], self.messages[kept], self.valence[kept])

    def people_by_key(self, count: int) -> Integers:
        """Return how many people there are under each of ``count`` keys, int64[count]."""
        return np.bincount(self.key, minlength=count).astype(np.int64)

    def messages_by_key(self, count: int) -> Floats:
        """Return how many messages there are under each of ``count`` keys, float64[count]."""
        return np.bincount(self.key, self.messages, count).astype(np.float64)

    def mean(self) -> Floats:
        """Return the mean valence of each person under each key, float64[m]."""
        return self.valence / self.messages

    def people_under(self, keys: Flags) -> int:
        """Return how many different people there are under the keys of a mask bool[count]."""
        return len(np.unique(self.author[keys[self.key]]))

    def cells(self) -> Cells:
        """Return the same as cells that know nothing of emotions; keys become bins."""
        nothing = np.broadcast_to(0.0, (len(self), CLASSES))
        none = np.broadcast_to(0.0, len(self))
        return Cells(self.author, self.key, self.messages, self.valence, nothing, nothing, none)


def summed(author: Authors, key: Integers, valence: Floats) -> MoodSums:
    """Add up n messages.

    Args:
        author: uint64[n].
        key: int64[n], from 0.
        valence: float64[n].
    """
    return _summed(author, key, np.ones(len(key)), valence)


def joined(parts: Sequence[MoodSums]) -> MoodSums:
    """Join the sums of several batches."""
    return _summed(
        np.concatenate([part.author for part in parts] or [np.empty(0, np.uint64)]),
        np.concatenate([part.key for part in parts] or [np.empty(0, np.int64)]),
        np.concatenate([part.messages for part in parts] or [np.empty(0)]),
        np.concatenate([part.valence for part in parts] or [np.empty(0)]),
    )


def _summed(author: Authors, key: Integers, messages: Floats, valence: Floats) -> MoodSums:
    groups = grouped(author, key)
    return MoodSums(groups.author, groups.key, groups.sums(messages), groups.sums(valence))
