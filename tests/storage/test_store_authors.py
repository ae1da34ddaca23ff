"""What every store promises about one author: their records, and what they decided."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path

import pytest

from storage.open import open_store
from storage.packing import columns_of
from storage.records import Batch, Choices, MessageRecord
from storage.sqlite import SqliteStore
from storage.sqlite_authors import PAGE
from storage.store import Store
from tests.support.store_records import GUILD, START, THREAD, author, record

OTHER_GUILD = GUILD + 1000
NOW = datetime(2026, 11, 9, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ME, OTHER = author(1), author(2)
SCORES = (0.5, 0.25, 0.0, math.nan, 0.125, 0.0, 0.0, 0.0, 0.125)

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def mine(number: int, who: bytes = ME, guild_id: int = GUILD) -> MessageRecord:
    """Return a record whose every field differs from the defaults, exact in float32."""
    return record(
        number,
        author=who,
        guild_id=guild_id,
        thread_id=THREAD if number % 2 else None,
        edited_at=START + timedelta(days=1) if number % 3 else None,
        probabilities=SCORES,
        valence=(number % 5 - 2) / 4,
        model=f"lexicon@{number % 2}",
    )


async def kept(store: Store, who: bytes = ME, guild_id: int = GUILD) -> list[MessageRecord]:
    pages = [page async for page in store.author_records(guild_id, who)]
    return sorted((each for page in pages for each in page), key=attrgetter("message_id"))


def repr_of(records: list[MessageRecord]) -> list[str]:
    return list(map(repr, records))  # NaN equals itself only in print


class TestRecords:
    async def test_they_come_back_as_they_were_written(self, store: Store) -> None:
        written = [mine(number) for number in range(7)]
        await store.apply(Batch(tuple(written)))
        assert repr_of(await kept(store)) == repr_of(written)

    async def test_nothing_of_others_or_of_other_guilds(self, store: Store) -> None:
        strangers = [mine(number, OTHER) for number in range(10, 20)]
        elsewhere = [mine(30, guild_id=OTHER_GUILD)]
        await store.apply(Batch((mine(1), *strangers, *elsewhere)))
        assert repr_of(await kept(store)) == repr_of([mine(1)])
        assert repr_of(await kept(store, guild_id=OTHER_GUILD)) == repr_of(elsewhere)

    async def test_an_author_who_shares_the_first_bytes_is_another(self, store: Store) -> None:
        twin = ME[:8] + bytes(8)
        await store.apply(Batch((mine(1), mine(2, twin))))
        assert [each.message_id for each in await kept(store)] == [mine(1).message_id]

    async def test_many_pages(self, store: Store) -> None:
        written = tuple(mine(number) for number in range(2600))
        await store.apply(Batch(written))
        pages = [page async for page in store.author_records(GUILD, ME)]
        assert len(pages) > 2
        assert repr_of(await kept(store)) == repr_of(list(written))

    async def test_they_are_counted(self, store: Store) -> None:
        await store.apply(Batch((*(mine(number) for number in range(12)), mine(50, OTHER))))
        assert await store.count_author(GUILD, ME) == 12
        assert await store.count_author(GUILD, author(4)) == 0
        assert await store.count_author(OTHER_GUILD, ME) == 0

    async def test_nobody_has_none(self, store: Store) -> None:
        assert await kept(store) == []

    async def test_they_become_the_columns_that_a_scan_gives(self, store: Store) -> None:
        await store.apply(Batch(tuple(mine(number) for number in range(9))))
        (scanned,) = [page async for page in store.scan(GUILD, START, NOW)]
        columns = columns_of(await kept(store))
        for name in ("message_id", "channel_id", "author", "time", "valence", "model"):
            assert getattr(columns, name).tolist() == getattr(scanned, name).tolist(), name
        assert columns.models == scanned.models
        assert repr(columns.probabilities.tolist()) == repr(scanned.probabilities.tolist())


class TestChoices:
    async def test_off_by_default(self, store: Store) -> None:
        assert await store.choices(GUILD, ME) == Choices()

    async def test_a_choice_is_the_member_s_own(self, store: Store) -> None:
        await store.allow_personal(GUILD, ME, NOW)
        assert await store.choices(GUILD, ME) == Choices(personal_since=NOW)
        assert await store.choices(GUILD, OTHER) == Choices()
        assert await store.choices(OTHER_GUILD, ME) == Choices()

    async def test_the_first_time_counts(self, store: Store) -> None:
        await store.allow_personal(GUILD, ME, NOW)
        await store.allow_personal(GUILD, ME, NOW + HOUR)
        assert (await store.choices(GUILD, ME)).personal_since == NOW

    async def test_withdrawing(self, store: Store) -> None:
        await store.allow_personal(GUILD, ME, NOW)
        await store.allow_personal(GUILD, OTHER, NOW)
        assert await store.deny_personal(GUILD, ME) is True
        assert await store.deny_personal(GUILD, ME) is False
        assert await store.choices(GUILD, ME) == Choices()
        assert (await store.choices(GUILD, OTHER)).personal_since == NOW

    async def test_who_has_opted_out_cannot_choose(self, store: Store) -> None:
        assert await store.allow_personal(GUILD, OTHER, NOW) is True
        await store.opt_out(GUILD, ME, NOW)
        assert await store.allow_personal(GUILD, ME, NOW + HOUR) is False
        await store.opt_in(GUILD, ME, NOW + HOUR)
        assert (await store.choices(GUILD, ME)).personal_since is None
        assert await store.allow_personal(GUILD, ME, NOW + 2 * HOUR) is True

    async def test_an_opt_out_takes_it_back(self, store: Store) -> None:
        await store.allow_personal(GUILD, ME, NOW)
        await store.opt_out(GUILD, ME, NOW + HOUR)
        refused = Choices(refused=True, refused_at=NOW + HOUR)
        assert await store.choices(GUILD, ME) == refused
        await store.opt_in(GUILD, ME, NOW + 2 * HOUR)
        accepted = Choices(refused_at=NOW + HOUR, refused_until=NOW + 2 * HOUR)
        assert await store.choices(GUILD, ME) == accepted

    async def test_erasure_takes_it_back(self, store: Store) -> None:
        await store.allow_personal(GUILD, ME, NOW)
        await store.allow_personal(GUILD, OTHER, NOW)
        await store.delete_author(GUILD, ME, NOW + HOUR)
        assert (await store.choices(GUILD, ME)).personal_since is None
        assert (await store.choices(GUILD, OTHER)).personal_since == NOW

    async def test_leaving_a_guild_takes_it_back(self, store: Store) -> None:
        for guild_id in (GUILD, OTHER_GUILD):
            await store.allow_personal(guild_id, ME, NOW)
        await store.delete_guild(GUILD)
        assert await store.choices(GUILD, ME) == Choices()
        assert (await store.choices(OTHER_GUILD, ME)).personal_since == NOW

    async def test_it_is_there_after_opening_again(self, url: str) -> None:
        async with open_store(url) as store:
            await store.allow_personal(GUILD, ME, NOW)
        async with open_store(url) as store:
            assert (await store.choices(GUILD, ME)).personal_since == NOW

    async def test_a_naive_time_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="timezone-aware"):
            await store.allow_personal(GUILD, ME, NOW.replace(tzinfo=None))
        assert await store.choices(GUILD, ME) == Choices()


async def test_a_page_of_sqlite_is_one_range_of_the_index(tmp_path: Path) -> None:
    path = tmp_path / "nunchi.sqlite3"
    async with SqliteStore(path) as store:
        await store.apply(Batch((replace(record(1), author=ME),)))
    connection = sqlite3.connect(path)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {PAGE}", (GUILD, ME, -1, 10)).fetchall()
    connection.close()
    assert len(plan) == 1
    assert "message_by_author (guild=? AND author=? AND rowid>?)" in plan[0][-1]


class TestLinks:
    async def test_nobody_has_agreed_at_first(self, store: Store) -> None:
        assert await store.linkable(GUILD) == {}
        assert (await store.choices(GUILD, ME)).linked_since is None

    async def test_it_is_a_choice_of_its_own(self, store: Store) -> None:
        await store.allow_personal(GUILD, OTHER, NOW)
        await store.allow_links(GUILD, ME, NOW)
        await store.allow_links(GUILD, ME, NOW + HOUR)
        assert await store.linkable(GUILD) == {ME: NOW}
        assert await store.linkable(OTHER_GUILD) == {}
        assert await store.choices(GUILD, ME) == Choices(linked_since=NOW)

    async def test_withdrawing(self, store: Store) -> None:
        await store.allow_personal(GUILD, ME, NOW)
        for who in (ME, OTHER):
            await store.allow_links(GUILD, who, NOW)
        assert await store.deny_links(GUILD, ME) is True
        assert await store.deny_links(GUILD, ME) is False
        assert await store.linkable(GUILD) == {OTHER: NOW}
        assert await store.choices(GUILD, ME) == Choices(personal_since=NOW)

    async def test_whoever_agrees_again_agrees_from_then_on(self, store: Store) -> None:
        await store.allow_links(GUILD, ME, NOW)
        await store.deny_links(GUILD, ME)
        await store.allow_links(GUILD, ME, NOW + HOUR)
        assert await store.linkable(GUILD) == {ME: NOW + HOUR}

    async def test_opt_out_erasure_and_leaving_take_it_back(self, store: Store) -> None:
        third = author(3)
        for who in (ME, OTHER, third):
            await store.allow_links(GUILD, who, NOW)
        await store.allow_links(OTHER_GUILD, ME, NOW)
        await store.opt_out(GUILD, ME, NOW + HOUR)
        await store.delete_author(GUILD, OTHER, NOW + HOUR)
        assert await store.linkable(GUILD) == {third: NOW}
        await store.opt_in(GUILD, ME, NOW + 2 * HOUR)
        assert await store.linkable(GUILD) == {third: NOW}
        await store.delete_guild(GUILD)
        assert await store.linkable(GUILD) == {}
        assert await store.linkable(OTHER_GUILD) == {ME: NOW}


class TestSomeRecords:
    async def test_they_come_back_as_they_were_written(self, store: Store) -> None:
        written = [mine(1), mine(2, OTHER), mine(3)]
        await store.apply(Batch((*written, mine(4), mine(30, guild_id=OTHER_GUILD))))
        asked = [each.message_id for each in (*written, mine(30), mine(99))]
        found = sorted(await store.records(GUILD, asked), key=attrgetter("message_id"))
        assert repr_of(found) == repr_of(written)

    async def test_none_at_all(self, store: Store) -> None:
        assert list(await store.records(GUILD, [])) == []
