"""The operations of the MongoDB store about everything that is kept of one member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bson.int64 import Int64
from pymongo import ASCENDING

from storage import mongodb_audit as audit
from storage import mongodb_shown as shown
from storage.consent import NEVER_ASKED, is_consented
from storage.mongodb_documents import Document, author_bytes, author_text, key, opt_out_key
from storage.mongodb_schema import Database
from storage.packing import milliseconds, moment_at
from storage.personal_data import PERSONAL, RECORDS, REFUSALS, Erasure, Kept, exported_row
from storage.records import FOREVER, ConsentMode, MessageRecord

_PAIRS: Final = 100
"""Pairs of guild and author that are asked for at once."""

_IDS: Final = 1000
"""Records that are deleted at once."""


async def erase(database: Database, guild_id: int, author: bytes, until: int, at: int) -> Erasure:
    """Refuse what an author wrote up to ``until``, and delete everything kept of them.

    ``until`` is ``FOREVER`` for an opt-out. The refusal comes first, and the records last: who
    repeats an erasure that was interrupted completes it.
    """
    text = author_text(author)
    await database[REFUSALS.collection].update_one(
        {"_id": key(guild_id, text)},
        {
            "$max": {"u": Int64(until)},
            "$setOnInsert": {"g": Int64(guild_id), "a": text, "at": Int64(at)},
        },
        upsert=True,
    )
    # Before the records, so that figures that were read from what is left are known as such.
    await shown.count_departure(database, guild_id)
    gone = {}
    for each in reversed(PERSONAL):
        deleted = await database[each.collection].delete_many(_theirs(guild_id, author))
        gone[each.name] = deleted.deleted_count
    return Erasure({each.name: gone[each.name] for each in PERSONAL if gone[each.name]})


async def read_kept(database: Database, guild_id: int, author: bytes) -> Kept:
    """Return what is kept about an author."""
    theirs = _theirs(guild_id, author)
    counts = {
        each.name: await database[each.collection].count_documents(theirs) for each in PERSONAL
    }
    oldest = await database["messages"].find_one(theirs, {"t": 1}, sort=[("_id", ASCENDING)])
    return Kept(
        {name: count for name, count in counts.items() if count},
        await database[REFUSALS.collection].find_one(theirs) is not None,
        moment_at(oldest["t"]) if oldest else None,
    )


async def read_rows(
    database: Database, guild_id: int, author: bytes
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return everything kept about an author but the records, as JSON can carry it."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for each in PERSONAL:
        if each.name == RECORDS:
            continue
        found = database[each.collection].find(_theirs(guild_id, author))
        first = each.columns[0].key
        documents = sorted(await found.to_list(), key=lambda one: one[first])
        rows[each.name] = [
            exported_row(each.columns, [one.get(column.key) for column in each.columns])
            for one in documents
        ]
    return rows


async def read_known(
    database: Database, pairs: Sequence[tuple[int, bytes]], user_id: int
) -> frozenset[int]:
    """Return the guilds where anything is kept of one of the pairs, or changes name the user."""
    known = set(await database[audit.COLLECTION].distinct("g", {"u": Int64(user_id)}))
    names = (*(each.collection for each in PERSONAL), REFUSALS.collection)
    for start in range(0, len(pairs), _PAIRS):
        some = {"$or": [_theirs(*pair) for pair in pairs[start : start + _PAIRS]]}
        for name in names:
            known.update(await database[name].distinct("g", some))
    return frozenset(int(guild_id) for guild_id in known)


# Consents


async def read_consents(database: Database, guild_id: int) -> Mapping[bytes, datetime]:
    """Return who agreed to be measured, and when."""
    found = database["consents"].find({"g": Int64(guild_id)})
    return {author_bytes(each["a"]): moment_at(each["at"]) async for each in found}


async def unconsented(database: Database, records: Sequence[MessageRecord]) -> frozenset[int]:
    """Return the messages that must not be kept, for want of the consent that is asked for."""
    asked = {
        guild_id: await _asked_until(database, guild_id)
        for guild_id in {record.guild_id for record in records}
    }
    asking = [
        record for record in records if milliseconds(record.created_at) <= asked[record.guild_id]
    ]
    if not asking:
        return frozenset()
    keys = list({opt_out_key(record) for record in asking})
    found = await database["consents"].find({"_id": {"$in": keys}}, {"at": 1}).to_list()
    agreed = {each["_id"]: moment_at(each["at"]) for each in found}
    return frozenset(
        record.message_id
        for record in asking
        if not is_consented(
            milliseconds(record.created_at),
            asked[record.guild_id],
            agreed.get(opt_out_key(record)),
        )
    )


async def forget_unconsented(database: Database, guild_id: int) -> int:
    """Delete what was written without the consent that a guild asks for; return of how many."""
    asked = await _asked_until(database, guild_id)
    if asked == NEVER_ASKED:
        return 0
    agreed = await read_consents(database, guild_id)
    theirs = {"g": Int64(guild_id), "t": {"$lte": Int64(asked)}}
    found = database["messages"].find(theirs, {"a": 1, "t": 1})
    gone = [
        Int64(each["_id"])
        async for each in found
        if not is_consented(each["t"], asked, agreed.get(author_bytes(each["a"])))
    ]
    if gone:
        await shown.count_departure(database, guild_id)
    for start in range(0, len(gone), _IDS):
        some = {"_id": {"$in": gone[start : start + _IDS]}, "g": Int64(guild_id)}
        await database["messages"].delete_many(some)
    return len(gone)


async def forget_unconsented_everywhere(database: Database) -> None:
    """Complete what a process that died left half done."""
    explicit = {"settings.consent": ConsentMode.EXPLICIT.value}
    found = await database["settings"].find(explicit, {"_id": 1}).to_list()
    for each in found:
        await forget_unconsented(database, each["_id"])


async def _asked_until(database: Database, guild_id: int) -> int:
    found = await database["settings"].find_one(
        {"_id": Int64(guild_id)}, {"asked": 1, "settings": 1}
    )
    if found is None:
        return NEVER_ASKED
    explicit = found["settings"].get("consent") == ConsentMode.EXPLICIT
    # Settings of an older version carry no moment.
    return int(found.get("asked", FOREVER if explicit else NEVER_ASKED))


def _theirs(guild_id: int, author: bytes) -> Document:
    return {"g": Int64(guild_id), "a": author_text(author)}
