"""Fills a store with a large week, in a process whose memory is not measured."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

import numpy as np
from communities import LAST_WEEK, Plan, written
from communities.community import GUILD, part_of, records_of

from storage.open import open_store
from storage.records import Batch, MessageColumns

PEOPLE: Final = 2_000
DRAWN: Final = 20_000
"""Messages of the week that are simulated one by one; with more, they are repeated."""

BEFORE: Final = 0.05
"""Messages of each of the four weeks before, as a part of those of the week."""

_HOUR: Final = 3_600_000
_CHUNK: Final = 20_000
_BATCH: Final = 500


def fill(url: str, messages: int, seed: int) -> None:
    """Fill a store with about ``messages`` of one week, and fewer of the four weeks before."""
    asyncio.run(_fill(url, messages, seed))


async def _fill(url: str, messages: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    drawn = min(messages, DRAWN)
    plan = Plan(people=PEOPLE, rate=drawn / PEOPLE / 7, channels=25, opt_outs=0, fluctuation=0)
    community = written(plan, draw)
    week = np.flatnonzero(community.day >= LAST_WEEK)
    earlier = np.flatnonzero(community.day < LAST_WEEK)
    rows = np.concatenate(
        [
            np.resize(week, messages),
            np.resize(earlier, round(4 * BEFORE * messages)),
        ]
    )
    # Messages are numbered by time, as Discord numbers them: the file lies in that order, too.
    time = community.columns.time[rows] // _HOUR * _HOUR + draw.integers(0, _HOUR, len(rows))
    order = np.argsort(time, kind="stable")
    rows, time = rows[order], time[order]
    async with open_store(url) as store:
        for start in range(0, len(rows), _CHUNK):
            part = slice(start, start + _CHUNK)
            chunk = _again(community.columns, rows[part], time[part], start + 1)
            records = records_of(chunk, GUILD)
            for first in range(0, len(records), _BATCH):
                await store.apply(Batch(upserts=tuple(records[first : first + _BATCH])))


def _again(
    columns: MessageColumns, rows: np.ndarray, time: np.ndarray, number: int
) -> MessageColumns:
    """Return messages once more, at other moments, numbered from ``number``."""
    ids = np.arange(number, number + len(rows))
    return replace(part_of(columns, rows), message_id=ids, time=time)
