"""A SQLite store of one server, filled with the community of the report's tests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from storage.records import Batch, GuildSettings, MessageColumns, MessageRecord
from storage.sqlite import SqliteStore
from tests.reports.report_samples import GUILD


def records_of(columns: MessageColumns) -> list[MessageRecord]:
    """Return columns as the records that a store takes."""
    return [
        MessageRecord(
            int(columns.message_id[row]) + 1,
            GUILD,
            int(columns.channel_id[row]),
            None,
            int(columns.author[row]).to_bytes(8, "big") + bytes(8),
            datetime.fromtimestamp(int(columns.time[row]) / 1000, UTC),
            None,
            "ko",
            tuple(columns.probabilities[row].tolist()),
            float(columns.valence[row]),
            columns.models[int(columns.model[row])],
        )
        for row in range(len(columns))
    ]


def fill_store(path: Path, settings: GuildSettings, records: list[MessageRecord]) -> str:
    """Write records and settings into a new file, and return the address of the store."""

    async def fill() -> None:
        async with SqliteStore(path) as store:
            await store.save_settings(settings)
            for start in range(0, len(records), 500):
                await store.apply(Batch(upserts=tuple(records[start : start + 500])))

    asyncio.run(fill())
    return f"sqlite:///{path}"
