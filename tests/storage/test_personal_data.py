"""The list of what is kept about members: complete, counted, handed out, and erased to the byte."""

from __future__ import annotations

import random
import sqlite3
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient

from storage.mongodb_documents import author_text
from storage.named import names_in, roles_of, without_name
from storage.open import open_store
from storage.personal_data import PERSONAL, RECORDS, REFUSALS
from storage.records import (
    AlertSettings,
    Batch,
    Feedback,
    GuildSettings,
    ReportSchedule,
)
from storage.settings_document import settings_to_document
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.support.store_records import FIRST_ID, GUILD, author, record

ME, OTHER, USER = author(1), author(2), 987_654_321_012_345_678
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

IMPERSONAL = {
    "audit": "names users by their id: counted, handed out and taken off by `changes_by`",
    "claim": "reports",
    "departures": "a number for each server",
    "keyring": "fingerprints of keys",
    "lease": "which process does what",
    "reading": "places in files and channels",
    "retro_section": "goes with the record of its message, by a trigger",
    "settings": "of a server; names in it are counted and taken off by `storage.named`",
    "shown": "figures of the whole server",
    "watermark": "places in channels",
}
"""Tables without a member's pseudonym, and why each may be left out of the list."""

IMPERSONAL_COLLECTIONS = {
    "audit",
    "claims",
    "departures",
    "keys",
    "leases",
    "meta",
    "readings",
    "settings",
    "shown",
    "watermarks",
}

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


async def say_everything(store: Store, who: bytes = ME) -> None:
    """Let a member leave something in every table of the list."""
    records = (replace(record(number), author=who) for number in range(3))
    await store.apply(Batch(tuple(records)))
    await store.allow_personal(GUILD, who, NOW)
    await store.allow_links(GUILD, who, NOW)
    await store.consent(GUILD, who, NOW)
    await store.add_feedback(Feedback(GUILD, FIRST_ID, who, "joy", "anger", "words@1", NOW))


EVERYTHING = {"records": 3, "own_mood": 1, "links": 1, "consents": 1, "feedback": 1}


class TestTheList:
    """Fails when somebody adds a table, a collection or a column and forgets the members."""

    @pytest.fixture
    async def tables(self, tmp_path: Path) -> dict[str, set[str]]:
        path = tmp_path / "nunchi.sqlite3"
        async with SqliteStore(path):
            connection = sqlite3.connect(path)
            rows = connection.execute(
                """
                SELECT s.name, c.name FROM sqlite_master AS s, pragma_table_info(s.name) AS c
                WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%'
                """
            ).fetchall()
            connection.close()
        return {table: {c for t, c in rows if t == table} for table, _ in rows}

    async def test_every_table_of_sqlite_is_in_it_or_known_to_be_about_nobody(
        self, tables: dict[str, set[str]]
    ) -> None:
        listed = {each.table for each in (*PERSONAL, REFUSALS)}
        assert set(tables) == listed | set(IMPERSONAL)
        assert not listed & set(IMPERSONAL)
        personal = {name for name, columns in tables.items() if "author" in columns}
        assert personal == listed, "what has an author is exported and erased"

    async def test_every_column_is_handed_out(self, tables: dict[str, set[str]]) -> None:
        for each in (*PERSONAL, REFUSALS):
            if each.name != RECORDS:
                columns = {column.column for column in each.columns}
                assert tables[each.table] - {"guild", "author"} == columns, each.name

    async def test_every_collection_of_mongodb_is_in_it_or_known(
        self, mongodb_address: str
    ) -> None:
        database = "nunchi_test_list_of_members"
        async with open_store(f"{mongodb_address}/{database}") as store:
            await say_everything(store)
            await store.opt_out(GUILD, OTHER, NOW)
            client = AsyncMongoClient(mongodb_address)
            names = set(await client[database].list_collection_names())
            collections = {each.collection: each for each in (*PERSONAL, REFUSALS)}
            assert names - IMPERSONAL_COLLECTIONS == set(collections)
            for name, each in collections.items():
                kept = await client[database][name].find().to_list()
                assert all(
                    author_text(ME) == one["a"] or one["a"] == author_text(OTHER) for one in kept
                ), name
                fields = {field for one in kept for field in one} - {"_id", "g", "a"}
                if each.name != RECORDS:
                    assert fields <= {column.key for column in each.columns}, name
            await client.drop_database(database)
            await client.close()

    def test_every_name_in_the_settings_of_a_server_is_found_and_taken_off(self) -> None:
        settings = GuildSettings(
            GUILD,
            report=ReportSchedule(planned_by=USER),
            alerts=AlertSettings(switched_on_by=USER + 1),
        )
        by = {name for name in _leaves(settings_to_document(settings)) if name.endswith("_by")}
        assert {place.rpartition(".")[2] for place in names_in(settings)} >= by
        assert roles_of(settings, USER) == 1
        without = without_name(settings, USER)
        assert without == replace(settings, report=ReportSchedule())
        assert roles_of(without, USER) == 0
        assert roles_of(without, USER + 1) == 1


def _leaves(document: object) -> set[str]:
    if isinstance(document, dict):
        return set(document) | {leaf for inner in document.values() for leaf in _leaves(inner)}
    if isinstance(document, list):
        return {leaf for inner in document for leaf in _leaves(inner)}
    return set()


class TestBothStores:
    async def test_everything_is_counted(self, store: Store) -> None:
        await say_everything(store)
        await say_everything(store, OTHER)
        kept = await store.kept(GUILD, OTHER)
        assert kept.counts == EVERYTHING
        assert not kept.refused
        assert kept.since == record(0).created_at
        assert kept.anything
        nobody = await store.kept(GUILD, author(9))
        assert (nobody.counts, nobody.refused, nobody.since) == ({}, False, None)
        assert not nobody.anything

    async def test_everything_but_the_records_is_handed_out_alike(self, store: Store) -> None:
        await say_everything(store)
        at = NOW.isoformat(timespec="milliseconds")
        rows = await store.author_rows(GUILD, ME)
        assert rows["own_mood"] == rows["links"] == rows["consents"] == [{"at": at}]
        (said,) = rows["feedback"]
        assert said["message_id"] == str(FIRST_ID)
        assert (said["predicted"], said["corrected"], said["created_at"]) == ("joy", "anger", at)
        assert set(rows) == {each.name for each in PERSONAL} - {RECORDS}
        assert not any((await store.author_rows(GUILD, OTHER)).values())

    async def test_an_erasure_counts_what_it_deleted_and_leaves_the_refusal(
        self, store: Store
    ) -> None:
        await say_everything(store)
        erased = await store.erase_author(GUILD, ME, until=None, at=NOW)
        assert erased.counts == EVERYTHING
        assert erased.records == 3
        kept = await store.kept(GUILD, ME)
        assert (kept.counts, kept.refused) == ({}, True)
        assert kept.anything
        assert (await store.erase_author(GUILD, ME, until=None, at=NOW)).counts == {}

    async def test_where_something_is_kept(self, store: Store) -> None:
        await say_everything(store)
        await store.opt_out(GUILD + 1, author(11), NOW)
        pairs = [(GUILD, ME), (GUILD + 1, author(11)), (GUILD + 2, ME), (GUILD + 3, OTHER)]
        assert await store.known_in(pairs, USER) == {GUILD, GUILD + 1}
        assert await store.known_in([], USER) == frozenset()
        assert await store.known_in([(GUILD, OTHER)], USER) == frozenset()


class TestBytes:
    """What was erased is not in the files, whatever SQLite did with its pages meanwhile."""

    @pytest.mark.parametrize("seed", range(3))
    async def test_nothing_of_an_erased_author_is_left(self, tmp_path: Path, seed: int) -> None:
        path, chance = tmp_path / "nunchi.sqlite3", random.Random(seed)
        everybody = [chance.randbytes(16) for _ in range(40)]
        ids = list(range(6000))
        chance.shuffle(ids)
        async with SqliteStore(path) as store:
            for start in range(0, len(ids), 500):
                records = (
                    record(number, author=chance.choice(everybody))
                    for number in ids[start : start + 500]
                )
                await store.apply(Batch(tuple(records)))
            for who in everybody[:3]:
                await say_everything_again(store, who, chance)
                assert copies(tmp_path, who) > 100
            ids_of_one = await ids_as_written(store, everybody[0])
            content = whole(tmp_path)
            assert all(each in content for each in ids_of_one)
            await store.erase_author(GUILD, everybody[0], until=None, at=NOW)
            await store.erase_author(GUILD, everybody[1], until=NOW, at=NOW)
            for who in everybody[:2]:
                assert copies(tmp_path, who) == 1, "the refusal, and nothing else"
                assert await store.kept(GUILD, who) == replace(
                    await store.kept(GUILD, who), counts={}, refused=True, since=None
                )
            content = whole(tmp_path)
            assert not any(each in content for each in ids_of_one)
            assert copies(tmp_path, everybody[2]) > 100, "others are kept"

    async def test_a_large_file_is_written_anew_a_little_later(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("storage.sqlite.REWRITE_AT_ONCE", 0)
        async with SqliteStore(tmp_path / "nunchi.sqlite3") as store:
            records = [record(number, author=author(number % 7)) for number in range(4000)]
            random.Random(1).shuffle(records)
            for start in range(0, len(records), 100):
                await store.apply(Batch(tuple(records[start : start + 100])))
            ids_of_one = await ids_as_written(store, ME)
            await store.erase_author(GUILD, ME, until=None, at=NOW)
            assert copies(tmp_path, ME) == 1, "who it was is gone at once"
            content = whole(tmp_path)
            assert any(each in content for each in ids_of_one), "borders between pages"
            await store.erase_author(GUILD, OTHER, until=None, at=NOW)
        content = whole(tmp_path)
        assert not any(each in content for each in ids_of_one), "closing does not wait for it"

    async def test_a_reader_of_another_process_only_delays_it(self, tmp_path: Path) -> None:
        path = tmp_path / "nunchi.sqlite3"
        async with SqliteStore(path, busy_timeout=0.05) as store:
            await say_everything(store)
            reader = sqlite3.connect(path, isolation_level=None)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM message").fetchone()
            await store.erase_author(GUILD, ME, until=None, at=NOW)
            assert copies(tmp_path, ME) > 1
            reader.execute("COMMIT")
            reader.close()
            await store.erase_author(GUILD, OTHER, until=None, at=NOW)
            assert copies(tmp_path, ME) == 1


async def say_everything_again(store: Store, who: bytes, chance: random.Random) -> None:
    for number in chance.sample(range(6000, 7000), 80):
        await store.apply(Batch((record(number, author=who),)))
    await store.allow_personal(GUILD, who, NOW + timedelta(seconds=chance.randrange(100)))
    await store.consent(GUILD, who, NOW)
    await store.allow_links(GUILD, who, NOW)
    await store.add_feedback(Feedback(GUILD, FIRST_ID, who, "joy", "anger", "words@1", NOW))


async def ids_as_written(store: Store, who: bytes) -> list[bytes]:
    """Return the ids of an author's messages as SQLite writes them: in an index and in a table."""
    ids = [each.message_id async for page in store.author_records(GUILD, who) for each in page]
    return [written for each in ids for written in (each.to_bytes(8, "big"), varint(each))]


def varint(number: int) -> bytes:
    """Return a number of more than 56 bits as the key of a table (SQLite's file format, 1.6)."""
    head = ((number >> 8 >> (7 * place)) & 0x7F | 0x80 for place in range(7, -1, -1))
    return bytes([*head, number & 0xFF])


def whole(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def copies(folder: Path, who: bytes) -> int:
    content = whole(folder)
    texts = (who, who.hex().encode(), urlsafe_b64encode(who).rstrip(b"="))
    return sum(content.count(each) for each in texts)
