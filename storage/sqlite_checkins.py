"""The statements of the SQLite store about check-ins.

Every function runs in the thread of its connection, and the writing ones inside a transaction.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from storage.checkins import CheckinAnswer, CheckinColumns, checkin_columns
from storage.packing import milliseconds

TABLE: Final = "checkin"


def write(connection: sqlite3.Connection, given: CheckinAnswer) -> bool:
    """Insert or replace an answer; False, and nothing is kept, when its author has opted out."""
    done = connection.execute(
        """
        INSERT OR REPLACE INTO checkin (guild, prompt, author, at, face)
        SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (
            SELECT 1 FROM opt_out WHERE guild = ?1 AND author = ?3 AND until >= ?4
        )
        """,
        (given.guild_id, given.prompt, given.author, milliseconds(given.at), given.face),
    )
    return done.rowcount > 0


def read(connection: sqlite3.Connection, guild_id: int, start: int, end: int) -> CheckinColumns:
    """Return the answers of [start, end)."""
    rows = connection.execute(
        """
        SELECT author, at, face FROM checkin
        WHERE guild = ? AND at >= ? AND at < ? ORDER BY at, author
        """,
        (guild_id, start, end),
    )
    return checkin_columns(rows.fetchall())


def forget_before(connection: sqlite3.Connection, guild_id: int, before: int) -> None:
    """Delete the answers of a guild that are older than a moment."""
    connection.execute("DELETE FROM checkin WHERE guild = ? AND at < ?", (guild_id, before))
