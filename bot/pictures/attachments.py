"""Which attachments of a message are pictures to look at, and reading messages together with them.

The readers of a message stand beside those of ``bot.incoming`` and ``bot.hot_path``, which know
nothing of pictures: while pictures are off, no message is any more work than before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import discord

from bot.hot_path import incoming_of_payload
from bot.incoming import Incoming, Picture, incoming_of

MOST: Final = 4
"""Pictures of one message that are looked at; the others are left out."""

LARGEST: Final = 8 * 2**20
"""Bytes of a file; a larger one is not fetched."""

TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
ENDINGS: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")


class Readers(NamedTuple):
    """How messages are read: those of the client's own objects, and those of the raw gateway."""

    message: Callable[[discord.Message, int], Incoming]
    payload: Callable[[discord.Client, Mapping[str, Any]], Incoming | None]


def readers(*, pictures: bool) -> Readers:
    """Return the readers that note pictures, or the ones that know nothing of them."""
    if pictures:
        return Readers(message_with_pictures, payload_with_pictures)
    return Readers(incoming_of, incoming_of_payload)


def message_with_pictures(message: discord.Message, guild_id: int) -> Incoming:
    """Copy what is needed of a message, and where its pictures are."""
    item = incoming_of(message, guild_id)
    if item.text is None or not message.attachments:
        return item
    found = (
        _picture(each.url, each.size, each.content_type, each.filename)
        for each in message.attachments
    )
    return item._replace(pictures=_first(found))


def payload_with_pictures(client: discord.Client, data: Mapping[str, Any]) -> Incoming | None:
    """Copy what is needed of a payload, and where its pictures are (as ``incoming_of_payload``)."""
    item = incoming_of_payload(client, data)
    attachments = data.get("attachments")
    if item is None or item.text is None or not attachments:
        return item
    found = (
        _picture(each.get("url"), each.get("size"), each.get("content_type"), each.get("filename"))
        for each in attachments
    )
    return item._replace(pictures=_first(found))


def _first(found: Iterable[Picture | None]) -> tuple[Picture, ...]:
    return tuple(picture for picture in found if picture is not None)[:MOST]


def _picture(url: object, size: object, kind: object, name: object) -> Picture | None:
    """Return an attachment when it may be a picture that is small enough, by what Discord says."""
    if not isinstance(url, str) or not isinstance(size, int) or not 0 < size <= LARGEST:
        return None
    if isinstance(kind, str):
        # The field is optional; "image/png; charset=..." has been seen of other types.
        fits = kind.partition(";")[0].strip().lower() in TYPES
    else:
        fits = isinstance(name, str) and name.lower().endswith(ENDINGS)
    return Picture(url, size) if fits else None
