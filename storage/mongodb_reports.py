"""The operations of the MongoDB store about report claims."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bson.int64 import Int64
from pymongo.errors import DuplicateKeyError

from storage.claims import next_claim
from storage.mongodb_documents import (
    Document,
    claim_document,
    claim_of,
    key,
)
from storage.mongodb_schema import Database
from storage.records import ClaimState, ReportClaim

_ROUNDS: Final = 5
"""Each lost round means that another process got on with it."""


async def claim(database: Database, wanted: ReportClaim, now: datetime) -> ReportClaim | None:
    """Take, extend or refuse a claim (see ``Store.claim_report``)."""
    claims = database["claims"]
    for _ in range(_ROUNDS):
        found = await claims.find_one({"_id": key(wanted.guild_id, wanted.period)})
        taken = next_claim(None if found is None else claim_of(found), wanted, now)
        if taken is None or await _swap(database, found, taken):
            return taken
    return None


async def finish(database: Database, done: ReportClaim) -> bool:
    """Record how a claim ended; False when somebody else holds it."""
    ended = claim_document(done)
    mine = {
        **_holder(done),
        "state": {"$in": [ClaimState.CLAIMED.value, ended["state"]]},
        "message": {"$in": [None, ended["message"]]},
    }
    result = {name: ended[name] for name in ("state", "channel", "message")}
    updated = await database["claims"].update_one(mine, {"$set": result})
    return updated.matched_count > 0


async def release(database: Database, held: ReportClaim) -> None:
    """Let a claim expire at once."""
    mine = {**_holder(held), "state": ClaimState.CLAIMED.value}
    await database["claims"].update_one(mine, {"$set": {"until": Int64(0)}})


async def read_claims(database: Database, guild_id: int) -> list[ReportClaim]:
    """Return the claims of a guild, newest period first."""
    found = await database["claims"].find({"g": Int64(guild_id)}).to_list()
    return sorted(map(claim_of, found), key=lambda claimed: claimed.period, reverse=True)


async def _swap(database: Database, held: Document | None, taken: ReportClaim) -> bool:
    """Write a claim where nothing changed since it was read; return whether that was so."""
    claims = database["claims"]
    document = claim_document(taken)
    if held is None:
        try:
            await claims.insert_one(document)
        except DuplicateKeyError:
            return False
        return True
    unchanged = {name: held[name] for name in ("_id", "owner", "state", "until", "attempt")}
    change = {name: document[name] for name in ("owner", "until", "attempt")}
    return (await claims.update_one(unchanged, {"$set": change})).matched_count > 0


def _holder(claimed: ReportClaim) -> Document:
    return {
        "_id": key(claimed.guild_id, claimed.period),
        "owner": claimed.owner,
        "attempt": claimed.attempt,
    }
