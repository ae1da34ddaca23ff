"""The statements of the SQLite store about figures that were shown."""

from __future__ import annotations

import sqlite3
from typing import Final

from storage.packing import milliseconds, moment_at
from storage.shown import Shown, stands

TABLES: Final = ("shown", "departures")


def count_departure(connection: sqlite3.Connection, guild_id: int) -> None:
    """Count that the records of somebody are deleted in this transaction."""
    connection.execute(
        "INSERT INTO departures VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
        (guild_id,),
    )


def read_departures(connection: sqlite3.Connection, guild_id: int) -> int:
    """Return how many times somebody's records were deleted."""
    query = "SELECT count FROM departures WHERE guild = ?"
    row = connection.execute(query, (guild_id,)).fetchone()
    return int(row[0]) if row else 0


def read(connection: sqlite3.Connection, guild_id: int, key: str) -> Shown | None:
    """Return figures that were shown, or ``None``."""
    query = "SELECT ends, departures, document FROM shown WHERE guild = ? AND key = ?"
    row = connection.execute(query, (guild_id, key)).fetchone()
    return Shown(guild_id, key, moment_at(row[0]), row[1], row[2]) if row else None


def keep(connection: sqlite3.Connection, offered: Shown) -> Shown:
    """Keep what is offered unless something else stands; return what is kept."""
    kept = read(connection, offered.guild_id, offered.key)
    if kept is not None and stands(kept, offered, read_departures(connection, offered.guild_id)):
        return kept
    connection.execute(
        "INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?, ?)",
        (
            offered.guild_id,
            offered.key,
            milliseconds(offered.ends),
            offered.departures,
            offered.document,
        ),
    )
    return offered


def forget_before(connection: sqlite3.Connection, guild_id: int, before: int) -> None:
    """Delete the figures of times that ended before a moment."""
    connection.execute("DELETE FROM shown WHERE guild = ? AND ends < ?", (guild_id, before))
