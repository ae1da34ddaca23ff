"""How the SQLite store hands out the records of a stretch of time as columns, page by page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from storage.packing import joined_author_numbers, ordered_columns
from storage.records import MessageColumns

PAGE_ROWS: Final = 4096
"""Some 5 ms of the reading thread, and half a megabyte."""

# One row with everything: a result of many rows would take the interpreter lock for each. What is
# binary is joined as it is: a cast to a blob leaves the bytes of a text alone.
_PAGE: Final = """
    SELECT group_concat(id), group_concat(channel), CAST(group_concat(author, '') AS BLOB),
           group_concat(created), CAST(group_concat(scores, '') AS BLOB), json_group_array(model)
    FROM (
        SELECT id, channel, author, created, scores, model FROM message
        WHERE guild = ? AND created < ? AND (created, id) > (?, ?)
        ORDER BY created, id LIMIT ?
    )
"""


class Cursor(NamedTuple):
    """The place in a guild's records, by (time, message id), after which a page begins."""

    time: int
    message_id: int

    @classmethod
    def at_end_of(cls, page: MessageColumns) -> Cursor | None:
        """Return where the page after this one begins; ``None`` when this was the last."""
        if len(page) < PAGE_ROWS:
            return None
        return cls(int(page.time[-1]), int(page.message_id[-1]))


def read_page(
    connection: sqlite3.Connection, guild_id: int, after: Cursor, end: int
) -> MessageColumns | None:
    """Return the records that follow ``after`` and are older than ``end``; at most a page."""
    values = (guild_id, end, after.time, after.message_id, PAGE_ROWS)
    ids, channels, authors, times, scores, models = connection.execute(_PAGE, values).fetchone()
    if ids is None:
        return None
    numbers = _integers(ids)
    return ordered_columns(
        message_id=numbers,
        channel_id=_integers(channels),
        author=joined_author_numbers(authors),
        time=_integers(times),
        scores=scores,
        models=_texts(models, len(numbers)),
    )


def _integers(text: str) -> npt.NDArray[np.int64]:
    return np.fromstring(text, dtype=np.int64, sep=",")


def _texts(array: str, count: int) -> Sequence[str]:
    """Return the texts of a JSON array, or a single one where all are the same."""
    inside = array[1:-1] + ","
    one = inside[: len(inside) // count]
    whole: list[str] = json.loads(f"[{one[:-1]}]" if one * count == inside else array)
    return whole
