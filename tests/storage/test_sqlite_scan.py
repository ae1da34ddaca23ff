"""How pages of the SQLite store end, and that what is binary in them stays as it was."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from storage.packing import EPOCH
from storage.records import Batch, MessageRecord
from storage.sqlite import SqliteStore
from storage.sqlite_scan import PAGE_ROWS
from tests.support.store_records import FIRST_ID, GUILD, START, record

FAR = START + timedelta(days=400)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "store.sqlite3") as opened:
        yield opened


async def lengths(store: SqliteStore) -> list[int]:
    return [len(page) async for page in store.scan(GUILD, EPOCH, FAR)]


async def keep(store: SqliteStore, records: list[MessageRecord]) -> None:
    for first in range(0, len(records), 512):
        await store.apply(Batch(tuple(records[first : first + 512])))


async def test_pages_end_where_there_is_no_more(store: SqliteStore) -> None:
    assert await lengths(store) == []
    await keep(store, [record(number) for number in range(PAGE_ROWS)])
    assert await lengths(store) == [PAGE_ROWS]
    await keep(store, [record(PAGE_ROWS)])
    assert await lengths(store) == [PAGE_ROWS, 1]


async def test_any_bytes_come_back(store: SqliteStore) -> None:
    """Pseudonyms and scores hold zero bytes, and bytes that are no text."""
    draw = random.Random(3)
    authors = [bytes(16), b"\xff" * 16, b"\x00\x01" * 8, *(draw.randbytes(16) for _ in range(300))]
    values = np.random.default_rng(3).random((len(authors), 9)).astype(np.float32)
    records = [
        replace(record(number), author=author, probabilities=tuple(row.tolist()))
        for number, (author, row) in enumerate(zip(authors, values, strict=True))
    ]
    await keep(store, records)
    (page,) = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    assert page.author.tolist() == [int.from_bytes(author[:8], "big") for author in authors]
    assert page.probabilities.tolist() == values.tolist()


@pytest.mark.parametrize("models", [("one@1",), ('a","a', "a"), ("one@1", "two@1")])
async def test_models_are_told_apart(store: SqliteStore, models: tuple[str, ...]) -> None:
    written = [models[number % len(models)] for number in range(12)]
    await keep(store, [replace(record(n), model=model) for n, model in enumerate(written)])
    (page,) = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    found = dict(zip(page.message_id.tolist(), page.model.tolist(), strict=True))
    assert [page.models[found[FIRST_ID + n]] for n in range(12)] == written
    assert page.models == tuple(sorted(models))
