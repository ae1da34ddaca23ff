"""The statements of the SQLite store about messages, opt-outs and watermarks.

Every function runs in the thread of its connection, and the writing ones inside a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final, TypeVar

from storage import sqlite_feedback as feedback
from storage import sqlite_retrospectives as retrospectives
from storage import sqlite_shown as shown
from storage.packing import (
    milliseconds,
    optional_milliseconds,
    pack_scores,
)
from storage.personal_data import PERSONAL, RECORDS
from storage.records import (
    FOREVER,
    Batch,
    Deletion,
    MessageRecord,
    Verdict,
    Watermark,
)

T = TypeVar("T")

Value = int | str | bytes | None

ROWS_PER_STATEMENT: Final = 64
DELETE_ROWS: Final = 4096

_COLUMNS: Final = "id, guild, channel, thread, author, created, edited, language, scores, model"
_ONE_ROW: Final = "(" + ",".join("?" * (_COLUMNS.count(",") + 1)) + ")"
_REPLACE: Final = """
    ON CONFLICT (id) DO UPDATE SET
        guild = excluded.guild, channel = excluded.channel, thread = excluded.thread,
        author = excluded.author, created = excluded.created, edited = excluded.edited,
        language = excluded.language, scores = excluded.scores, model = excluded.model
    WHERE message.edited IS NULL OR excluded.edited >= message.edited
"""


def fetch_rows(
    connection: sqlite3.Connection, columns: str, source: str, values: Sequence[Value]
) -> list[Any]:
    """Return rows of numbers and strings through one result, in no particular order."""
    # Both texts are literals of this package; every value is bound.
    query = f"SELECT json_group_array(json_array({columns})) FROM {source}"  # noqa: S608
    rows: list[Any] = json.loads(connection.execute(query, values).fetchone()[0])
    return rows


def apply_batch(connection: sqlite3.Connection, batch: Batch) -> int:
    """Write a batch; return how many records were inserted or replaced."""
    written = sum(_upsert(connection, rows) for rows in _chunks(batch.upserts))
    retrospectives.write_of_records(connection, batch.upserts)
    for deletion in batch.deletions:
        _delete_messages(connection, deletion)
    for marks in _chunks(batch.watermarks):
        _advance(connection, marks)
    return written


def replace_verdicts(
    connection: sqlite3.Connection, guild_id: int, verdicts: Sequence[Verdict]
) -> int:
    """Replace what is said of messages that are kept, unless edited since; return of how many."""
    rows = [
        (
            edited := optional_milliseconds(verdict.edited_at),
            verdict.language,
            pack_scores(verdict),
            verdict.model,
            guild_id,
            verdict.message_id,
            edited,
        )
        for verdict in verdicts
    ]
    count = connection.executemany(
        """
        UPDATE message SET edited = ?, language = ?, scores = ?, model = ?
        WHERE guild = ? AND id = ? AND (edited IS NULL OR ? >= edited)
        """,
        rows,
    ).rowcount
    retrospectives.write_of_verdicts(connection, guild_id, verdicts)
    return count


def read_versions(
    connection: sqlite3.Connection, guild_id: int, container_id: int, first_id: int, last_id: int
) -> list[Any]:
    """Return [message id, edit time or None] of a container's records in a range of ids."""
    source = "message WHERE guild = ? AND id BETWEEN ? AND ? AND coalesce(thread, channel) = ?"
    return fetch_rows(connection, "id, edited", source, (guild_id, first_id, last_id, container_id))


def accept_author(connection: sqlite3.Connection, guild_id: int, author: bytes, at: int) -> bool:
    """End an opt-out, keeping what came before refused; return whether there was one."""
    ended = connection.execute(
        "UPDATE opt_out SET until = ? WHERE guild = ? AND author = ? AND until = ?",
        (at, guild_id, author, FOREVER),
    )
    return ended.rowcount > 0


def forget_container_watermarks(
    connection: sqlite3.Connection, guild_id: int, container_id: int
) -> None:
    """Delete the watermarks of a container and of the threads that its records name."""
    connection.execute(
        """
        DELETE FROM watermark WHERE guild = ?1 AND (container = ?2 OR container IN (
            SELECT thread FROM message WHERE guild = ?1 AND channel = ?2
        ))
        """,
        (guild_id, container_id),
    )


def forget_some(connection: sqlite3.Connection, where: str, values: Sequence[Value]) -> int:
    """Delete a bounded number of records; return how many there were."""
    # The condition is a literal of this package; every value is bound.
    query = f"DELETE FROM message WHERE id IN (SELECT id FROM message WHERE {where} LIMIT ?)"  # noqa: S608
    return connection.execute(query, (*values, DELETE_ROWS)).rowcount


_OF_A_GUILD: Final = (
    *(each.table for each in PERSONAL if each.name != RECORDS),
    "watermark",
    "claim",
    "audit",
    "reading",
)


def forget_guild_rest(connection: sqlite3.Connection, guild_id: int) -> None:
    """Delete what a guild has besides records and opt-outs."""
    for table in (*_OF_A_GUILD, *shown.TABLES, "lease", "settings"):
        connection.execute(f"DELETE FROM {table} WHERE guild = ?", (guild_id,))  # noqa: S608 (above)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (
        items[start : start + ROWS_PER_STATEMENT]
        for start in range(0, len(items), ROWS_PER_STATEMENT)
    )


def _row(record: MessageRecord) -> tuple[Value, ...]:
    return (
        record.message_id,
        record.guild_id,
        record.channel_id,
        record.thread_id,
        record.author,
        milliseconds(record.created_at),
        optional_milliseconds(record.edited_at),
        record.language,
        pack_scores(record),
        record.model,
    )


@lru_cache(maxsize=ROWS_PER_STATEMENT)
def _upsert_statement(rows: int) -> str:
    values = ",".join([_ONE_ROW] * rows)
    # Refusals and consents are asked for in the statement: nothing can come between.
    return f"""
        INSERT INTO message ({_COLUMNS}) SELECT * FROM (VALUES {values}) AS given
        WHERE NOT EXISTS (
            SELECT 1 FROM opt_out
            WHERE opt_out.guild = given.column2 AND opt_out.author = given.column5
                AND opt_out.until >= given.column6
        ) AND NOT EXISTS (
            SELECT 1 FROM settings
            WHERE settings.guild = given.column2 AND settings.consent_until >= given.column6
                AND NOT EXISTS (
                    SELECT 1 FROM consent
                    WHERE consent.guild = given.column2 AND consent.author = given.column5
                        AND consent.at < given.column6
                )
        ) {_REPLACE}
    """  # noqa: S608 (only placeholders are filled in)


def _upsert(connection: sqlite3.Connection, records: Sequence[MessageRecord]) -> int:
    values = list(chain.from_iterable(map(_row, records)))
    return connection.execute(_upsert_statement(len(records)), values).rowcount


def _delete_messages(connection: sqlite3.Connection, deletion: Deletion) -> None:
    for ids in _chunks(deletion.message_ids):
        marks = ",".join("?" * len(ids))
        query = f"DELETE FROM message WHERE guild = ? AND id IN ({marks})"  # noqa: S608 (placeholders)
        connection.execute(query, (deletion.guild_id, *ids))
    feedback.forget_of_messages(connection, deletion.guild_id, deletion.message_ids)


def _advance(connection: sqlite3.Connection, marks: Sequence[Watermark]) -> None:
    rows = ",".join(["(?,?,?)"] * len(marks))
    values = [
        value for mark in marks for value in (mark.guild_id, mark.container_id, mark.message_id)
    ]
    connection.execute(
        f"""
        INSERT INTO watermark VALUES {rows} ON CONFLICT (guild, container)
        DO UPDATE SET message = excluded.message WHERE excluded.message > message
        """,  # noqa: S608 (only placeholders are filled in)
        values,
    )
