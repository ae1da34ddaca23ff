"""The operations of the MongoDB store about figures that were shown."""

from __future__ import annotations

from typing import Final

from bson.int64 import Int64
from pymongo.errors import DuplicateKeyError

from storage.mongodb_documents import Document, key
from storage.mongodb_schema import Database
from storage.packing import milliseconds, moment_at
from storage.shown import Shown, stands

COLLECTIONS: Final = ("shown", "departures")


async def count_departure(database: Database, guild_id: int) -> None:
    """Count that the records of somebody are about to be deleted."""
    await database["departures"].update_one(
        {"_id": Int64(guild_id)},
        {"$inc": {"n": Int64(1)}, "$set": {"g": Int64(guild_id)}},
        upsert=True,
    )


async def read_departures(database: Database, guild_id: int) -> int:
    """Return how many times somebody's records were deleted."""
    found = await database["departures"].find_one({"_id": Int64(guild_id)})
    return 0 if found is None else int(found["n"])


async def read(database: Database, guild_id: int, name: str) -> Shown | None:
    """Return figures that were shown, or ``None``."""
    found = await database["shown"].find_one({"_id": key(guild_id, name)})
    return None if found is None else _of(found)


async def keep(database: Database, offered: Shown) -> Shown:
    """Keep what is offered unless something else stands; return what is kept."""
    document = _document(offered)
    try:
        await database["shown"].insert_one(document)
    except DuplicateKeyError:
        kept = await read(database, offered.guild_id, offered.key)
        departures = await read_departures(database, offered.guild_id)
        if kept is None or stands(kept, offered, departures):
            return kept or offered
        same = {"_id": document["_id"], "n": Int64(departures)}
        await database["shown"].replace_one(same, document)
    return offered


async def forget_before(database: Database, guild_id: int, stamp: int) -> None:
    """Delete the figures of times that ended before a moment."""
    old = {"g": Int64(guild_id), "t": {"$lt": Int64(stamp)}}
    await database["shown"].delete_many(old)


def _document(offered: Shown) -> Document:
    return {
        "_id": key(offered.guild_id, offered.key),
        "g": Int64(offered.guild_id),
        "k": offered.key,
        "t": Int64(milliseconds(offered.ends)),
        "n": Int64(offered.departures),
        "d": offered.document,
    }


def _of(found: Document) -> Shown:
    return Shown(found["g"], found["k"], moment_at(found["t"]), int(found["n"]), found["d"])
