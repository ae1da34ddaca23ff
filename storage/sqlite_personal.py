"""The statements of the SQLite store about everything that is kept of one member.

Every function runs in the thread of its connection, and the writing ones inside a transaction.
The names of tables and columns are literals of ``storage.personal_data``; every value is bound.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from storage import sqlite_authors as authors
from storage import sqlite_shown as shown
from storage.packing import moment_at
from storage.personal_data import PERSONAL, RECORDS, REFUSALS, Erasure, Kept, exported_row

_THEIRS: Final = "WHERE guild = ? AND author = ?"
_EVERYWHERE: Final = (*(each.table for each in PERSONAL), REFUSALS.table)

Pair = tuple[int, bytes]


def erase(
    connection: sqlite3.Connection, guild_id: int, author: bytes, until: int, at: int
) -> Erasure:
    """Refuse what an author wrote up to ``until``, and delete everything kept of them.

    ``until`` is ``FOREVER`` for an opt-out.
    """
    connection.execute(
        """
        INSERT INTO opt_out VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
        SET at = excluded.at, until = excluded.until WHERE excluded.until > until
        """,
        (guild_id, author, at, until),
    )
    shown.count_departure(connection, guild_id)
    pair = (guild_id, author)
    gone = {
        each.name: connection.execute(f"DELETE FROM {each.table} {_THEIRS}", pair).rowcount  # noqa: S608
        for each in PERSONAL
    }
    return Erasure({name: count for name, count in gone.items() if count})


def read_kept(connection: sqlite3.Connection, guild_id: int, author: bytes) -> Kept:
    """Return what is kept about an author."""
    pair = (guild_id, author)
    counts = {each.name: _count(connection, each.table, pair) for each in PERSONAL}
    oldest = connection.execute(
        f"SELECT created FROM message {_THEIRS} ORDER BY id LIMIT 1",  # noqa: S608
        pair,
    ).fetchone()
    return Kept(
        {name: count for name, count in counts.items() if count},
        _count(connection, REFUSALS.table, pair) > 0,
        moment_at(oldest[0]) if oldest else None,
    )


def read_rows(
    connection: sqlite3.Connection, guild_id: int, author: bytes
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return everything kept about an author but the records, as JSON can carry it."""
    return {
        each.name: [
            exported_row(each.columns, row)
            for row in connection.execute(
                f"SELECT {', '.join(one.column for one in each.columns)} "  # noqa: S608
                f"FROM {each.table} {_THEIRS} ORDER BY 1",
                (guild_id, author),
            )
        ]
        for each in PERSONAL
        if each.name != RECORDS
    }


def read_known(
    connection: sqlite3.Connection, pairs: Sequence[Pair], user_id: int
) -> frozenset[int]:
    """Return the guilds where anything is kept of one of the pairs, or changes name the user."""
    asked = json.dumps([[guild_id, author.hex()] for guild_id, author in pairs])
    tables = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {table}.guild = asked.guild "  # noqa: S608
        f"AND {table}.author = asked.author)"
        for table in _EVERYWHERE
    )
    # SQLite 3.41 could read hexadecimal digits itself; older ones are told the bytes one by one.
    connection.create_function("unhexed", 1, bytes.fromhex, deterministic=True)
    rows = connection.execute(
        f"""
        SELECT guild FROM (
            SELECT json_extract(value, '$[0]') AS guild,
                   unhexed(json_extract(value, '$[1]')) AS author
            FROM json_each(?)
        ) AS asked WHERE {tables}
        UNION SELECT guild FROM audit WHERE who = ?
        """,  # noqa: S608
        (asked, user_id),
    )
    return frozenset(guild_id for (guild_id,) in rows)


# Consents


def consent(connection: sqlite3.Connection, guild_id: int, author: bytes, at: int) -> bool:
    """Keep that an author agreed to be measured; return False when they have opted out."""
    if authors.read_choices(connection, guild_id, author).refused:
        return False
    query = "INSERT INTO consent VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    connection.execute(query, (guild_id, author, at))
    return True


def read_consents(connection: sqlite3.Connection, guild_id: int) -> Mapping[bytes, datetime]:
    """Return who agreed to be measured, and when."""
    rows = connection.execute("SELECT author, at FROM consent WHERE guild = ?", (guild_id,))
    return {author: moment_at(at) for author, at in rows}


def forget_unconsented(connection: sqlite3.Connection, guild_id: int) -> int:
    """Delete what was written without the consent that a guild asks for; return of how many.

    A record stays when its author agreed before it was written, or when it was written after the
    guild ceased to ask.
    """
    row = connection.execute(
        "SELECT consent_until FROM settings WHERE guild = ?", (guild_id,)
    ).fetchone()
    until = row[0] if row else -1
    gone = connection.execute(
        """
        DELETE FROM message WHERE guild = ?1 AND created <= ?2 AND NOT EXISTS (
            SELECT 1 FROM consent
            WHERE consent.guild = ?1 AND consent.author = message.author
                AND consent.at < message.created
        )
        """,
        (guild_id, until),
    ).rowcount
    if gone:
        shown.count_departure(connection, guild_id)
    return gone


def _count(connection: sqlite3.Connection, table: str, pair: Pair) -> int:
    count: int = connection.execute(
        f"SELECT count(*) FROM {table} {_THEIRS}",  # noqa: S608
        pair,
    ).fetchone()[0]
    return count
