"""What is kept of check-ins: which face a member chose, for how long a server keeps numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

FACES: Final = 5
"""Faces to choose from; 1 is the saddest, ``FACES`` the happiest."""


@dataclass(frozen=True, slots=True)
class CheckinSettings:
    """Whether, where and when members are asked how they are.

    Attributes:
        channel_id: Where the question is posted; ``None`` while there are no check-ins.
        weekday: 0 is Monday; ``None`` for every day.
        hour: 0 to 23, by the guild's timezone.
        since: Nothing that was due before this moment is posted.
    """

    channel_id: int | None = None
    weekday: int | None = None
    hour: int = 18
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckinAnswer:
    """What one member answered to one question.

    Attributes:
        guild_id: Discord snowflake.
        prompt: Key of the question: the moment it was due, such as ``20261116T0900`` in UTC.
        author: Pseudonym of the member.
        face: 1 to ``FACES``.
        at: When.
    """

    guild_id: int
    prompt: str
    author: bytes
    face: int
    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class CheckinColumns:
    """Answers as columns, all of length n, ordered by (time, author).

    Attributes:
        author: uint64[n], as in ``storage.records.MessageColumns``.
        time: int64[n], milliseconds since the Unix epoch, UTC.
        face: int64[n].
    """

    author: npt.NDArray[np.uint64]
    time: npt.NDArray[np.int64]
    face: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.face)


def checkin_columns(rows: list[tuple[bytes, int, int]]) -> CheckinColumns:
    """Return rows of (pseudonym, milliseconds, face) as columns."""
    authors = [int.from_bytes(author[:8], "big") for author, _, _ in rows]
    return CheckinColumns(
        np.array(authors, np.uint64),
        np.array([at for _, at, _ in rows], np.int64),
        np.array([face for _, _, face in rows], np.int64),
    )
