"""The operations of the MongoDB store about sections of retrospectives.

Sections live within the document of their message, in ``r``: they are written and deleted with it
in one step. ``rt`` repeats the time of such a message, for a sparse index that is small because
few messages are retrospectives.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from bson.int64 import Int64
from pymongo import ASCENDING

from storage.mongodb_documents import Document, author_bytes
from storage.packing import section_columns
from storage.retrospectives import SectionColumns

if TYPE_CHECKING:
    from storage.mongodb_schema import Database

PAGE_MESSAGES: Final = 512

_FIELDS: Final = {"c": 1, "a": 1, "t": 1, "r": 1}


async def pages(
    database: Database, guild_id: int, first: int, end: int
) -> AsyncIterator[SectionColumns]:
    """Yield sections with first <= time < end (milliseconds) in pages, by time.

    A page ends between two times, so each begins with a plain range on the index.
    """
    messages = database["messages"]
    while True:
        span = {"rt": {"$gte": Int64(first), "$lt": Int64(end)}, "g": Int64(guild_id)}
        found: list[Document] = await (
            messages.find(span, _FIELDS).sort("rt", ASCENDING).limit(PAGE_MESSAGES).to_list()
        )
        full = len(found) == PAGE_MESSAGES
        if full:
            last = found[-1]["t"]
            same = {"rt": Int64(last), "g": Int64(guild_id)}
            found = [each for each in found if each["t"] < last]
            found += await messages.find(same, _FIELDS).to_list()
            first = last + 1
        if found:
            found.sort(key=_age)
            yield section_columns([row for each in found for row in _rows(each)])
        if not full:
            return


def _rows(document: Document) -> list[tuple[object, ...]]:
    author = author_bytes(document["a"])
    return [
        (document["_id"], document["c"], author, document["t"], *section)
        for section in ((each["k"], each["f"], each["n"], each["s"]) for each in document["r"])
    ]


def _age(document: Document) -> tuple[int, int]:
    return document["t"], document["_id"]
