"""The tables of the SQLite store, and how an older database becomes a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from storage.errors import SchemaTooNew
from storage.records import FOREVER

Migration = tuple[str, ...]
"""The statements that lead from one version of the schema to the next."""

_FIRST: Final[Migration] = (
    # The message id is the row id: one tree fewer than a separate key. Measured against
    # WITHOUT ROWID on (guild, id), it is smaller and faster to write.
    """
    CREATE TABLE message (
        id INTEGER PRIMARY KEY,
        guild INTEGER NOT NULL,
        channel INTEGER NOT NULL,
        thread INTEGER,
        author BLOB NOT NULL,
        created INTEGER NOT NULL,
        edited INTEGER,
        language TEXT NOT NULL,
        scores BLOB NOT NULL,
        model TEXT NOT NULL
    )
    """,
    "CREATE INDEX message_by_time ON message (guild, created)",
    "CREATE INDEX message_by_author ON message (guild, author)",
    """
    CREATE TABLE opt_out (
        guild INTEGER NOT NULL,
        author BLOB NOT NULL,
        at INTEGER NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (guild, author)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE watermark (
        guild INTEGER NOT NULL,
        container INTEGER NOT NULL,
        message INTEGER NOT NULL,
        PRIMARY KEY (guild, container)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE settings (guild INTEGER PRIMARY KEY, document TEXT NOT NULL)",
    """
    CREATE TABLE claim (
        guild INTEGER NOT NULL,
        period TEXT NOT NULL,
        owner TEXT NOT NULL,
        state TEXT NOT NULL,
        until INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        channel INTEGER,
        message INTEGER,
        PRIMARY KEY (guild, period)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE feedback (
        guild INTEGER NOT NULL,
        message INTEGER NOT NULL,
        author BLOB NOT NULL,
        predicted TEXT NOT NULL,
        corrected TEXT NOT NULL,
        model TEXT NOT NULL,
        created INTEGER NOT NULL,
        PRIMARY KEY (guild, message, author)
    ) WITHOUT ROWID
    """,
)

_PERSONAL: Final[Migration] = (
    """
    CREATE TABLE personal (
        guild INTEGER NOT NULL,
        author BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (guild, author)
    ) WITHOUT ROWID
    """,
)

_LINKS: Final[Migration] = (
    """
    CREATE TABLE links (
        guild INTEGER NOT NULL,
        author BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (guild, author)
    ) WITHOUT ROWID
    """,
)

_SHOWN: Final[Migration] = (
    """
    CREATE TABLE shown (
        guild INTEGER NOT NULL,
        key TEXT NOT NULL,
        ends INTEGER NOT NULL,
        departures INTEGER NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (guild, key)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE departures (guild INTEGER PRIMARY KEY, count INTEGER NOT NULL)",
)

_AUDIT: Final[Migration] = (
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        guild INTEGER NOT NULL,
        at INTEGER NOT NULL,
        who INTEGER,
        setting TEXT NOT NULL,
        old TEXT,
        new TEXT
    )
    """,
    "CREATE INDEX audit_by_time ON audit (guild, at)",
)

_READINGS: Final[Migration] = (
    """
    CREATE TABLE reading (
        guild INTEGER NOT NULL,
        key TEXT NOT NULL,
        document TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (guild, key)
    ) WITHOUT ROWID
    """,
)

_RETROSPECTIVES: Final[Migration] = (
    # Whose section it is says the record of the message; the key is the order of reading.
    """
    CREATE TABLE retro_section (
        guild INTEGER NOT NULL,
        created INTEGER NOT NULL,
        message INTEGER NOT NULL,
        place INTEGER NOT NULL,
        section TEXT NOT NULL,
        form TEXT NOT NULL,
        sentences INTEGER NOT NULL,
        scores BLOB NOT NULL,
        PRIMARY KEY (guild, created, message, place)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER retro_section_goes AFTER DELETE ON message BEGIN
        DELETE FROM retro_section
        WHERE guild = OLD.guild AND created = OLD.created AND message = OLD.id;
    END
    """,
)

_CONSENT: Final[Migration] = (
    """
    CREATE TABLE consent (
        guild INTEGER NOT NULL,
        author BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (guild, author)
    ) WITHOUT ROWID
    """,
    # Beside the document, so that every write of a record can ask for it.
    "ALTER TABLE settings ADD COLUMN consent_until INTEGER NOT NULL DEFAULT -1",
    f"""
    UPDATE settings SET consent_until = {FOREVER}
    WHERE json_extract(document, '$.consent') = 'explicit'
    """,  # noqa: S608 (a number of our own)
)

_UPKEEP: Final[Migration] = (
    """
    CREATE TABLE lease (
        guild INTEGER NOT NULL,
        name TEXT NOT NULL,
        owner TEXT NOT NULL,
        until INTEGER NOT NULL,
        progress INTEGER,
        PRIMARY KEY (guild, name)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE keyring (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        version INTEGER NOT NULL,
        fingerprint TEXT NOT NULL
    )
    """,
)

_FEEDBACK_TEXTS: Final[Migration] = (
    "ALTER TABLE feedback ADD COLUMN language TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE feedback ADD COLUMN chances TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE feedback ADD COLUMN text TEXT",
)

_CHECKINS: Final[Migration] = (
    """
    CREATE TABLE checkin (
        guild INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        author BLOB NOT NULL,
        at INTEGER NOT NULL,
        face INTEGER NOT NULL,
        PRIMARY KEY (guild, prompt, author)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX checkin_by_time ON checkin (guild, at)",
)

_SETTINGS_VERSIONS: Final[Migration] = (
    # How many times they were saved: whoever changes them changes the version that they read.
    "ALTER TABLE settings ADD COLUMN version INTEGER NOT NULL DEFAULT 0",
)

MIGRATIONS: Final[tuple[Migration, ...]] = (
    _FIRST,
    _PERSONAL,
    _LINKS,
    _SHOWN,
    _AUDIT,
    _READINGS,
    _RETROSPECTIVES,
    _CONSENT,
    _UPKEEP,
    _FEEDBACK_TEXTS,
    _CHECKINS,
    _SETTINGS_VERSIONS,
)
"""Entry i leads from version i to version i + 1. Only ever add to the end."""


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the schema to the newest version; call it inside a write transaction.

    Raises:
        SchemaTooNew: The database was written by a newer version of this software.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(migrations):
        msg = (
            f"the database has schema version {version}, newer than {len(migrations)}: "
            "install the newer version of Nunchi again"
        )
        raise SchemaTooNew(msg)
    for migration in migrations[version:]:
        for statement in migration:
            connection.execute(statement)
    # A pragma takes no parameters; the value is our own number.
    connection.execute(f"PRAGMA user_version = {len(migrations)}")
