"""How records become MongoDB documents, and back.

Keys are short, because every document repeats them: ``g`` guild, ``c`` channel (or container),
``h`` thread, ``a`` author, ``t`` time, ``e`` edit, ``l`` language, ``s`` scores, ``m`` model (or
message). Times are whole milliseconds in 64 bits (``$toDate`` shows them to people) and a
pseudonym is 22 characters of base64, because every server that speaks the protocol compares
numbers and strings alike, while one was seen to compare dates by the second and binary values not
at all.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from bson.int64 import Int64

from storage.packing import (
    author_numbers,
    author_prefixes,
    milliseconds,
    moment_at,
    ordered_columns,
    pack_scores,
    unpack_scores,
)
from storage.records import (
    ClaimState,
    MessageColumns,
    MessageRecord,
    ReportClaim,
    Verdict,
)
from storage.retrospectives import RetroSection

Document = dict[str, Any]

NEVER_EDITED = -1
"""Below every edit time."""

_DISCORD_EPOCH: Final = 1_420_070_400_000
_TIME_BITS: Final = 22
"""Of a snowflake, below its milliseconds since that epoch (developer documentation)."""


def author_text(author: bytes) -> str:
    """Return a pseudonym as text."""
    return urlsafe_b64encode(author).rstrip(b"=").decode("ascii")


def author_bytes(text: str) -> bytes:
    """Return the pseudonym that ``author_text`` wrote."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key(guild_id: int, *parts: object) -> str:
    """Return a key for what a guild has one of."""
    return ":".join(map(str, (guild_id, *parts)))


def opt_out_key(record: MessageRecord) -> str:
    """Return the key of the opt-out that would refuse a record."""
    return key(record.guild_id, author_text(record.author))


def edit_stamp(record: MessageRecord | Verdict) -> Int64:
    """Return a number that grows with every edit."""
    edited = record.edited_at
    return Int64(NEVER_EDITED if edited is None else milliseconds(edited))


def newest_edits(records: Iterable[MessageRecord]) -> list[MessageRecord]:
    """Return one record for each message: the one with the latest edit, of equals the last."""
    newest: dict[int, MessageRecord] = {}
    for record in records:
        rival = newest.get(record.message_id)
        if rival is None or edit_stamp(record) >= edit_stamp(rival):
            newest[record.message_id] = record
    return list(newest.values())


def message_filter(record: MessageRecord | Verdict) -> Document:
    """Return what matches the stored record when it is not newer than this one."""
    return {"_id": Int64(record.message_id), "e": {"$lte": edit_stamp(record)}}


def message_update(record: MessageRecord) -> Document:
    """Return the update that writes a record."""
    fields: Document = {
        "g": Int64(record.guild_id),
        "c": Int64(record.channel_id),
        "a": author_text(record.author),
        "t": Int64(milliseconds(record.created_at)),
        **_said(record),
    }
    if record.thread_id is not None:
        fields["h"] = Int64(record.thread_id)
    if not record.sections and record.edited_at is None:
        return {"$set": fields}
    return _with_sections(fields, record.sections, record.message_id)


def verdict_update(verdict: Verdict) -> Document:
    """Return the update that replaces what is said of a message."""
    if verdict.sections is None:
        return {"$set": _said(verdict)}
    return _with_sections(_said(verdict), verdict.sections, verdict.message_id)


def _with_sections(fields: Document, sections: Sequence[RetroSection], message_id: int) -> Document:
    """Return the update that writes fields and the sections of a retrospective, or their end."""
    if not sections:
        return {"$set": fields, "$unset": {"r": "", "rt": ""}}
    fields["r"] = [
        {"k": each.section, "f": each.form, "n": each.sentences, "s": pack_scores(each)}
        for each in sections
    ]
    # As in the field "t", which a verdict does not know: a snowflake carries its time.
    fields["rt"] = fields.get("t", Int64((message_id >> _TIME_BITS) + _DISCORD_EPOCH))
    return {"$set": fields}


def _sections(document: Document) -> tuple[RetroSection, ...]:
    return tuple(
        RetroSection(each["k"], each["f"], each["n"], *unpack_scores(each["s"]))
        for each in document.get("r", ())
    )


def _said(record: MessageRecord | Verdict) -> Document:
    return {
        "e": edit_stamp(record),
        "l": record.language,
        "s": pack_scores(record),
        "m": record.model,
    }


def message_columns(documents: Sequence[Document]) -> MessageColumns:
    """Return the documents of messages as columns."""
    authors = author_prefixes([author_bytes(document["a"]) for document in documents])
    return ordered_columns(
        message_id=np.array([document["_id"] for document in documents], dtype=np.int64),
        channel_id=np.array([document["c"] for document in documents], dtype=np.int64),
        author=author_numbers(authors),
        time=np.array([document["t"] for document in documents], dtype=np.int64),
        scores=b"".join([document["s"] for document in documents]),
        models=[document["m"] for document in documents],
    )


def message_record(document: Document) -> MessageRecord:
    """Return the record that ``message_update`` wrote."""
    probabilities, valence = unpack_scores(document["s"])
    edited = document["e"]
    return MessageRecord(
        message_id=document["_id"],
        guild_id=document["g"],
        channel_id=document["c"],
        thread_id=document.get("h"),
        author=author_bytes(document["a"]),
        created_at=moment_at(document["t"]),
        edited_at=None if edited == NEVER_EDITED else moment_at(edited),
        language=document["l"],
        probabilities=probabilities,
        valence=valence,
        model=document["m"],
        sections=_sections(document),
    )


def claim_document(claim: ReportClaim) -> Document:
    """Return a claim as a document."""
    return {
        "_id": key(claim.guild_id, claim.period),
        "g": Int64(claim.guild_id),
        "period": claim.period,
        "owner": claim.owner,
        "state": claim.state.value,
        "until": Int64(milliseconds(claim.until)),
        "attempt": claim.attempt,
        "channel": _long(claim.channel_id),
        "message": _long(claim.message_id),
    }


def claim_of(document: Document) -> ReportClaim:
    """Return the claim that ``claim_document`` wrote."""
    return ReportClaim(
        guild_id=document["g"],
        period=document["period"],
        owner=document["owner"],
        state=ClaimState(document["state"]),
        until=moment_at(document["until"]),
        attempt=document["attempt"],
        channel_id=document["channel"],
        message_id=document["message"],
    )


def _long(value: int | None) -> Int64 | None:
    return None if value is None else Int64(value)
