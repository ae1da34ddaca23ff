"""The statements of the SQLite store about the settings of guilds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from storage import sqlite_audit as audit
from storage.audit import SettingChange
from storage.consent import asked_until
from storage.records import GuildSettings
from storage.settings_document import settings_from_document, settings_to_document


def write(
    connection: sqlite3.Connection,
    settings: GuildSettings,
    changes: Sequence[SettingChange],
    expected: int | None,
) -> bool:
    """Insert or replace settings inside a transaction; False when another version is there."""
    rows = connection.execute(
        "SELECT version FROM settings WHERE guild = ?", (settings.guild_id,)
    ).fetchall()
    version: int = rows[0][0] if rows else 0
    if expected not in (None, version):
        return False
    document = json.dumps(settings_to_document(settings), ensure_ascii=False)
    connection.execute(
        "INSERT OR REPLACE INTO settings (guild, document, consent_until, version) "
        "VALUES (?, ?, ?, ?)",
        (settings.guild_id, document, asked_until(settings), version + 1),
    )
    audit.write(connection, changes)
    return True


def read(connection: sqlite3.Connection, guild_id: int) -> GuildSettings | None:
    """Return the settings of a guild, or ``None``."""
    row = connection.execute(
        "SELECT document, version FROM settings WHERE guild = ?", (guild_id,)
    ).fetchone()
    return None if row is None else settings_from_document(json.loads(row[0]), row[1])


def read_all(connection: sqlite3.Connection) -> list[GuildSettings]:
    """Return the settings of every guild, by guild id."""
    rows = connection.execute("SELECT document, version FROM settings ORDER BY guild")
    return [settings_from_document(json.loads(document), version) for document, version in rows]
