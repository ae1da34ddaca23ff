"""The statements of the SQLite store about leases, keys and walks over all records.

Every function runs in the thread of its connection, and the writing ones inside a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from storage.errors import Rekeyed
from storage.keys import in_force, refuse_workers
from storage.leases import EVERYWHERE, Lease
from storage.packing import milliseconds, moment_at
from storage.pseudonym import KeyRing
from storage.upkeep import Place

AUTHOR: Final = "author"
"""The name of every column that holds pseudonyms."""

_LEASE: Final = "SELECT guild, name, owner, until, progress FROM lease WHERE guild = ?"
_BEFORE: Final = "FROM message WHERE guild = ? AND created < ? ORDER BY created DESC LIMIT ?"


def take_lease(connection: sqlite3.Connection, wanted: Lease, now: datetime) -> Lease | None:
    """Take, or extend, a lease; ``None`` while another owner holds it."""
    taken = connection.execute(
        """
        INSERT INTO lease VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE
        SET owner = ?3, until = ?4, progress = coalesce(?5, progress)
        WHERE until <= ?6 OR owner = ?3
        RETURNING guild, name, owner, until, progress
        """,
        (
            wanted.guild_id,
            wanted.name,
            wanted.owner,
            milliseconds(wanted.until),
            wanted.progress,
            milliseconds(now),
        ),
    ).fetchall()
    return _lease(taken[0]) if taken else None


def drop_lease(connection: sqlite3.Connection, held: Lease) -> None:
    """End a lease, unless another owner has it by now."""
    connection.execute(
        "UPDATE lease SET until = 0 WHERE guild = ? AND name = ? AND owner = ?",
        (held.guild_id, held.name, held.owner),
    )


def read_leases(connection: sqlite3.Connection, guild_id: int, now: datetime) -> list[Lease]:
    """Return the leases of a guild that hold, by name."""
    found = connection.execute(f"{_LEASE} AND until > ?", (guild_id, milliseconds(now)))
    return [_lease(row) for row in found]


def forget_leases(connection: sqlite3.Connection, guild_id: int) -> None:
    """Delete the leases of a guild."""
    connection.execute("DELETE FROM lease WHERE guild = ?", (guild_id,))


def _lease(row: Sequence[object]) -> Lease:
    guild_id, name, owner, until, progress = row
    return Lease(
        int(str(guild_id)),
        str(name),
        str(owner),
        moment_at(int(str(until))),
        None if progress is None else int(str(progress)),
    )


def author_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables that hold pseudonyms, as the database itself knows them."""
    found = connection.execute(
        """
        SELECT s.name FROM sqlite_master AS s, pragma_table_info(s.name) AS c
        WHERE s.type = 'table' AND c.name = ? ORDER BY s.name
        """,
        (AUTHOR,),
    )
    return [name for (name,) in found]


def adopt_keys(connection: sqlite3.Connection, ring: KeyRing) -> int:
    """Return how many keys the pseudonyms were made with; the first caller notes it."""
    held = connection.execute("SELECT version, fingerprint FROM keyring").fetchone()
    if held is not None:
        return in_force(ring, *held)
    # Before there were rings there was one key; where nothing is kept yet, the newest serves.
    version = 1 if _any_author(connection) else len(ring)
    _note(connection, ring, version)
    return version


def check_keys(connection: sqlite3.Connection, version: int | None) -> None:
    """Raise ``Rekeyed`` when the store has another key than the one that was adopted."""
    if version is None:
        return
    held = connection.execute("SELECT version FROM keyring").fetchone()
    if held is None or held[0] != version:
        raise Rekeyed


def rekey(connection: sqlite3.Connection, ring: KeyRing, now: datetime) -> Mapping[str, int]:
    """Bring every pseudonym to the last key of a ring; return of how many rows, by table."""
    version = adopt_keys(connection, ring)
    if version == len(ring):
        return {}
    refuse_workers(read_leases(connection, EVERYWHERE, now), now)

    def wrapped(author: bytes) -> bytes:
        return ring.wrapped(author, version)

    connection.create_function("nunchi_wrapped", 1, wrapped, deterministic=True)
    counts = {}
    for table in author_tables(connection):
        query = f"UPDATE {table} SET {AUTHOR} = nunchi_wrapped({AUTHOR})"  # noqa: S608 (our names)
        counts[table] = connection.execute(query).rowcount
    _note(connection, ring, len(ring))
    return counts


def scrub(connection: sqlite3.Connection) -> bool:
    """Leave nothing in the files of what was deleted or replaced; outside a transaction.

    It writes the database anew, which needs as much room again for a moment.

    Returns:
        Whether the log is empty as well; it is not while another process reads.
    """
    connection.execute("VACUUM")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def read_places(
    connection: sqlite3.Connection, guild_id: int, before: int, limit: int
) -> list[Place]:
    """Return the newest messages of a guild that are older than a moment, newest first."""
    columns = "SELECT id, channel, thread, created"
    rows = connection.execute(f"{columns} {_BEFORE}", (guild_id, before, limit)).fetchall()
    if len(rows) == limit:
        # The next walk begins below this millisecond, so all of it belongs to this one.
        last = rows[-1][3]
        rows = [row for row in rows if row[3] > last]
        same = f"{columns} FROM message WHERE guild = ? AND created = ?"
        rows += connection.execute(same, (guild_id, last)).fetchall()
    return [
        Place(message_id, channel, thread, moment_at(created))
        for message_id, channel, thread, created in rows
    ]


def _any_author(connection: sqlite3.Connection) -> bool:
    return any(
        connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608 (our names)
        for table in author_tables(connection)
    )


def _note(connection: sqlite3.Connection, ring: KeyRing, version: int) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO keyring VALUES (1, ?, ?)",
        (version, ring.fingerprints()[version - 1]),
    )
