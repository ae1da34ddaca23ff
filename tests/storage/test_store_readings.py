"""The place of a long reading outlives the process, in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.open import open_store
from storage.readings import Reading
from storage.store import Store
from tests.support.store_records import GUILD, START

FIRST = Reading(GUILD, "import:abc", '{"position": 7}', START)
SECOND = Reading(GUILD, "backfill:5", '{"after": 9}', START)


async def test_a_place_is_replaced_and_found_again_by_the_next_process(url: str) -> None:
    async with open_store(url) as store:
        assert await store.reading(GUILD, FIRST.key) is None
        await store.save_reading(FIRST)
        moved = replace(FIRST, document='{"position": 8}', at=START + timedelta(seconds=5))
        await store.save_reading(moved)
        await store.save_reading(SECOND)
    async with open_store(url) as store:
        assert await store.reading(GUILD, FIRST.key) == moved
        assert await store.readings(GUILD) == [SECOND, moved]
        assert await store.readings(GUILD + 1) == []


async def test_a_reading_ends_once(store: Store) -> None:
    await store.save_reading(FIRST)
    assert await store.end_reading(GUILD, FIRST.key)
    assert not await store.end_reading(GUILD, FIRST.key)
    assert await store.reading(GUILD, FIRST.key) is None


async def test_a_guild_takes_its_readings_along(store: Store) -> None:
    other = replace(FIRST, guild_id=GUILD + 1)
    await store.save_reading(FIRST)
    await store.save_reading(other)
    await store.delete_guild(GUILD)
    assert await store.readings(GUILD) == []
    assert await store.readings(GUILD + 1) == [other]


async def test_naive_moments_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        await store.save_reading(replace(FIRST, at=START.replace(tzinfo=None)))
