"""The operations of the MongoDB store about changes of settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bson.int64 import Int64
from pymongo import DESCENDING

from storage.audit import SettingChange
from storage.mongodb_documents import Document
from storage.mongodb_schema import Database
from storage.packing import milliseconds, moment_at

COLLECTION: Final = "audit"


async def write(database: Database, changes: Sequence[SettingChange]) -> None:
    """Keep what was changed."""
    if changes:
        # In this order: the ids of one process grow, and tell changes of one moment apart.
        await database[COLLECTION].insert_many([_document(each) for each in changes])


async def read(database: Database, guild_id: int, skip: int, limit: int) -> Sequence[SettingChange]:
    """Return changes of a guild's settings, newest first."""
    found = database[COLLECTION].find({"g": Int64(guild_id)})
    found = found.sort([("t", DESCENDING), ("_id", DESCENDING)]).skip(skip).limit(limit)
    return [_change(document) async for document in found]


async def read_by(database: Database, guild_id: int, user_id: int) -> Sequence[SettingChange]:
    """Return what one user changed, newest first."""
    found = database[COLLECTION].find({"g": Int64(guild_id), "u": Int64(user_id)})
    found = found.sort([("t", DESCENDING), ("_id", DESCENDING)])
    return [_change(document) async for document in found]


async def count(database: Database, guild_id: int) -> int:
    """Return how many changes of a guild's settings are kept."""
    return await database[COLLECTION].count_documents({"g": Int64(guild_id)})


async def forget_name(database: Database, guild_id: int, user_id: int) -> int:
    """Take a user's name off their changes; return of how many."""
    theirs = {"g": Int64(guild_id), "u": Int64(user_id)}
    return (await database[COLLECTION].update_many(theirs, {"$set": {"u": None}})).modified_count


async def forget_before(database: Database, guild_id: int, stamp: int) -> None:
    """Delete changes that are older than a moment."""
    old = {"g": Int64(guild_id), "t": {"$lt": Int64(stamp)}}
    await database[COLLECTION].delete_many(old)


def _document(change: SettingChange) -> Document:
    return {
        "g": Int64(change.guild_id),
        "t": Int64(milliseconds(change.at)),
        "u": None if change.by is None else Int64(change.by),
        "s": change.setting,
        "o": change.before,
        "n": change.after,
    }


def _change(found: Document) -> SettingChange:
    by = found["u"]
    return SettingChange(
        found["g"],
        moment_at(found["t"]),
        None if by is None else int(by),
        found["s"],
        found["o"],
        found["n"],
    )
