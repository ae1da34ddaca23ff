"""A message of an export becomes the same small value as one from Discord itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from bot.importing.export_file import snowflake
from bot.incoming import WRITTEN_BY_PEOPLE, Incoming

TYPED: Final = frozenset(
    {"Default", "Reply", *(str(kind.value) for kind in WRITTEN_BY_PEOPLE), "None"}
)
"""Kinds that somebody typed. A kind that a version of the exporter has no name for yet is written
as its number; "None" stands for a missing field."""


class Place(NamedTuple):
    """Where the messages of a file belong."""

    guild_id: int
    channel_id: int
    thread_id: int | None


def incoming_of_export(message: Mapping[str, Any], place: Place) -> Incoming | None:
    """Copy what is needed of a message, as ``bot.incoming.incoming_of`` does of a live one.

    When it was written is read from its id, as for live messages, so that time offsets in the file
    do not matter.

    Returns:
        ``None`` for what is no message: an id is missing.
    """
    author = message.get("author")
    author = author if isinstance(author, Mapping) else {}
    message_id, user_id = snowflake(message.get("id")), snowflake(author.get("id"))
    if not message_id or user_id is None:
        return None
    # A webhook's messages carry the mark of a bot, in Discord as in the export.
    human = not author.get("isBot") and str(message.get("type")) in TYPED
    return Incoming(
        message_id,
        place.guild_id,
        place.channel_id,
        place.thread_id,
        user_id,
        _moment(message.get("timestampEdited")),
        _written(message) if human else None,
    )


def _moment(value: object) -> datetime | None:
    """Return a moment of any offset and any number of fractional digits; without offset, UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _written(message: Mapping[str, Any]) -> str:
    """Return what somebody typed: the exporter writes names in place of mentions, this undoes it.

    Otherwise the name of whoever was spoken to would be read as a word.
    """
    content = message.get("content")
    if not isinstance(content, str):
        return ""
    mentions = message.get("mentions")
    if "@" not in content or not isinstance(mentions, Sequence):
        return content
    for name, user_id in sorted(_names(mentions), key=lambda each: -len(each[0])):
        content = content.replace(f"@{name}", f"<@{user_id}>")
    return content


def _names(mentions: Sequence[Any]) -> list[tuple[str, int]]:
    found = []
    for each in mentions:
        user_id = snowflake(each.get("id")) if isinstance(each, Mapping) else None
        if user_id is None:
            continue
        names = {each.get("nickname"), each.get("name")}
        found += [(name, user_id) for name in names if isinstance(name, str) and name]
    return found
