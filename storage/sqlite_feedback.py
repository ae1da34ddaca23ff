"""The statements of the SQLite store about what members think of verdicts.

Every function runs in the thread of its connection, and the writing ones inside a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from storage.feedback import chances_of, written_chances
from storage.packing import milliseconds, moment_at
from storage.records import Feedback

_COLUMNS = "guild, message, author, predicted, corrected, model, created, language, chances, text"


def write(connection: sqlite3.Connection, given: Feedback) -> bool:
    """Insert or replace what one member said of one message; False when they have opted out."""
    at = milliseconds(given.created_at)
    done = connection.execute(
        f"""
        INSERT OR REPLACE INTO feedback ({_COLUMNS})
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (
            SELECT 1 FROM opt_out WHERE guild = ?1 AND author = ?3 AND until >= ?7
        )
        """,  # noqa: S608 (a literal of this module)
        (
            given.guild_id,
            given.message_id,
            given.author,
            given.predicted,
            given.corrected,
            given.model,
            at,
            given.language,
            written_chances(given.probabilities),
            given.text,
        ),
    )
    return done.rowcount > 0


def withdraw(connection: sqlite3.Connection, guild_id: int, message_id: int, author: bytes) -> bool:
    """Forget what one member said of one message; return whether they had said anything."""
    where = "guild = ? AND message = ? AND author = ?"
    gone = connection.execute(
        f"DELETE FROM feedback WHERE {where}",  # noqa: S608 (a literal of this module)
        (guild_id, message_id, author),
    )
    return gone.rowcount > 0


def read(connection: sqlite3.Connection, guild_id: int) -> list[Feedback]:
    """Return all feedback of a guild, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM feedback WHERE guild = ? ORDER BY created, message, author",  # noqa: S608 (a literal of this module)
        (guild_id,),
    )
    return [_feedback(*row) for row in rows]


def forget_of_messages(
    connection: sqlite3.Connection, guild_id: int, message_ids: Sequence[int]
) -> None:
    """Delete what was said of messages that are gone."""
    pairs = ((guild_id, message_id) for message_id in message_ids)
    connection.executemany("DELETE FROM feedback WHERE guild = ? AND message = ?", pairs)


def forget_before(connection: sqlite3.Connection, guild_id: int, before: int) -> None:
    """Delete the feedback of a guild that is older than a moment."""
    connection.execute("DELETE FROM feedback WHERE guild = ? AND created < ?", (guild_id, before))


def _feedback(*row: Any) -> Feedback:  # noqa: ANN401 - whatever the columns hold
    guild_id, message_id, author, predicted, corrected, model, created, *rest = row
    language, chances, text = rest
    return Feedback(
        guild_id,
        message_id,
        author,
        predicted,
        corrected,
        model,
        moment_at(created),
        language=language,
        probabilities=chances_of(chances),
        text=text,
    )
