"""The collections of the MongoDB store, and how an older database becomes a newer one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from storage.errors import SchemaTooNew
from storage.mongodb_documents import Document

Database = AsyncDatabase[Document]
Migration = Callable[[Database], Awaitable[None]]
"""Leads from one version of the schema to the next; harmless when it is repeated."""

_VERSION: Final = "schema"


async def _first(database: Database) -> None:
    # No expiry index: it knows one age for a whole collection, and each guild chooses its own.
    by_time = IndexModel([("g", ASCENDING), ("t", ASCENDING)], name="by_time")
    by_author = IndexModel([("g", ASCENDING), ("a", ASCENDING)], name="by_author")
    await database["messages"].create_indexes([by_time, by_author])
    by_guild = IndexModel([("g", ASCENDING)], name="by_guild")
    for name in ("optouts", "watermarks", "claims", "feedback"):
        await database[name].create_indexes([by_guild])


async def _personal(database: Database) -> None:
    by_guild = IndexModel([("g", ASCENDING)], name="by_guild")
    await database["personal"].create_indexes([by_guild])


async def _links(database: Database) -> None:
    by_guild = IndexModel([("g", ASCENDING)], name="by_guild")
    await database["links"].create_indexes([by_guild])


async def _shown(database: Database) -> None:
    by_guild = IndexModel([("g", ASCENDING)], name="by_guild")
    await database["shown"].create_indexes([by_guild])


async def _audit(database: Database) -> None:
    by_time = IndexModel([("g", ASCENDING), ("t", ASCENDING)], name="by_time")
    await database["audit"].create_indexes([by_time])


async def _readings(database: Database) -> None:
    by_guild = IndexModel([("g", ASCENDING)], name="by_guild")
    await database["readings"].create_indexes([by_guild])


async def _retrospectives(database: Database) -> None:
    by_time = IndexModel([("rt", ASCENDING)], name="retro_by_time", sparse=True)
    await database["messages"].create_indexes([by_time])


async def _upkeep(database: Database) -> None:
    by_guild = IndexModel([("g", ASCENDING)], name="by_guild")
    await database["leases"].create_indexes([by_guild])


async def _consent(database: Database) -> None:
    by_guild = IndexModel([("g", ASCENDING)], name="by_guild")
    await database["consents"].create_indexes([by_guild])


async def _checkins(database: Database) -> None:
    by_time = IndexModel([("g", ASCENDING), ("t", ASCENDING)], name="by_time")
    await database["checkins"].create_indexes([by_time])


MIGRATIONS: Final[tuple[Migration, ...]] = (
    _first,
    _personal,
    _links,
    _shown,
    _audit,
    _readings,
    _retrospectives,
    _upkeep,
    _consent,
    _checkins,
)
"""Entry i leads from version i to version i + 1. Only ever add to the end."""


async def migrate(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the schema to the newest version.

    Raises:
        SchemaTooNew: The database was written by a newer version of this software.
    """
    meta = database["meta"]
    found = await meta.find_one({"_id": _VERSION})
    version = 0 if found is None else found["version"]
    if version > len(migrations):
        msg = (
            f"the database has schema version {version}, newer than {len(migrations)}: "
            "install the newer version of Nunchi again"
        )
        raise SchemaTooNew(msg)
    for number, migration in enumerate(migrations[version:], start=version + 1):
        await migration(database)
        await meta.update_one({"_id": _VERSION}, {"$max": {"version": number}}, upsert=True)
