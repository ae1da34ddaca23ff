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
CHANNELS: Final = 912_345_678_901_234_567
"""Added to the ids of channels, so that they are as long as Discord's."""
DRAWN: Final = 20_000
"""Messages of the week that are simulated one by one; with more, they are repeated."""

BEFORE: Final = 0.05
"""Messages of each of the four weeks before, as a part of those of the week."""

ERAS: Final = 12
EARLIER: Final = 0.03
"""The same of the 48 weeks before those, which are four weeks twelve times over."""

_HOUR: Final = 3_600_000
_FOUR_WEEKS: Final = 28 * 24 * _HOUR
_DISCORD_EPOCH: Final = 1_420_070_400_000
_CHUNK: Final = 20_000
_BATCH: Final = 500


def fill(url: str, messages: int, seed: int) -> None:
    """Fill a store with about ``messages`` of one week, and fewer of a year before."""
    asyncio.run(_fill(url, messages, seed))


async def _fill(url: str, messages: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    drawn = min(messages, DRAWN)
    plan = Plan(people=PEOPLE, rate=drawn / PEOPLE / 7, channels=25, opt_outs=0, fluctuation=0)
    community = written(plan, draw)
    week = np.flatnonzero(community.day >= LAST_WEEK)
    earlier = np.flatnonzero(community.day < LAST_WEEK)
    era = round(4 * EARLIER * messages)
    parts = [np.resize(week, messages), draw.choice(earlier, round(4 * BEFORE * messages))]
    parts += [draw.choice(earlier, era) for _ in range(ERAS)]
    rows = np.concatenate(parts)
    ago = np.repeat([0, 0, *range(1, ERAS + 1)], [len(part) for part in parts]) * _FOUR_WEEKS
    time = community.columns.time[rows] // _HOUR * _HOUR + draw.integers(0, _HOUR, len(rows)) - ago
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
    """Return messages once more, at other moments, numbered as Discord does: by time first."""
    ids = (time - _DISCORD_EPOCH << 22) + np.arange(number, number + len(rows)) % (1 << 12)
    part = part_of(columns, rows)
    return replace(part, message_id=ids, channel_id=part.channel_id + CHANNELS, time=time)
