"""The statements of the SQLite store about report claims."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any, Final

from storage.claims import next_claim
from storage.packing import milliseconds, moment_at
from storage.records import ClaimState, ReportClaim
from storage.sqlite_messages import fetch_rows

_CLAIM: Final = "guild, period, owner, state, until, attempt, channel, message"


def claim(connection: sqlite3.Connection, wanted: ReportClaim, now: datetime) -> ReportClaim | None:
    """Take, extend or refuse a claim (see ``Store.claim_report``)."""
    key = (wanted.guild_id, wanted.period)
    rows = fetch_rows(connection, _CLAIM, "claim WHERE guild = ? AND period = ?", key)
    taken = next_claim(_to_claim(rows[0]) if rows else None, wanted, now)
    if taken is not None:
        _write_claim(connection, taken)
    return taken


def finish(connection: sqlite3.Connection, done: ReportClaim) -> bool:
    """Record how a claim ended; False when somebody else holds it."""
    cursor = connection.execute(
        """
        UPDATE claim SET state = ?1, channel = ?2, message = ?3
        WHERE guild = ?4 AND period = ?5 AND owner = ?6 AND attempt = ?7
            AND state IN ('claimed', ?1) AND (message IS NULL OR message = ?3)
        """,
        (
            done.state.value,
            done.channel_id,
            done.message_id,
            done.guild_id,
            done.period,
            done.owner,
            done.attempt,
        ),
    )
    return cursor.rowcount > 0


def release(connection: sqlite3.Connection, held: ReportClaim) -> None:
    """Let a claim expire at once."""
    connection.execute(
        """
        UPDATE claim SET until = 0
        WHERE guild = ? AND period = ? AND owner = ? AND attempt = ? AND state = 'claimed'
        """,
        (held.guild_id, held.period, held.owner, held.attempt),
    )


def read_claims(connection: sqlite3.Connection, guild_id: int) -> list[ReportClaim]:
    """Return the claims of a guild, newest period first."""
    rows = fetch_rows(connection, _CLAIM, "claim WHERE guild = ?", (guild_id,))
    return sorted(map(_to_claim, rows), key=lambda found: found.period, reverse=True)


def _write_claim(connection: sqlite3.Connection, taken: ReportClaim) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)",
        (
            taken.guild_id,
            taken.period,
            taken.owner,
            taken.state.value,
            milliseconds(taken.until),
            taken.attempt,
        ),
    )


def _to_claim(row: list[Any]) -> ReportClaim:
    guild_id, period, owner, state, until, *rest = row
    return ReportClaim(guild_id, period, owner, ClaimState(state), moment_at(until), *rest)
