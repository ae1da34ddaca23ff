"""Messages reduced to sums per channel, person and time bin, for the alerts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from reports.alerts_usual import Turns
from reports.grouping import Authors, Floats, Integers, bins_of, judged, milliseconds
from reports.weekly import Scanner
from storage.records import MessageColumns


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Sums of the messages that one model judged; m of them.

    Attributes:
        channel: int64[m].
        author: uint64[m].
        bin: int64[m].
        messages: float64[m].
        valence: float64[m].
    """

    channel: Integers
    author: Authors
    bin: Integers
    messages: Floats
    valence: Floats

    @classmethod
    def summed(cls, rows: Sequence[Part]) -> Part:
        """Join parts, one row for each channel, person and bin."""
        channel = np.concatenate([part.channel for part in rows])
        author = np.concatenate([part.author for part in rows])
        place = np.concatenate([part.bin for part in rows])
        order = np.lexsort((place, author, channel))
        channel, author, place = channel[order], author[order], place[order]
        new = np.ones(len(order), np.bool_)
        new[1:] = (np.diff(channel) != 0) | (author[1:] != author[:-1]) | (np.diff(place) != 0)
        starts = np.flatnonzero(new)
        sums = [
            np.add.reduceat(np.concatenate(column)[order], starts) if len(starts) else np.empty(0)
            for column in ([p.messages for p in rows], [p.valence for p in rows])
        ]
        return cls(channel[starts], author[starts], place[starts], *sums)


@dataclass(slots=True)
class Sums:
    """The sums of a guild, apart by the model that judged: their valences do not compare.

    Attributes:
        watched: The first bin that is watched; its model is the one whose messages count.
        parts: By model.
    """

    watched: int
    parts: dict[str, list[Part]] = field(default_factory=dict)

    def add(self, columns: MessageColumns, edges: Integers) -> None:
        """Reduce a batch."""
        bins, inside = bins_of(columns.time, edges)
        inside &= judged(columns)
        for number, model in enumerate(columns.models):
            rows = inside & (columns.model == number)
            if rows.any():
                valence = columns.valence[rows].astype(np.float64)
                part = Part(
                    columns.channel_id[rows],
                    columns.author[rows],
                    bins[rows],
                    np.ones(len(valence)),
                    valence,
                )
                self._keep(model, Part.summed([part]))

    def turns(self, channel_id: int) -> Turns:
        """Return the person-bins of a channel, of the model that judged most of them lately."""
        found = [self._turns(each, channel_id) for each in self.parts.values()]
        lately = [float(each.messages[each.bin >= self.watched].sum()) for each in found]
        if not found:
            return Turns(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0), np.empty(0))
        return found[int(np.argmax(lately))]

    def _keep(self, model: str, part: Part) -> None:
        """Join a part with those of its size, so that few are ever held."""
        parts = self.parts.setdefault(model, [])
        parts.append(part)
        while len(parts) > 1 and 2 * len(parts[-1].bin) >= len(parts[-2].bin):
            parts[-2:] = [Part.summed(parts[-2:])]

    def _turns(self, parts: list[Part], channel_id: int) -> Turns:
        parts[:] = [Part.summed(parts)]
        of = parts[0]
        here = of.channel == channel_id
        messages = of.messages[here]
        return Turns(of.author[here], of.bin[here], messages, of.valence[here] / messages)


async def collect(store: Scanner, guild_id: int, edges: Sequence[datetime], watched: int) -> Sums:
    """Scan the store in the loop and reduce each batch in a thread.

    Args:
        store: Where the records are.
        guild_id: Discord snowflake.
        edges: Of the bins, ascending.
        watched: The first bin that is watched.

    Raises:
        StoreUnavailable: The store cannot be reached.
    """
    sums, limits = Sums(watched), milliseconds(edges)
    async for columns in store.scan(guild_id, edges[0], edges[-1]):
        await asyncio.to_thread(sums.add, columns, limits)
    return sums
