"""What one scan of the store collects: each collector takes every batch, and keeps sums only.

All of them are called in a thread, one batch after another. A batch is reduced at once, so that
memory grows with people, hours and channels rather than with messages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

import numpy as np

from classifiers.correction import ShareCorrection
from reports.gathered import Gathered, gather, together
from reports.grouping import Authors, Flags, Floats, Integers, bins_of, judged
from reports.mood_sums import MoodSums, joined, summed
from reports.period import DAYS
from storage.records import MessageColumns

_ROWS: Final = 1 << 18
"""Messages that wait to be added up: 6 MB."""


class _Sized(Protocol):
    def __len__(self) -> int: ...


_Part = TypeVar("_Part", bound=_Sized)


Collector = Callable[[MessageColumns], None]
"""Takes what it needs of every batch of a scan: reduces it, and keeps the result."""


class Pile(Generic[_Part]):
    """Parts that are joined with parts of their size, so that few are ever held.

    Every message is joined a logarithmic number of times at most.
    """

    def __init__(self, join: Callable[[Sequence[_Part]], _Part]) -> None:
        """Start with nothing; ``join`` makes one of several."""
        self._join = join
        self._parts: list[_Part] = []

    def add(self, part: _Part) -> None:
        """Add a part."""
        parts = self._parts
        parts.append(part)
        while len(parts) > 1 and 2 * len(parts[-1]) >= len(parts[-2]):
            parts[-2:] = [self._join(parts[-2:])]

    def all(self) -> _Part:
        """Return everything as one."""
        return self._join(self._parts)


class MoodPile:
    """Messages by person and key, added up when enough have come together."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._pile = Pile(joined)
        self._waiting: list[tuple[Authors, Integers, Floats]] = []
        self._rows = 0

    def add(self, columns: MessageColumns, keys: Integers, inside: Flags) -> None:
        """Add the messages of a batch that a mask bool[n] selects, under keys int64[n]."""
        rows = columns.author[inside], keys[inside], columns.valence[inside].astype(np.float64)
        self._waiting.append(rows)
        self._rows += len(rows[0])
        if self._rows >= _ROWS:
            self._add_up()

    def sums(self) -> MoodSums:
        """Return what was added."""
        self._add_up()
        return self._pile.all()

    def _add_up(self) -> None:
        if self._rows:
            author, keys, valence = (
                np.concatenate(rows) for rows in zip(*self._waiting, strict=True)
            )
            self._pile.add(summed(author, keys, valence))
        self._waiting, self._rows = [], 0


class Sums:
    """The sums of the whole server, by person and time bin: see ``reports.gathered``."""

    def __init__(self, edges: Integers, correction: ShareCorrection | None) -> None:
        """Collect between edges, int64[b + 1], see ``grouping.cells_of``."""
        self._edges = edges
        self._correction = correction
        self._pile = Pile(together)

    def take(self, columns: MessageColumns) -> None:
        """Reduce a batch and keep the result."""
        self._pile.add(gather(columns, self._edges, self._correction))

    def gathered(self) -> Gathered:
        """Return what was collected."""
        return self._pile.all()


class HourSums:
    """Moods by person and hour of the week."""

    def __init__(self, edges: Integers) -> None:
        """Collect between the 169 edges of the hours of a week, int64[169] in milliseconds."""
        self._edges = edges
        self._pile = MoodPile()

    def take(self, columns: MessageColumns) -> None:
        """Reduce a batch and keep the result."""
        hours, inside = _bins(columns, self._edges)
        self._pile.add(columns, hours, inside)

    def sums(self) -> MoodSums:
        """Return what was collected; the key is ``day * 24 + hour``."""
        return self._pile.sums()


class ChannelSums:
    """Moods by person, channel and day; a thread's messages carry its channel."""

    def __init__(self, edges: Integers) -> None:
        """Collect between the eight midnights of a week, int64[8] in milliseconds."""
        self._edges = edges
        self._places: dict[int, int] = {}
        self._pile = MoodPile()

    def take(self, columns: MessageColumns) -> None:
        """Reduce a batch and keep the result."""
        days, inside = _bins(columns, self._edges)
        if not inside.any():
            return
        found, which = np.unique(columns.channel_id, return_inverse=True)
        places = [self._places.setdefault(each, len(self._places)) for each in found.tolist()]
        keys = np.array(places, dtype=np.int64)[which] * DAYS + days
        self._pile.add(columns, keys, inside)

    @property
    def channels(self) -> tuple[int, ...]:
        """Return the channels that were seen, in the order of their places."""
        return tuple(self._places)

    def sums(self) -> MoodSums:
        """Return what was collected; the key is ``place * 7 + day``."""
        return self._pile.sums()


class Coverage:
    """How many messages of a stretch of time there are, and how many were classified."""

    def __init__(self, start: int, end: int) -> None:
        """Count what was written in [start, end), milliseconds since the Unix epoch."""
        self._start = start
        self._end = end
        self.messages = 0
        self.classified = 0
        self.first: int | None = None

    def take(self, columns: MessageColumns) -> None:
        """Count a batch."""
        inside = (columns.time >= self._start) & (columns.time < self._end)
        if inside.any():
            first = int(columns.time[inside].min())
            self.first = first if self.first is None else min(self.first, first)
        self.messages += int(inside.sum())
        self.classified += int((inside & judged(columns)).sum())


def _bins(columns: MessageColumns, edges: Integers) -> tuple[Integers, Flags]:
    """Return the bin of each message, and which classified ones lie in one."""
    bins, inside = bins_of(columns.time, edges)
    return bins, inside & judged(columns)
