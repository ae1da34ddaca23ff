"""The operations of the MongoDB store about leases, keys and walks over all records.

There are no transactions, which need a replica set. A new key is brought in document by document;
the mark ``k`` on each says how many keys its pseudonym has, so that an interrupted run goes on
where it ended. Where the pseudonym is part of the document's key, the new document is written
before the old one goes: both can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bson.int64 import Int64
from pymongo import ASCENDING, DESCENDING, DeleteOne, ReplaceOne, UpdateOne
from pymongo.errors import DuplicateKeyError

from storage.errors import Rekeyed, RekeyUnfinished
from storage.keys import in_force, refuse_workers
from storage.leases import EVERYWHERE, Lease
from storage.mongodb_documents import Document, author_bytes, author_text, key
from storage.mongodb_schema import Database
from storage.packing import milliseconds, moment_at
from storage.pseudonym import KeyRing
from storage.upkeep import Place

KEYS: Final = "keys"
"""The document in ``meta`` that says which keys the pseudonyms were made with."""

BATCH: Final = 1000

Step = UpdateOne | ReplaceOne[Document] | DeleteOne

_PLACE: Final = {"c": 1, "h": 1, "t": 1}


async def take_lease(database: Database, wanted: Lease, now: datetime) -> Lease | None:
    """Take, or extend, a lease; ``None`` while another owner holds it."""
    lease_id = key(wanted.guild_id, wanted.name)
    change: Document = {
        "g": Int64(wanted.guild_id),
        "n": wanted.name,
        "o": wanted.owner,
        "u": Int64(milliseconds(wanted.until)),
    }
    if wanted.progress is not None:
        change["p"] = Int64(wanted.progress)
    free = {
        "_id": lease_id,
        "$or": [{"u": {"$lte": Int64(milliseconds(now))}}, {"o": wanted.owner}],
    }
    leases = database["leases"]
    try:
        await leases.update_one(free, {"$set": change}, upsert=True)
    except DuplicateKeyError:
        return None
    held = await leases.find_one({"_id": lease_id})
    return _lease(held) if held is not None and held["o"] == wanted.owner else None


async def drop_lease(database: Database, held: Lease) -> None:
    """End a lease, unless another owner has it by now."""
    match = {"_id": key(held.guild_id, held.name), "o": held.owner}
    await database["leases"].update_one(match, {"$set": {"u": Int64(0)}})


async def read_leases(database: Database, guild_id: int, now: datetime) -> list[Lease]:
    """Return the leases of a guild that hold, by name."""
    live = {"g": Int64(guild_id), "u": {"$gt": Int64(milliseconds(now))}}
    found = await database["leases"].find(live).to_list()
    return sorted(map(_lease, found), key=lambda lease: lease.name)


def _lease(held: Document) -> Lease:
    progress = held.get("p")
    return Lease(
        int(held["g"]),
        held["n"],
        held["o"],
        moment_at(held["u"]),
        None if progress is None else int(progress),
    )


async def adopt_keys(database: Database, ring: KeyRing) -> int:
    """Return how many keys the pseudonyms were made with; the first caller notes it."""
    held = await database["meta"].find_one({"_id": KEYS})
    if held is None:
        # Before there were rings there was one key; where nothing is kept, the newest serves.
        version = 1 if await _author_collections(database) else len(ring)
        first: Document = {"version": version, "fingerprint": ring.fingerprints()[version - 1]}
        await database["meta"].update_one({"_id": KEYS}, {"$setOnInsert": first}, upsert=True)
        held = await database["meta"].find_one({"_id": KEYS}) or first
    if held.get("becoming") is not None:
        raise RekeyUnfinished
    return in_force(ring, held["version"], held["fingerprint"])


async def check_keys(database: Database, version: int | None) -> None:
    """Raise ``Rekeyed`` when the store has, or is getting, another key than was adopted."""
    if version is None:
        return
    held = await database["meta"].find_one({"_id": KEYS})
    if held is None or held["version"] != version or held.get("becoming") is not None:
        raise Rekeyed


async def rekey(database: Database, ring: KeyRing, now: datetime) -> Mapping[str, int]:
    """Bring every pseudonym to the last key of a ring; return of how many rows, by collection."""
    target = len(ring)
    version = await _begun(database, ring, now)
    if version == target:
        return {}
    counts = {}
    for name in await _author_collections(database):
        counts[name] = await _rekey_collection(database, name, ring, version)
    done = {"version": target, "fingerprint": ring.fingerprints()[-1]}
    await database["meta"].update_one(
        {"_id": KEYS}, {"$set": done, "$unset": {"becoming": "", "to": ""}}
    )
    return counts


async def _begun(database: Database, ring: KeyRing, now: datetime) -> int:
    """Note that a new key comes, unless somebody is at work; return the key in force."""
    meta = database["meta"]
    try:
        version = await adopt_keys(database, ring)
    except RekeyUnfinished:
        held = await meta.find_one({"_id": KEYS}) or {}
        in_force(ring, held["becoming"], held["to"])
        if held["becoming"] != len(ring):
            raise
        return in_force(ring, held["version"], held["fingerprint"])
    if version == len(ring):
        return version
    # Noted first and looked second: a bot that starts takes its lease first and looks second, so
    # at least one of the two sees the other.
    coming = {"becoming": len(ring), "to": ring.fingerprints()[-1]}
    await meta.update_one({"_id": KEYS}, {"$set": coming})
    try:
        refuse_workers(await read_leases(database, EVERYWHERE, now), now)
    except BaseException:
        await meta.update_one({"_id": KEYS}, {"$unset": {"becoming": "", "to": ""}})
        raise
    return version


async def _author_collections(database: Database) -> list[str]:
    """Return the collections that hold pseudonyms, as the database itself knows them."""
    names = sorted(await database.list_collection_names())
    return [name for name in names if await database[name].find_one({"a": {"$exists": True}})]


async def _rekey_collection(database: Database, name: str, ring: KeyRing, version: int) -> int:
    """Wrap the pseudonyms of one collection; return how many documents were changed."""
    collection = database[name]
    count = 0
    query: Document = {}
    # By key, which no document changes but those whose new one carries the mark already.
    while page := await collection.find(query).sort("_id", ASCENDING).limit(BATCH).to_list():
        query = {"_id": {"$gt": page[-1]["_id"]}}
        steps: list[Step] = []
        gone: list[Step] = []
        for old in page:
            if "a" in old and old.get("k") != len(ring):
                author = author_text(ring.wrapped(author_bytes(old["a"]), version))
                steps.append(_step(old, author, len(ring)))
                if old["a"] in str(old["_id"]):
                    gone.append(DeleteOne({"_id": old["_id"]}))
        for written in filter(None, (steps, gone)):
            await collection.bulk_write(written, ordered=False)
        count += len(steps)
    return count


def _step(old: Document, author: str, target: int) -> Step:
    """Return the write that gives a document its new pseudonym; it can be repeated.

    Where the pseudonym is part of the key, the write makes another document beside the old one.
    """
    said = {"a": author, "k": target}
    if old["a"] not in str(old["_id"]):
        return UpdateOne({"_id": old["_id"], "a": old["a"]}, {"$set": said})
    moved = {**old, **said, "_id": old["_id"].replace(old["a"], author)}
    return ReplaceOne({"_id": moved["_id"]}, moved, upsert=True)


async def read_places(database: Database, guild_id: int, before: int, limit: int) -> list[Place]:
    """Return the newest messages of a guild that are older than a moment, newest first."""
    guild = Int64(guild_id)
    older = {"g": guild, "t": {"$lt": Int64(before)}}
    messages = database["messages"]
    page = await messages.find(older, _PLACE).sort("t", DESCENDING).limit(limit).to_list()
    if len(page) == limit:
        last = page[-1]["t"]
        page = [document for document in page if document["t"] > last]
        page += await messages.find({"g": guild, "t": Int64(last)}, _PLACE).to_list()
    return [Place(each["_id"], each["c"], each.get("h"), moment_at(each["t"])) for each in page]
