"""A rotation reaches every place that holds a pseudonym, also new ones, and may be killed."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from pymongo import MongoClient

from storage.open import open_store
from storage.personal_data import PERSONAL, REFUSALS
from storage.pseudonym import KeyRing
from storage.records import Batch
from tests.support.mongodb_server import fresh_database, store_url
from tests.support.store_records import GUILD, START, record

KEYS = (bytes(32), bytes([1]) * 32)
ONE, TWO = KeyRing(KEYS[:1]), KeyRing(KEYS)
OLD = ONE.pseudonymiser(1).author(GUILD, 1)
NEW = TWO.pseudonymiser(2).author(GUILD, 1)
NO_PSEUDONYM = {"scores"}
"""Columns of bytes that say nothing about who."""


def tables(connection: sqlite3.Connection) -> dict[str, list[tuple[str, str]]]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: [
            (column[1], column[2]) for column in connection.execute(f"PRAGMA table_info({name})")
        ]
        for (name,) in names
        if not name.startswith("sqlite_") and name != "keyring"
    }


async def test_every_column_of_bytes_in_every_table(tmp_path: Path) -> None:
    """A new column with a pseudonym is called ``author``, or it fails here."""
    path = tmp_path / "store.sqlite3"
    async with open_store(f"sqlite:///{path}") as store:
        await store.adopt_keys(ONE)
        with sqlite3.connect(path) as connection:
            columns = tables(connection)
            for name, each in columns.items():
                values = [
                    {"INTEGER": 1, "TEXT": "{}", "REAL": 0.5}.get(kind, OLD) for _, kind in each
                ]
                marks = ",".join("?" * len(values))
                connection.execute(f"INSERT INTO {name} VALUES ({marks})", values)
        connection.close()
        counts = await store.rekey(TWO, START)
        with sqlite3.connect(path) as connection:
            for name, each in columns.items():
                for column, kind in each:
                    if kind == "BLOB" and column not in NO_PSEUDONYM:
                        found = connection.execute(f"SELECT {column} FROM {name}").fetchall()
                        assert found == [(NEW,)], f"{name}.{column} keeps its old pseudonym"
                        assert counts[name] == 1
        connection.close()
    assert set(counts) >= {each.table for each in (*PERSONAL, REFUSALS)}


async def test_every_collection_with_a_member_in_it(mongodb_address: str) -> None:
    from storage.mongodb_documents import author_text

    database = fresh_database()
    url = store_url(mongodb_address, database)
    names = {each.collection for each in (*PERSONAL, REFUSALS)}
    async with open_store(url) as store:
        await store.adopt_keys(ONE)
        with MongoClient(mongodb_address) as client:
            for name in names:
                key = 5 if name == "messages" else f"{GUILD}:{author_text(OLD)}"
                row = {"_id": key, "g": GUILD, "a": author_text(OLD)}
                client[database][name].insert_one(row)
            # As a part of a longer key, and as no part of a key at all.
            extra = f"{GUILD}:9:{author_text(OLD)}"
            client[database]["feedback"].insert_one(
                {"_id": extra, "g": GUILD, "a": author_text(OLD)}
            )
            client[database]["newer"].insert_one({"_id": "x", "g": GUILD, "a": author_text(OLD)})
            counts = await store.rekey(TWO, START)
            everything = repr(
                [
                    list(client[database][name].find())
                    for name in client[database].list_collection_names()
                ]
            )
            newer = client[database]["newer"].find_one({"_id": "x"})
    assert author_text(OLD) not in everything
    assert everything.count(author_text(NEW)) == 2 * (len(names) + 1)  # a key and a field; not ids
    assert newer["a"] == author_text(NEW)
    assert set(counts) == {*names, "newer"}


ROTATE = """
import asyncio, sys
from datetime import datetime, UTC
from storage.open import open_store
from storage.pseudonym import KeyRing

async def rotate():
    async with open_store(sys.argv[1]) as store:
        print("ready", flush=True)
        await store.rekey(KeyRing([bytes(32), bytes([1]) * 32]), datetime.now(UTC))

asyncio.run(rotate())
"""
PEOPLE = 10
MESSAGES = 1200


@pytest.mark.kill
@pytest.mark.parametrize("delay", [0.003, 0.02, 0.06, 0.15])
async def test_killed_at_any_moment_every_row_is_wrapped_once(url: str, delay: float) -> None:
    if "motor" in url:
        pytest.skip("the same operations through another driver")
    names = ONE.pseudonymiser(1)
    people = [names.author(GUILD, number) for number in range(PEOPLE)]
    async with open_store(url) as store:
        await store.adopt_keys(ONE)
        for first in range(0, MESSAGES, 400):
            numbers = range(first, first + 400)
            batch = tuple(record(n, author=people[n % PEOPLE]) for n in numbers)
            await store.apply(Batch(batch))
        for author in people:
            await store.allow_personal(GUILD, author, START)
        await store.opt_out(GUILD, names.author(GUILD, 1000), START)
    process = subprocess.Popen(
        [sys.executable, "-c", ROTATE, url], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    await asyncio.to_thread(process.stdout.readline)
    await asyncio.sleep(delay)
    process.kill()
    process.wait()
    process.stdout.close()
    async with open_store(url) as store:
        await store.rekey(TWO, START)
        after = TWO.pseudonymiser(await store.adopt_keys(TWO))
        for number in range(PEOPLE):
            author = after.author(GUILD, number)
            assert await store.count_author(GUILD, author) == MESSAGES // PEOPLE
            assert (await store.choices(GUILD, author)).personal_since == START
            assert await store.count_author(GUILD, people[number]) == 0
        assert await store.opted_out(GUILD) == {after.author(GUILD, 1000)}
