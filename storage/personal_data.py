"""Every place of a store that holds something about a member: one list for three duties.

What stands here is counted for the member (``/privacy status``), handed out (``/privacy export``)
and erased (an opt-out, ``/privacy delete``), in both stores. A table or collection with a column
about a person that is missing here fails ``tests/storage/test_personal_data.py``, and so does a
column that is not handed out.

The one thing that is kept beyond an erasure is the refusal itself (``REFUSALS``): the pseudonym
with two times, without which nobody could be refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from storage.packing import moment_at


class Shape(Enum):
    """How a value is kept, and therefore handed out."""

    PLAIN = "plain"
    """Text or a small number: as it is."""
    SNOWFLAKE = "snowflake"
    """An id of Discord: as text, for it exceeds what JavaScript holds."""
    MOMENT = "moment"
    """Milliseconds since the Unix epoch: as a time."""


@dataclass(frozen=True, slots=True)
class Column:
    """One value about a member.

    Attributes:
        name: What the export calls it.
        column: In SQLite.
        key: In MongoDB.
        shape: How it is kept.
    """

    name: str
    column: str
    key: str
    shape: Shape = Shape.PLAIN


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """One table, or collection, with something about members in it.

    Attributes:
        name: What exports and receipts call it.
        table: In SQLite; its members are in the column ``author``, its guilds in ``guild``.
        collection: In MongoDB; its members are in ``a``, its guilds in ``g``.
        columns: All the others. None for records, which are exported page by page.
    """

    name: str
    table: str
    collection: str
    columns: tuple[Column, ...] = ()


RECORDS: Final = "records"

_AT: Final = Column("at", "at", "at", Shape.MOMENT)

PERSONAL: Final[tuple[PersonalTable, ...]] = (
    PersonalTable(RECORDS, "message", "messages"),
    PersonalTable("own_mood", "personal", "personal", (_AT,)),
    PersonalTable("links", "links", "links", (_AT,)),
    PersonalTable("consents", "consent", "consents", (_AT,)),
    PersonalTable(
        "feedback",
        "feedback",
        "feedback",
        (
            Column("message_id", "message", "m", Shape.SNOWFLAKE),
            Column("predicted", "predicted", "predicted"),
            Column("corrected", "corrected", "corrected"),
            Column("model", "model", "model"),
            Column("created_at", "created", "t", Shape.MOMENT),
            Column("language", "language", "language"),
            Column("probabilities", "chances", "chances"),
            Column("text", "text", "text"),
        ),
    ),
    PersonalTable(
        "checkins",
        "checkin",
        "checkins",
        (
            Column("question", "prompt", "p"),
            Column("at", "at", "t", Shape.MOMENT),
            Column("face", "face", "face"),
        ),
    ),
)
"""What an erasure deletes, in this order."""

REFUSALS: Final = PersonalTable(
    "refusal",
    "opt_out",
    "optouts",
    (_AT, Column("until", "until", "u", Shape.MOMENT)),
)
"""What stays after an erasure: whom to refuse, and until when."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about a member of a guild.

    Attributes:
        counts: Name of a ``PersonalTable`` -> how many entries; those with none are left out.
        refused: Whether a refusal is kept: an opt-out, or an erasure.
        since: When the oldest message was written of which a record is kept.
    """

    counts: Mapping[str, int]
    refused: bool
    since: datetime | None

    @property
    def records(self) -> int:
        """Records of messages."""
        return self.counts.get(RECORDS, 0)

    @property
    def anything(self) -> bool:
        """Whether anything at all is kept, a refusal included."""
        return self.refused or any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure deleted.

    Attributes:
        counts: Name of a ``PersonalTable`` -> how many entries; those with none are left out.
    """

    counts: Mapping[str, int]

    @property
    def records(self) -> int:
        """Records of messages."""
        return self.counts.get(RECORDS, 0)


def exported_row(columns: Sequence[Column], values: Sequence[Any]) -> Mapping[str, Any]:
    """Return an entry as JSON can carry it."""
    return {
        column.name: _exported(column.shape, value)
        for column, value in zip(columns, values, strict=True)
    }


def _exported(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if value is None or shape is Shape.PLAIN:
        return value
    if shape is Shape.SNOWFLAKE:
        return str(value)
    return moment_at(value).isoformat(timespec="milliseconds")
