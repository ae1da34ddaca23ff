"""A report reads one page ahead: it stops cleanly when the store fails or nobody waits any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from reports.weekly import summary
from storage.errors import StoreUnavailable
from storage.records import GuildSettings, MessageColumns
from tests.reports.report_samples import GUILD, columns_of, local, record

START = local(0, 0)


class BreakingStore:
    """Hands out one page; then it fails, or never answers again."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent
        self.asked = asyncio.Event()

    async def scan(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[MessageColumns]:
        yield columns_of([record(1, 0, START + timedelta(hours=1), 0.5)])
        self.asked.set()
        if self._silent:
            await asyncio.Event().wait()
        msg = "the store is gone"
        raise StoreUnavailable(msg)


async def test_a_store_that_fails_in_the_middle_is_told_and_nothing_runs_on() -> None:
    store = BreakingStore(silent=False)
    with pytest.raises(StoreUnavailable, match="the store is gone"):
        await summary(store, GuildSettings(GUILD), START, START + timedelta(days=1))
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_report_that_nobody_waits_for_stops_reading() -> None:
    store = BreakingStore(silent=True)
    reading = asyncio.create_task(
        summary(store, GuildSettings(GUILD), START, START + timedelta(days=1))
    )
    await store.asked.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert asyncio.all_tasks() == {asyncio.current_task()}
