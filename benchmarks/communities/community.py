"""A community that has written for five weeks, and what is true of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from reports.period import Week
from storage.records import Batch, MessageColumns, MessageRecord
from storage.store import Store

from .judge import CLASSES, MODEL, judged
from .people import People
from .plan import DAYS, LAST_WEEK, WEEKS, Floats, Plan

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WEEK: Final = Week.parse("2026-W46")
"""The last of the five weeks; days are those of UTC."""

GUILD: Final = 1
FIRST_CHANNEL: Final = 101

VALENCES: Final = np.array([-0.3, -0.25, -0.25, 0.35, -0.25, 0.1, -0.25, -0.1, 0.0])
"""Of a message of each emotion, on average."""

_NOISE: Final = 0.2
_DAY: Final = 86_400_000
_WRITTEN: Final = 500

HOURS: Final = np.array(
    [2, 1, 1, 0.5, 0.5, 1, 2, 4, 5, 5, 5, 6, 8, 7, 6, 6, 6, 7, 8, 9, 10, 9, 7, 4]
)
"""How busy each hour of a day is."""


@dataclass(frozen=True, slots=True, eq=False)
class Community:
    """Five weeks of messages, without those of people who opted out.

    Attributes:
        plan: What it is like.
        columns: The messages as they were judged, by time.
        labels: int64[n], their true emotions.
        brightness: float64[n], their expected valence over all people.
        opted_out: Pseudonyms (eight bytes) of those whose messages are gone.
    """

    plan: Plan
    columns: MessageColumns
    labels: Integers
    brightness: Floats
    opted_out: npt.NDArray[np.uint64]

    @property
    def day(self) -> Integers:
        """Return the day of each message, int64[n], 0 to 34."""
        return (self.columns.time - _start()) // _DAY

    def mood(self, first: int = LAST_WEEK, last: int = DAYS) -> float:
        """Return the true mood of days [first, last): every person-day counts once."""
        return float(self._person_days(self.brightness[:, None], first, last)[0])

    def shares(self, first: int = LAST_WEEK, last: int = DAYS) -> Floats:
        """Return the true shares of emotions of days [first, last), float64[9]."""
        by_day = np.array([self.plan.shares_on(day) for day in range(DAYS)])
        return self._person_days(by_day[self.day], first, last)

    def counted(self, first: int = LAST_WEEK, last: int = DAYS) -> Floats:
        """Return what classifying and counting makes of days [first, last), float64[9]."""
        verdicts = np.eye(CLASSES)[self.columns.probabilities.argmax(axis=1)]
        return self._person_days(verdicts, first, last)

    async def scan(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[MessageColumns]:
        """Yield the messages of [start, end), as a store does, whatever the guild."""
        del guild_id
        edges = [round(moment.timestamp() * 1000) for moment in (start, end)]
        first, last = np.searchsorted(self.columns.time, edges)
        if last > first:
            yield part_of(self.columns, slice(int(first), int(last)))

    async def fill(self, store: Store) -> None:
        """Write everything into a store, and opt out who opted out."""
        records = records_of(self.columns, GUILD)
        for start in range(0, len(records), _WRITTEN):
            await store.apply(Batch(upserts=tuple(records[start : start + _WRITTEN])))
        for author in self.opted_out:
            await store.opt_out(GUILD, pseudonym(int(author)), datetime.now(UTC))

    def _person_days(self, values: Floats, first: int, last: int) -> Floats:
        day = self.day
        chosen = (day >= first) & (day < last)
        _, place, count = np.unique(
            self.columns.author[chosen].astype(np.int64) * DAYS + day[chosen],
            return_inverse=True,
            return_counts=True,
        )
        weights = 1 / count[place]
        means: Floats = weights @ values[chosen] / weights.sum()
        return means


def written(plan: Plan, draw: np.random.Generator) -> Community:
    """Let a community write.

    Args:
        plan: What it is like.
        draw: Randomness; the same gives the same community.
    """
    people = People.drawn(plan, draw)
    person, day = people.messages(plan, draw)
    channel = people.channels_of(person, draw)
    labels = people.labels_of(plan, person, day, draw)
    hour = draw.choice(24, len(day), p=HOURS / HOURS.sum())
    time = _start() + day * _DAY + hour * 3_600_000 + draw.integers(0, 3_600_000, len(day))
    shift = plan.shift(day, channel)
    valence = VALENCES[labels] + shift + people.moods(plan, person, day, draw)
    valence += draw.uniform(-_NOISE, _NOISE, len(day))
    expected = np.array([plan.shares_on(each) @ VALENCES for each in range(DAYS)])[day] + shift
    kept = np.flatnonzero(~people.opted_out[person])
    order = kept[np.argsort(time[kept], kind="stable")]
    total = len(order)
    columns = MessageColumns(
        np.arange(1, total + 1, dtype=np.int64),
        channel[order] + FIRST_CHANNEL,
        people.author[person[order]],
        time[order],
        judged(labels[order], draw).astype(np.float32),
        valence[order].astype(np.float32),
        np.zeros(total, np.int16),
        (MODEL,),
    )
    gone = people.author[people.opted_out]
    return Community(plan, columns, labels[order], expected[order], gone)


def records_of(columns: MessageColumns, guild_id: int) -> list[MessageRecord]:
    """Return columns as records of a guild, one a message."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    rows = zip(
        columns.message_id.tolist(),
        columns.channel_id.tolist(),
        columns.author.tolist(),
        columns.time.tolist(),
        columns.probabilities.tolist(),
        columns.valence.tolist(),
        columns.model.tolist(),
        strict=True,
    )
    return [
        MessageRecord(
            message_id=number,
            guild_id=guild_id,
            channel_id=channel,
            thread_id=None,
            author=pseudonym(author),
            created_at=epoch + timedelta(milliseconds=time),
            edited_at=None,
            language="ko",
            probabilities=tuple(probabilities),
            valence=valence,
            model=columns.models[model],
        )
        for number, channel, author, time, probabilities, valence, model in rows
    ]


def part_of(columns: MessageColumns, rows: slice) -> MessageColumns:
    """Return some rows of columns."""
    return MessageColumns(
        columns.message_id[rows],
        columns.channel_id[rows],
        columns.author[rows],
        columns.time[rows],
        columns.probabilities[rows],
        columns.valence[rows],
        columns.model[rows],
        columns.models,
    )


def pseudonym(author: int) -> bytes:
    """Return the sixteen bytes of a pseudonym whose first eight say ``author``."""
    return author.to_bytes(8, "big") + bytes(8)


def _start() -> int:
    """Return the first moment in milliseconds since the Unix epoch."""
    first = WEEK.previous(WEEKS - 1).monday
    return (first - date(1970, 1, 1)).days * _DAY
