"""The statements of the SQLite store about one author: records, and what they decided.

Every function runs in the thread of its connection, and the writing ones inside a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from storage.packing import moment_at, optional_moment, unpack_scores
from storage.records import FOREVER, Choices, MessageRecord

PAGE_ROWS: Final = 1024

FIRST_ID: Final = -1
"""Below every message id."""

# The index on (guild, author) ends with the row id, which is the message id: each page is one
# range of it, and nothing is sorted.
PAGE: Final = """
    SELECT id, channel, thread, created, edited, language, scores, model FROM message
    WHERE guild = ? AND author = ? AND id > ? ORDER BY id LIMIT ?
"""


def read_records(
    connection: sqlite3.Connection, guild_id: int, author: bytes, after: int
) -> Sequence[MessageRecord]:
    """Return the records of an author with a message id above ``after``; at most a page."""
    rows = connection.execute(PAGE, (guild_id, author, after, PAGE_ROWS)).fetchall()
    records = []
    for message_id, channel, thread, created, edited, language, scores, model in rows:
        probabilities, valence = unpack_scores(scores)
        records.append(
            MessageRecord(
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
        )
    return records


def count_records(connection: sqlite3.Connection, guild_id: int, author: bytes) -> int:
    """Return how many records of an author there are."""
    query = "SELECT count(*) FROM message WHERE guild = ? AND author = ?"
    count: int = connection.execute(query, (guild_id, author)).fetchone()[0]
    return count


def allow_personal(connection: sqlite3.Connection, guild_id: int, author: bytes, at: int) -> None:
    """Keep that an author asked to see their own mood."""
    query = "INSERT INTO personal VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    connection.execute(query, (guild_id, author, at))


def deny_personal(connection: sqlite3.Connection, guild_id: int, author: bytes) -> bool:
    """Forget that an author asked to see their own mood; return whether they had."""
    query = "DELETE FROM personal WHERE guild = ? AND author = ?"
    return connection.execute(query, (guild_id, author)).rowcount > 0


def read_choices(connection: sqlite3.Connection, guild_id: int, author: bytes) -> Choices:
    """Return what an author decided."""
    pair = (guild_id, author)
    allowed = connection.execute(
        "SELECT at FROM personal WHERE guild = ? AND author = ?", pair
    ).fetchone()
    since = moment_at(allowed[0]) if allowed else None
    refusal = connection.execute(
        "SELECT at, until FROM opt_out WHERE guild = ? AND author = ?", pair
    ).fetchone()
    if refusal is None:
        return Choices(since)
    at, until = refusal
    refused = until == FOREVER
    return Choices(since, refused, moment_at(at), None if refused else moment_at(until))
