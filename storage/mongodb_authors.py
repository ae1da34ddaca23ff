"""The operations of the MongoDB store about one author: records, and what they decided."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from bson.int64 import Int64

from storage.mongodb_documents import Document, author_bytes, author_text, key, message_record
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


async def read_some(
    database: Database, guild_id: int, message_ids: Sequence[int]
) -> Sequence[MessageRecord]:
    """Return the records of some messages of a guild."""
    asked = {"_id": {"$in": [Int64(each) for each in message_ids]}, "g": Int64(guild_id)}
    return [message_record(document) async for document in database["messages"].find(asked)]


async def allow(database: Database, name: str, guild_id: int, author: bytes, at: int) -> bool:
    """Keep in the collection ``personal``, ``links`` or ``consents`` that an author said yes.

    Returns:
        False, and nothing is kept, when they have opted out.
    """
    text = author_text(author)
    first = {"g": Int64(guild_id), "a": text, "at": Int64(at)}
    match = {"_id": key(guild_id, text)}
    await database[name].update_one(match, {"$setOnInsert": first}, upsert=True)
    # Looked up last: an opt-out that comes later finds the choice, and forgets it.
    if (await read_choices(database, guild_id, author)).refused:
        await deny(database, name, guild_id, author)
        return False
    return True


async def deny(database: Database, name: str, guild_id: int, author: bytes) -> bool:
    """Forget that an author said yes; return whether they had."""
    gone = await database[name].delete_one({"_id": key(guild_id, author_text(author))})
    return gone.deleted_count > 0


async def read_linkable(database: Database, guild_id: int) -> Mapping[bytes, datetime]:
    """Return who lets reports link to their messages, and since when."""
    found = database["links"].find({"g": Int64(guild_id)})
    return {author_bytes(each["a"]): moment_at(each["at"]) async for each in found}


async def read_choices(database: Database, guild_id: int, author: bytes) -> Choices:
    """Return what an author decided."""
    match = {"_id": key(guild_id, author_text(author))}
    since = await _since(database, "personal", match)
    linked = await _since(database, "links", match)
    consented = await _since(database, "consents", match)
    refusal = await database["optouts"].find_one(match)
    if refusal is None:
        return Choices(since, linked_since=linked, consented_at=consented)
    refused = refusal["u"] == FOREVER
    return Choices(
        since,
        refused=refused,
        refused_at=moment_at(refusal["at"]),
        refused_until=None if refused else moment_at(refusal["u"]),
        linked_since=linked,
        consented_at=consented,
    )


async def _since(database: Database, name: str, match: Document) -> datetime | None:
    found = await database[name].find_one(match)
    return moment_at(found["at"]) if found else None


def _theirs(guild_id: int, author: bytes) -> Document:
    return {"g": Int64(guild_id), "a": author_text(author)}
