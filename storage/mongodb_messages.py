"""The operations of the MongoDB store about messages, opt-outs and watermarks.

There are no transactions, which need a replica set. Every step can be repeated, and they are
ordered so that a crash between two of them loses nothing: records first, watermarks last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from bson.int64 import Int64
from pymongo import ASCENDING, DeleteMany, UpdateOne
from pymongo.errors import BulkWriteError

from storage import mongodb_audit as audit
from storage import mongodb_feedback as feedback
from storage import mongodb_personal as personal
from storage import mongodb_shown as shown
from storage.mongodb_documents import (
    Document,
    author_text,
    key,
    message_columns,
    message_filter,
    message_update,
    newest_edits,
    opt_out_key,
    verdict_update,
)
from storage.mongodb_schema import Database
from storage.packing import milliseconds
from storage.personal_data import PERSONAL, RECORDS
from storage.records import (
    FOREVER,
    Batch,
    Deletion,
    MessageColumns,
    MessageRecord,
    Verdict,
    Watermark,
)

PAGE_ROWS: Final = 1024

_DUPLICATE_KEY: Final = 11000
_COLUMNS: Final = {"c": 1, "a": 1, "t": 1, "s": 1, "m": 1}


async def apply_batch(database: Database, batch: Batch) -> int:
    """Write a batch; return how many records were inserted or replaced."""
    written = await _write_accepted(database, newest_edits(batch.upserts))
    for deletion in batch.deletions:
        await _delete_messages(database, deletion)
    if batch.watermarks:
        steps = [_advance(mark) for mark in batch.watermarks]
        await database["watermarks"].bulk_write(steps, ordered=False)
    return written


async def replace_verdicts(database: Database, guild_id: int, verdicts: Sequence[Verdict]) -> int:
    """Replace what is said of messages that are kept, unless edited since; return of how many."""
    steps = [
        UpdateOne({**message_filter(verdict), "g": Int64(guild_id)}, verdict_update(verdict))
        for verdict in verdicts
    ]
    written, _ = await _bulk(database, steps)
    return written


async def scan_pages(
    database: Database, guild_id: int, first: int, end: int
) -> AsyncIterator[MessageColumns]:
    """Yield records with first <= time < end (milliseconds) as pages of columns, by time.

    A page ends between two times, so each begins with a plain range on the index.
    """
    messages = database["messages"]
    while True:
        span = {"g": Int64(guild_id), "t": {"$gte": Int64(first), "$lt": Int64(end)}}
        found = messages.find(span, _COLUMNS).sort("t", ASCENDING).limit(PAGE_ROWS)
        page: list[Document] = await found.to_list()
        full = len(page) == PAGE_ROWS
        if full:
            last = page[-1]["t"]
            same = {"g": Int64(guild_id), "t": Int64(last)}
            page = [document for document in page if document["t"] < last]
            page += await messages.find(same, _COLUMNS).to_list()
            first = last + 1
        if page:
            yield message_columns(page)
        if not full:
            return


async def accept_author(database: Database, guild_id: int, author: bytes, at: int) -> bool:
    """End an opt-out, keeping what came before refused; return whether there was one."""
    refusal = {"_id": key(guild_id, author_text(author)), "u": Int64(FOREVER)}
    ended = await database["optouts"].update_one(refusal, {"$set": {"u": Int64(at)}})
    return ended.matched_count > 0


async def forget_leftovers(database: Database) -> None:
    """Delete records that their authors refuse, or did not agree to where that is asked.

    There are none, unless a process died between writing a batch and looking for refusals that
    came meanwhile.
    """
    refused = await database["optouts"].find({}, {"g": 1, "a": 1, "u": 1}).to_list()
    steps = [
        DeleteMany({"g": Int64(one["g"]), "a": one["a"], "t": {"$lte": Int64(one["u"])}})
        for one in refused
    ]
    if steps:
        await database["messages"].bulk_write(steps, ordered=False)
    await personal.forget_unconsented_everywhere(database)


async def forget_container(database: Database, guild_id: int, container_id: int) -> int:
    """Delete records and watermarks of a container and its threads; return the count."""
    guild, container = Int64(guild_id), Int64(container_id)
    messages = database["messages"]
    threads = await messages.distinct("h", {"g": guild, "c": container})
    known = [Int64(thread) for thread in threads if thread is not None]
    gone = {"g": guild, "c": {"$in": [container, *known]}}
    await database["watermarks"].delete_many(gone)
    inside = {"g": guild, "$or": [{"c": container}, {"h": container}]}
    return (await messages.delete_many(inside)).deleted_count


_OF_A_GUILD: Final = (
    *(each.collection for each in PERSONAL if each.name != RECORDS),
    "watermarks",
    "claims",
    "readings",
    audit.COLLECTION,
)


async def forget_guild(database: Database, guild_id: int) -> int:
    """Delete everything of a guild but its opt-outs; return the number of records."""
    theirs = {"g": Int64(guild_id)}
    count = (await database["messages"].delete_many(theirs)).deleted_count
    for name in (*_OF_A_GUILD, *shown.COLLECTIONS, "leases"):
        await database[name].delete_many(theirs)
    # Last, so that a guild whose removal was interrupted is still known, and tried again.
    await database["settings"].delete_one({"_id": Int64(guild_id)})
    return count


async def forget_before(database: Database, guild_id: int, stamp: int) -> int:
    """Delete records and feedback older than a moment; return the number of records."""
    old = {"g": Int64(guild_id), "t": {"$lt": Int64(stamp)}}
    for name in ("feedback", "checkins"):
        await database[name].delete_many(old)
    await shown.forget_before(database, guild_id, stamp)
    await audit.forget_before(database, guild_id, stamp)
    return (await database["messages"].delete_many(old)).deleted_count


async def read_versions(
    database: Database, guild_id: int, container_id: int, first_id: int, last_id: int
) -> list[Document]:
    """Return ``_id`` and ``e`` of a container's records in a range of ids."""
    container = Int64(container_id)
    query: dict[str, Any] = {
        "_id": {"$gte": Int64(first_id), "$lte": Int64(last_id)},
        "g": Int64(guild_id),
        "$or": [{"h": container}, {"c": container, "h": None}],
    }
    return await database["messages"].find(query, {"e": 1}).to_list()


async def _write_accepted(database: Database, records: Sequence[MessageRecord]) -> int:
    """Write the records that their authors do not refuse; return how many."""
    refusals = await _refusals(database, records)
    unasked = await personal.unconsented(database, records)
    accepted = [
        record
        for record in records
        if not _refuses(refusals, record) and record.message_id not in unasked
    ]
    written = await _upsert(database, accepted)
    # Somebody may have refused meanwhile, before these records were there to be forgotten.
    late = await _refusals(database, accepted)
    unasked = await personal.unconsented(database, accepted)
    slipped = [
        Int64(record.message_id)
        for record in accepted
        if _refuses(late, record) or record.message_id in unasked
    ]
    if slipped:
        await database["messages"].delete_many({"_id": {"$in": slipped}})
    return written - len(slipped)


async def _refusals(database: Database, records: Sequence[MessageRecord]) -> Mapping[str, int]:
    """Return, for the authors of records, until when they refuse."""
    keys = list({opt_out_key(record) for record in records})
    if not keys:
        return {}
    found = await database["optouts"].find({"_id": {"$in": keys}}, {"u": 1}).to_list()
    return {document["_id"]: document["u"] for document in found}


def _refuses(refusals: Mapping[str, int], record: MessageRecord) -> bool:
    until = refusals.get(opt_out_key(record))
    return until is not None and until >= milliseconds(record.created_at)


async def _upsert(database: Database, records: Sequence[MessageRecord]) -> int:
    steps = [(message_filter(record), message_update(record)) for record in records]
    written, duplicates = await _bulk(
        database, [UpdateOne(match, change, upsert=True) for match, change in steps]
    )
    # A duplicate is a record with a later edit, or one that another process inserted just now
    # and that may be older: the second attempt only replaces.
    again, _ = await _bulk(database, [UpdateOne(*steps[index]) for index in duplicates])
    return written + again


async def _bulk(database: Database, steps: list[UpdateOne]) -> tuple[int, list[int]]:
    """Return how many documents were written, and the places of the duplicates."""
    if not steps:
        return 0, []
    try:
        done = await database["messages"].bulk_write(steps, ordered=False)
    except BulkWriteError as error:
        problems = error.details["writeErrors"]
        if not problems or any(problem["code"] != _DUPLICATE_KEY for problem in problems):
            raise
        written = error.details["nUpserted"] + error.details["nMatched"]
        return written, [problem["index"] for problem in problems]
    return done.upserted_count + done.matched_count, []


async def _delete_messages(database: Database, deletion: Deletion) -> None:
    ids = [Int64(message_id) for message_id in deletion.message_ids]
    gone = {"_id": {"$in": ids}, "g": Int64(deletion.guild_id)}
    await database["messages"].delete_many(gone)
    await feedback.forget_of_messages(database, deletion.guild_id, deletion.message_ids)


def _advance(mark: Watermark) -> UpdateOne:
    guild, container = Int64(mark.guild_id), Int64(mark.container_id)
    return UpdateOne(
        {"_id": key(mark.guild_id, mark.container_id)},
        {"$max": {"m": Int64(mark.message_id)}, "$setOnInsert": {"g": guild, "c": container}},
        upsert=True,
    )
