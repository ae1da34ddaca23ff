"""The operations of the MongoDB store about one author: records, and what they decided."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from bson.int64 import Int64

from storage.mongodb_documents import Document, author_text, key, message_record
from storage.mongodb_schema import Database
from storage.packing import moment_at
from storage.records import FOREVER, Choices, MessageRecord

PAGE_ROWS: Final = 1024


async def record_pages(
    database: Database, guild_id: int, author: bytes
) -> AsyncIterator[Sequence[MessageRecord]]:
    """Yield the records of an author in pages, straight from the index on (guild, author)."""
    page: list[MessageRecord] = []
    async for document in database["messages"].find(_theirs(guild_id, author)):
        page.append(message_record(document))
        if len(page) == PAGE_ROWS:
            yield page
            page = []
    if page:
        yield page


async def count_records(database: Database, guild_id: int, author: bytes) -> int:
    """Return how many records of an author there are."""
    return await database["messages"].count_documents(_theirs(guild_id, author))


async def allow_personal(database: Database, guild_id: int, author: bytes, at: int) -> None:
    """Keep that an author asked to see their own mood."""
    text = author_text(author)
    first = {"g": Int64(guild_id), "a": text, "at": Int64(at)}
    match = {"_id": key(guild_id, text)}
    await database["personal"].update_one(match, {"$setOnInsert": first}, upsert=True)


async def deny_personal(database: Database, guild_id: int, author: bytes) -> bool:
    """Forget that an author asked to see their own mood; return whether they had."""
    gone = await database["personal"].delete_one({"_id": key(guild_id, author_text(author))})
    return gone.deleted_count > 0


async def read_choices(database: Database, guild_id: int, author: bytes) -> Choices:
    """Return what an author decided."""
    match = {"_id": key(guild_id, author_text(author))}
    allowed = await database["personal"].find_one(match)
    since = moment_at(allowed["at"]) if allowed else None
    refusal = await database["optouts"].find_one(match)
    if refusal is None:
        return Choices(since)
    refused = refusal["u"] == FOREVER
    until = None if refused else moment_at(refusal["u"])
    return Choices(since, refused, moment_at(refusal["at"]), until)


def _theirs(guild_id: int, author: bytes) -> Document:
    return {"g": Int64(guild_id), "a": author_text(author)}
