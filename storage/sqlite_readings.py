"""The statements of the SQLite store about long readings of history."""

from __future__ import annotations

import sqlite3

from storage.packing import milliseconds, moment_at
from storage.readings import Reading


def keep(connection: sqlite3.Connection, reading: Reading) -> None:
    """Insert or replace the place of a reading."""
    connection.execute(
        "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)",
        (reading.guild_id, reading.key, reading.document, milliseconds(reading.at)),
    )


def read(connection: sqlite3.Connection, guild_id: int, key: str) -> Reading | None:
    """Return the place of a reading, or ``None``."""
    query = "SELECT document, at FROM reading WHERE guild = ? AND key = ?"
    row = connection.execute(query, (guild_id, key)).fetchone()
    return Reading(guild_id, key, row[0], moment_at(row[1])) if row else None


def read_all(connection: sqlite3.Connection, guild_id: int) -> list[Reading]:
    """Return the readings of a guild that have not ended, by key."""
    query = "SELECT key, document, at FROM reading WHERE guild = ? ORDER BY key"
    rows = connection.execute(query, (guild_id,)).fetchall()
    return [Reading(guild_id, key, document, moment_at(at)) for key, document, at in rows]


def end(connection: sqlite3.Connection, guild_id: int, key: str) -> bool:
    """Forget a reading; return whether there was one."""
    deleted = connection.execute("DELETE FROM reading WHERE guild = ? AND key = ?", (guild_id, key))
    return deleted.rowcount > 0
