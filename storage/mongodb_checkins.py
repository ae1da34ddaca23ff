"""The operations of the MongoDB store about check-ins."""

from __future__ import annotations

from typing import Final

from bson.int64 import Int64

from storage.checkins import CheckinAnswer, CheckinColumns, checkin_columns
from storage.mongodb_documents import author_bytes, author_text, key
from storage.mongodb_schema import Database
from storage.packing import milliseconds

COLLECTION: Final = "checkins"


async def write(database: Database, given: CheckinAnswer) -> bool:
    """Insert or replace an answer; False, and nothing is kept, when its author has opted out."""
    author, at = author_text(given.author), Int64(milliseconds(given.at))
    match = {"_id": key(given.guild_id, given.prompt, author)}
    document = {
        "g": Int64(given.guild_id),
        "a": author,
        "p": given.prompt,
        "t": at,
        "face": given.face,
    }
    await database[COLLECTION].update_one(match, {"$set": document}, upsert=True)
    # Looked at after writing: whoever opts out deletes what stands here after they are refused.
    refusal = {"_id": key(given.guild_id, author), "u": {"$gte": at}}
    if await database["optouts"].find_one(refusal) is None:
        return True
    await database[COLLECTION].delete_one(match)
    return False


async def read(database: Database, guild_id: int, start: int, end: int) -> CheckinColumns:
    """Return the answers of [start, end)."""
    inside = {"g": Int64(guild_id), "t": {"$gte": Int64(start), "$lt": Int64(end)}}
    found = await database[COLLECTION].find(inside).to_list()
    rows = [(author_bytes(each["a"]), int(each["t"]), int(each["face"])) for each in found]
    return checkin_columns(sorted(rows, key=lambda row: (row[1], row[0])))
