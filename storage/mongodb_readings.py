"""The operations of the MongoDB store about long readings of history."""

from __future__ import annotations

from typing import Final

from bson.int64 import Int64
from pymongo import ASCENDING

from storage.mongodb_documents import Document, key
from storage.mongodb_schema import Database
from storage.packing import milliseconds, moment_at
from storage.readings import Reading

COLLECTION: Final = "readings"


async def keep(database: Database, reading: Reading) -> None:
    """Insert or replace the place of a reading."""
    name = key(reading.guild_id, reading.key)
    document = {
        "_id": name,
        "g": Int64(reading.guild_id),
        "k": reading.key,
        "d": reading.document,
        "t": Int64(milliseconds(reading.at)),
    }
    await database[COLLECTION].replace_one({"_id": name}, document, upsert=True)


async def read(database: Database, guild_id: int, name: str) -> Reading | None:
    """Return the place of a reading, or ``None``."""
    found = await database[COLLECTION].find_one({"_id": key(guild_id, name)})
    return None if found is None else _of(found)


async def read_all(database: Database, guild_id: int) -> list[Reading]:
    """Return the readings of a guild that have not ended, by key."""
    found = database[COLLECTION].find({"g": Int64(guild_id)}).sort("k", ASCENDING)
    return [_of(document) for document in await found.to_list()]


async def end(database: Database, guild_id: int, name: str) -> bool:
    """Forget a reading; return whether there was one."""
    return (await database[COLLECTION].delete_one({"_id": key(guild_id, name)})).deleted_count > 0


def _of(found: Document) -> Reading:
    return Reading(int(found["g"]), found["k"], found["d"], moment_at(found["t"]))
