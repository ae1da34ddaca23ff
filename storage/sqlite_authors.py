"""The statements of the SQLite store about one author: records, and what they decided.

Every function runs in the thread of its connection, and the writing ones inside a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from storage import sqlite_retrospectives as retrospectives
from storage.packing import moment_at, optional_moment, unpack_scores
from storage.records import FOREVER, Choices, MessageRecord

PAGE_ROWS: Final = 1024

FIRST_ID: Final = -1
"""Below every message id."""

# The index on (guild, author) ends with the row id, which is the message id: each page is one
# range of it, and nothing is sorted.
PAGE: Final = """
    SELECT id, author, channel, thread, created, edited, language, scores, model FROM message
    WHERE guild = ? AND author = ? AND id > ? ORDER BY id LIMIT ?
"""
SOME: Final = """
    SELECT id, author, channel, thread, created, edited, language, scores, model FROM message
    WHERE id IN (SELECT value FROM json_each(?)) AND guild = ?
"""


def read_records(
    connection: sqlite3.Connection, guild_id: int, author: bytes, after: int
) -> Sequence[MessageRecord]:
    """Return the records of an author with a message id above ``after``; at most a page."""
    rows = connection.execute(PAGE, (guild_id, author, after, PAGE_ROWS)).fetchall()
    return _with_sections(connection, guild_id, rows)


def read_some(
    connection: sqlite3.Connection, guild_id: int, message_ids: Sequence[int]
) -> Sequence[MessageRecord]:
    """Return the records of some messages of a guild."""
    asked = json.dumps(list(message_ids))
    return _with_sections(connection, guild_id, connection.execute(SOME, (asked, guild_id)))


def _with_sections(
    connection: sqlite3.Connection, guild_id: int, rows: Iterable[Sequence[Any]]
) -> Sequence[MessageRecord]:
    records = [_record(guild_id, row) for row in rows]
    ids = [record.message_id for record in records]
    found = retrospectives.sections_of(connection, guild_id, ids)
    return [
        replace(record, sections=found[record.message_id]) if record.message_id in found else record
        for record in records
    ]


def _record(guild_id: int, row: Sequence[Any]) -> MessageRecord:
    message_id, author, channel, thread, created, edited, language, scores, model = row
    probabilities, valence = unpack_scores(scores)
    return MessageRecord(
        message_id=message_id,
        guild_id=guild_id,
        channel_id=channel,
        thread_id=thread,
        author=author,
        created_at=moment_at(created),
        edited_at=optional_moment(edited),
        language=language,
        probabilities=probabilities,
        valence=valence,
        model=model,
    )


def count_records(connection: sqlite3.Connection, guild_id: int, author: bytes) -> int:
    """Return how many records of an author there are."""
    query = "SELECT count(*) FROM message WHERE guild = ? AND author = ?"
    count: int = connection.execute(query, (guild_id, author)).fetchone()[0]
    return count


def allow_personal(connection: sqlite3.Connection, guild_id: int, author: bytes, at: int) -> bool:
    """Keep that an author asked to see their own mood; return False when they have opted out."""
    if read_choices(connection, guild_id, author).refused:
        return False
    query = "INSERT INTO personal VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    connection.execute(query, (guild_id, author, at))
    return True


def deny_personal(connection: sqlite3.Connection, guild_id: int, author: bytes) -> bool:
    """Forget that an author asked to see their own mood; return whether they had."""
    query = "DELETE FROM personal WHERE guild = ? AND author = ?"
    return connection.execute(query, (guild_id, author)).rowcount > 0


def allow_links(connection: sqlite3.Connection, guild_id: int, author: bytes, at: int) -> None:
    """Keep that reports may link to an author's joyful messages."""
    query = "INSERT INTO links VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    connection.execute(query, (guild_id, author, at))


def deny_links(connection: sqlite3.Connection, guild_id: int, author: bytes) -> bool:
    """Forget that reports may link to an author's messages; return whether they might."""
    query = "DELETE FROM links WHERE guild = ? AND author = ?"
    return connection.execute(query, (guild_id, author)).rowcount > 0


def read_linkable(connection: sqlite3.Connection, guild_id: int) -> Mapping[bytes, datetime]:
    """Return who lets reports link to their messages, and since when."""
    rows = connection.execute("SELECT author, at FROM links WHERE guild = ?", (guild_id,))
    return {author: moment_at(at) for author, at in rows}


def read_choices(connection: sqlite3.Connection, guild_id: int, author: bytes) -> Choices:
    """Return what an author decided."""
    pair = (guild_id, author)
    since = _since(connection, "SELECT at FROM personal WHERE guild = ? AND author = ?", pair)
    linked = _since(connection, "SELECT at FROM links WHERE guild = ? AND author = ?", pair)
    consented = _since(connection, "SELECT at FROM consent WHERE guild = ? AND author = ?", pair)
    refusal = connection.execute(
        "SELECT at, until FROM opt_out WHERE guild = ? AND author = ?", pair
    ).fetchone()
    if refusal is None:
        return Choices(since, linked_since=linked, consented_at=consented)
    at, until = refusal
    refused = until == FOREVER
    return Choices(
        since,
        refused=refused,
        refused_at=moment_at(at),
        refused_until=None if refused else moment_at(until),
        linked_since=linked,
        consented_at=consented,
    )


def _since(connection: sqlite3.Connection, query: str, pair: tuple[int, bytes]) -> datetime | None:
    row = connection.execute(query, pair).fetchone()
    return moment_at(row[0]) if row else None
