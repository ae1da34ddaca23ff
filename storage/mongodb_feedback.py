"""The operations of the MongoDB store about what members think of verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bson.int64 import Int64

from storage.feedback import chances_of, written_chances
from storage.mongodb_documents import Document, author_bytes, author_text, key
from storage.mongodb_schema import Database
from storage.packing import milliseconds, moment_at
from storage.records import Feedback

COLLECTION: Final = "feedback"


async def write(database: Database, given: Feedback) -> bool:
    """Insert or replace what one member said of one message; False when they have opted out."""
    document = _document(given)
    match = {"_id": document.pop("_id")}
    await database[COLLECTION].update_one(match, {"$set": document}, upsert=True)
    # Looked at after writing: whoever opts out deletes what stands here after they are refused.
    refusal = {
        "_id": key(given.guild_id, author_text(given.author)),
        "u": {"$gte": Int64(milliseconds(given.created_at))},
    }
    if await database["optouts"].find_one(refusal) is None:
        return True
    await database[COLLECTION].delete_one(match)
    return False


async def withdraw(database: Database, guild_id: int, message_id: int, author: bytes) -> bool:
    """Forget what one member said of one message; return whether they had said anything."""
    match = {"_id": key(guild_id, message_id, author_text(author))}
    return (await database[COLLECTION].delete_one(match)).deleted_count > 0


async def read(database: Database, guild_id: int) -> list[Feedback]:
    """Return all feedback of a guild, oldest first."""
    found = await database[COLLECTION].find({"g": Int64(guild_id)}).to_list()
    return sorted(map(_feedback, found), key=_age)


async def forget_of_messages(database: Database, guild_id: int, message_ids: Sequence[int]) -> None:
    """Delete what was said of messages that are gone."""
    ids = [Int64(message_id) for message_id in message_ids]
    await database[COLLECTION].delete_many({"g": Int64(guild_id), "m": {"$in": ids}})


def _document(given: Feedback) -> Document:
    author = author_text(given.author)
    return {
        "_id": key(given.guild_id, given.message_id, author),
        "g": Int64(given.guild_id),
        "m": Int64(given.message_id),
        "a": author,
        "t": Int64(milliseconds(given.created_at)),
        "predicted": given.predicted,
        "corrected": given.corrected,
        "model": given.model,
        "language": given.language,
        "chances": written_chances(given.probabilities),
        "text": given.text,
    }


def _feedback(document: Document) -> Feedback:
    return Feedback(
        guild_id=document["g"],
        message_id=document["m"],
        author=author_bytes(document["a"]),
        predicted=document["predicted"],
        corrected=document["corrected"],
        model=document["model"],
        created_at=moment_at(document["t"]),
        language=document.get("language", ""),
        probabilities=chances_of(document.get("chances", "")),
        text=document.get("text"),
    )


def _age(given: Feedback) -> tuple[float, int, bytes]:
    return given.created_at.timestamp(), given.message_id, given.author
