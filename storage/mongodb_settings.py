"""The operations of the MongoDB store about the settings of guilds."""

from __future__ import annotations

from collections.abc import Sequence

from bson.int64 import Int64
from pymongo.errors import DuplicateKeyError

from storage import mongodb_audit as audit
from storage.audit import SettingChange
from storage.consent import asked_until
from storage.mongodb_documents import Document
from storage.mongodb_schema import Database
from storage.records import GuildSettings
from storage.settings_document import settings_from_document, settings_to_document

_VERSION = "v"


async def write(
    database: Database,
    settings: GuildSettings,
    changes: Sequence[SettingChange],
    expected: int | None,
) -> bool:
    """Insert or replace settings in one step; False when another version is there."""
    values = {
        "settings": settings_to_document(settings),
        "asked": Int64(asked_until(settings)),
    }
    match: Document = {"_id": Int64(settings.guild_id), **_matching(expected)}
    change = {"$set": values, "$inc": {_VERSION: 1}}
    try:
        # What does not match because another version is there would be inserted beside it, which
        # its key does not allow; where nothing is expected any more, nothing is inserted.
        done = await database["settings"].update_one(match, change, upsert=not expected)
    except DuplicateKeyError:
        return False
    if not done.matched_count and done.upserted_id is None:
        return False
    await audit.write(database, changes)
    return True


async def read(database: Database, guild_id: int) -> GuildSettings | None:
    """Return the settings of a guild, or ``None``."""
    found = await database["settings"].find_one({"_id": Int64(guild_id)})
    return None if found is None else _settings(found)


async def read_all(database: Database) -> list[GuildSettings]:
    """Return the settings of every guild, by guild id."""
    found = await database["settings"].find({}).to_list()
    return sorted(map(_settings, found), key=lambda each: each.guild_id)


def _matching(expected: int | None) -> Document:
    if expected is None:
        return {}
    # Written before versions were counted, or not there at all.
    return {_VERSION: expected} if expected else {_VERSION: {"$exists": False}}


def _settings(document: Document) -> GuildSettings:
    return settings_from_document(document["settings"], document.get(_VERSION, 0))
