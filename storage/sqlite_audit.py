"""The statements of the SQLite store about changes of settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from storage.audit import SettingChange
from storage.packing import milliseconds, moment_at


def write(connection: sqlite3.Connection, changes: Sequence[SettingChange]) -> None:
    """Keep what was changed, inside the transaction that changes it."""
    connection.executemany(
        "INSERT INTO audit (guild, at, who, setting, old, new) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (each.guild_id, milliseconds(each.at), each.by, each.setting, each.before, each.after)
            for each in changes
        ],
    )


def read(
    connection: sqlite3.Connection, guild_id: int, skip: int, limit: int
) -> Sequence[SettingChange]:
    """Return changes of a guild's settings, newest first."""
    rows = connection.execute(
        """
        SELECT at, who, setting, old, new FROM audit WHERE guild = ?
        ORDER BY at DESC, id DESC LIMIT ? OFFSET ?
        """,
        (guild_id, limit, skip),
    )
    return [
        SettingChange(guild_id, moment_at(at), by, setting, old, new)
        for at, by, setting, old, new in rows.fetchall()
    ]


def read_by(connection: sqlite3.Connection, guild_id: int, user_id: int) -> Sequence[SettingChange]:
    """Return what one user changed, newest first."""
    rows = connection.execute(
        """
        SELECT at, who, setting, old, new FROM audit WHERE guild = ? AND who = ?
        ORDER BY at DESC, id DESC
        """,
        (guild_id, user_id),
    )
    return [
        SettingChange(guild_id, moment_at(at), by, setting, old, new)
        for at, by, setting, old, new in rows.fetchall()
    ]


def count(connection: sqlite3.Connection, guild_id: int) -> int:
    """Return how many changes of a guild's settings are kept."""
    query = "SELECT count(*) FROM audit WHERE guild = ?"
    found: int = connection.execute(query, (guild_id,)).fetchone()[0]
    return found


def forget_name(connection: sqlite3.Connection, guild_id: int, user_id: int) -> int:
    """Take a user's name off their changes; return of how many."""
    query = "UPDATE audit SET who = NULL WHERE guild = ? AND who = ?"
    return connection.execute(query, (guild_id, user_id)).rowcount


def forget_before(connection: sqlite3.Connection, guild_id: int, before: int) -> None:
    """Delete changes that are older than a moment."""
    connection.execute("DELETE FROM audit WHERE guild = ? AND at < ?", (guild_id, before))
