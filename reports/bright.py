"""Which messages of a week a report may link to: joyful ones, of members who agreed.

Off unless a guild switched it on, and then only for members who said yes for themselves, from that
moment on. A sad or angry message under the heading of bright moments would hurt, so what counts is
precision: the classifier must be all but sure of joy, and of a pleasant message. On the dev part of
the project's chat lines, where 450 of 3,920 are joyful, the shipped model puts 133 beyond both
thresholds, and 129 of them are joyful (97 %; one each of the others is sad, angry, embarrassed and
neutral); on the test part it is 32 of 32. What a member corrected to anything but joy never counts,
nor does a message that was judged for pleasantness only.

The choice is deterministic: the surest first, never two by one author, other days first.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple, Protocol

import numpy as np

from classifiers.emotion import EMOTIONS, Emotion
from reports.period import Week, zone_of
from storage.packing import milliseconds
from storage.records import Feedback, GuildSettings, MessageColumns, MessageRecord

MOST: Final = 3
"""So many bright moments stand in a report."""

JOY: Final = 0.97
"""A message with a lower probability of joy is never linked."""

VALENCE: Final = 0.7
"""Nor one that is less pleasant than this."""

CANDIDATES: Final = 96
"""So many are looked at; some of them may be gone, or not visible to everybody."""

EACH: Final = 3
"""So many of one author are among them."""

_JOY: Final = EMOTIONS.index(Emotion.JOY)
_PREFIX: Final = 8


class BrightStore(Protocol):
    """The part of a store that bright moments need."""

    def scan(self, guild_id: int, start: datetime, end: datetime) -> AsyncIterator[MessageColumns]:
        """Yield the records of a guild created in [start, end), by time."""
        ...

    async def linkable(self, guild_id: int) -> Mapping[bytes, datetime]:
        """Return who lets reports link to their joyful messages, and since when."""
        ...

    async def records(self, guild_id: int, message_ids: Sequence[int]) -> Sequence[MessageRecord]:
        """Return the records of some messages that are kept, in no particular order."""
        ...

    async def feedback(self, guild_id: int) -> Sequence[Feedback]:
        """Return all feedback of a guild, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class BrightMoment:
    """A joyful message whose author agreed to be linked.

    Attributes:
        message_id: Discord snowflake.
        channel_id: The monitored channel.
        container_id: Where Discord keeps the message: its thread, or else its channel.
        author: Pseudonym.
        edited_at: When the judged text was last edited; ``None`` for never.
        day: The local day on which it was written.
        joy: Probability of joy, from ``JOY`` to 1.
        valence: From ``VALENCE`` to 1.
    """

    message_id: int
    channel_id: int
    container_id: int
    author: bytes
    edited_at: datetime | None
    day: date
    joy: float
    valence: float


async def bright_moments(
    store: BrightStore, settings: GuildSettings, week: Week
) -> tuple[BrightMoment, ...]:
    """Return what the report of a week may link to, the surest first; at most ``CANDIDATES``.

    Who agreed, and what is kept, is what the store says at this moment. Whether everybody may see
    a message is for the caller to find out, and ``next_best`` then chooses.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    agreed = await store.linkable(settings.guild_id) if settings.report.bright else {}
    if not agreed:
        return ()
    zone = zone_of(settings.timezone)
    start, end = week.bounds(zone)
    best = _Best(agreed)
    async for columns in store.scan(settings.guild_id, start, end):
        await asyncio.to_thread(best.take, columns)
    if not best.message_ids:
        return ()
    given = await store.feedback(settings.guild_id)
    otherwise = {each.message_id for each in given if each.corrected != Emotion.JOY.value}
    moments = [
        BrightMoment(
            message_id=record.message_id,
            channel_id=record.channel_id,
            container_id=record.container_id,
            author=record.author,
            edited_at=record.edited_at,
            day=record.created_at.astimezone(zone).date(),
            joy=record.probabilities[_JOY],
            valence=record.valence,
        )
        for record in await store.records(settings.guild_id, best.message_ids)
        if _may_be_linked(record, agreed, otherwise)
    ]
    return tuple(sorted(moments, key=_order))


def next_best(
    moments: Sequence[BrightMoment], chosen: Collection[BrightMoment]
) -> BrightMoment | None:
    """Return what to link to next: of another author than the chosen, and of another day if any."""
    authors = {each.author for each in chosen}
    days = {each.day for each in chosen}
    others = [each for each in moments if each.author not in authors]
    return next((each for each in others if each.day not in days), others[0] if others else None)


def _may_be_linked(
    record: MessageRecord, agreed: Mapping[bytes, datetime], otherwise: Collection[int]
) -> bool:
    since = agreed.get(record.author)
    # Records may have changed since they were scanned.
    return (
        since is not None
        and record.created_at >= since
        and record.message_id not in otherwise
        and record.probabilities[_JOY] >= JOY
        and record.valence >= VALENCE
    )


def _order(moment: BrightMoment) -> tuple[float, float, int]:
    return -moment.joy, -moment.valence, moment.message_id


class _Row(NamedTuple):
    """A candidate; the smallest is the surest."""

    less_joy: float
    less_valence: float
    message_id: int
    author: int


class _Best:
    """The surest candidates so far; its size is bounded, whatever the week holds."""

    def __init__(self, agreed: Mapping[bytes, datetime]) -> None:
        since = {_prefix(author): milliseconds(moment) for author, moment in agreed.items()}
        self._authors = np.array(sorted(since), dtype=np.uint64)
        self._since = np.array([since[each] for each in sorted(since)], dtype=np.int64)
        self._rows: list[_Row] = []

    @property
    def message_ids(self) -> list[int]:
        """Return the messages, the surest first."""
        return [row.message_id for row in self._rows]

    def take(self, columns: MessageColumns) -> None:
        """Take a batch."""
        joy = columns.probabilities[:, _JOY]
        which = np.flatnonzero((joy >= JOY) & (columns.valence >= VALENCE))  # NaN is neither
        place = np.searchsorted(self._authors, columns.author[which])
        place = np.minimum(place, len(self._authors) - 1)
        agreed = self._authors[place] == columns.author[which]
        agreed &= columns.time[which] >= self._since[place]
        which = which[agreed]
        new = zip(
            (-joy[which]).tolist(),
            (-columns.valence[which]).tolist(),
            columns.message_id[which].tolist(),
            place[agreed].tolist(),
            strict=True,
        )
        if which.size:
            self._rows = _surest([*self._rows, *map(_Row._make, new)])


def _surest(rows: Sequence[_Row]) -> list[_Row]:
    seen: Counter[int] = Counter()
    kept: list[_Row] = []
    for row in sorted(rows):
        seen[row.author] += 1
        if seen[row.author] <= EACH and len(kept) < CANDIDATES:
            kept.append(row)
    return kept


def _prefix(author: bytes) -> int:
    return int.from_bytes(author[:_PREFIX], "big")
