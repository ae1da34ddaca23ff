"""The statements of the SQLite store about sections of retrospectives.

A trigger deletes the sections of a record with the record, whatever deletes it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from storage.packing import optional_milliseconds, pack_scores, section_columns, unpack_scores
from storage.records import MessageRecord, Verdict
from storage.retrospectives import RetroSection, SectionColumns

PAGE_ROWS: Final = 4096

# A record with a later edit has sections of its own, and one that was refused is not there.
_CLEAR: Final = """
    DELETE FROM retro_section WHERE (guild, created, message) IN (
        SELECT guild, created, id FROM message WHERE id = ? AND guild = ? AND edited IS ?
    )
"""
_WRITE: Final = """
    INSERT INTO retro_section
    SELECT guild, created, id, ?, ?, ?, ?, ? FROM message
    WHERE id = ? AND guild = ? AND edited IS ?
"""
_PAGE: Final = """
    SELECT found.message, message.channel, substr(message.author, 1, 8), found.created,
           found.section, found.form, found.sentences, found.scores, found.place
    FROM retro_section AS found JOIN message ON message.id = found.message
    WHERE found.guild = ? AND found.created < ?
        AND (found.created, found.message, found.place) > (?, ?, ?)
    ORDER BY found.created, found.message, found.place LIMIT ?
"""
_OF_MESSAGES: Final = """
    SELECT found.message, found.section, found.form, found.sentences, found.scores
    FROM message JOIN retro_section AS found
        ON found.guild = message.guild AND found.created = message.created
        AND found.message = message.id
    WHERE message.id IN (SELECT value FROM json_each(?)) AND message.guild = ?
    ORDER BY found.message, found.place
"""


class Cursor(NamedTuple):
    """The place after which a page begins."""

    time: int
    message_id: int
    place: int


def write_of_records(connection: sqlite3.Connection, records: Sequence[MessageRecord]) -> None:
    """Write the sections of records that were just written.

    One without sections may have had some before an edit.
    """
    for record in records:
        if record.sections or record.edited_at is not None:
            _write(connection, record.guild_id, record, record.sections)


def write_of_verdicts(
    connection: sqlite3.Connection, guild_id: int, verdicts: Sequence[Verdict]
) -> None:
    """Replace the sections of messages that were just judged again."""
    for verdict in verdicts:
        if verdict.sections is not None:
            _write(connection, guild_id, verdict, verdict.sections)


def _write(
    connection: sqlite3.Connection,
    guild_id: int,
    said: MessageRecord | Verdict,
    sections: Sequence[RetroSection],
) -> None:
    which = (said.message_id, guild_id, optional_milliseconds(said.edited_at))
    connection.execute(_CLEAR, which)
    rows = [
        (place, each.section, each.form, each.sentences, pack_scores(each), *which)
        for place, each in enumerate(sections)
    ]
    connection.executemany(_WRITE, rows)


def read_page(
    connection: sqlite3.Connection, guild_id: int, after: Cursor, end: int
) -> tuple[SectionColumns, Cursor] | None:
    """Return the sections that follow ``after`` and are older than ``end``; at most a page."""
    rows = connection.execute(_PAGE, (guild_id, end, *after, PAGE_ROWS)).fetchall()
    if not rows:
        return None
    last = rows[-1]
    return section_columns([row[:-1] for row in rows]), Cursor(last[3], last[0], last[8])


def sections_of(
    connection: sqlite3.Connection, guild_id: int, message_ids: Sequence[int]
) -> Mapping[int, tuple[RetroSection, ...]]:
    """Return message id -> sections, of the messages that have some."""
    found: dict[int, list[RetroSection]] = defaultdict(list)
    rows: Any = connection.execute(_OF_MESSAGES, (json.dumps(list(message_ids)), guild_id))
    for message_id, section, form, sentences, scores in rows:
        probabilities, valence = unpack_scores(scores)
        found[message_id].append(RetroSection(section, form, sentences, probabilities, valence))
    return {message_id: tuple(sections) for message_id, sections in found.items()}
