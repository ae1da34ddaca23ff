"""Figures that somebody has seen, kept so that nobody learns by asking twice who left between.

Whoever sees the figures of one stretch of time before and after a person's records were deleted
can subtract them. So figures that were shown may only be replaced by newer ones as long as nobody
has left the guild since they were computed; afterwards they stand until the guild or its
retention forgets them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown of one stretch of time; no record and no person is in it.

    Attributes:
        guild_id: Discord snowflake.
        key: What it is about, such as ``2026-W46``.
        ends: The end of that time, aware; retention forgets the figures with its records.
        departures: ``Store.departures`` before its records were read.
        document: The figures, as the reports write them.
    """

    guild_id: int
    key: str
    ends: datetime
    departures: int
    document: str


def stands(kept: Shown | None, offered: Shown, departures: int) -> bool:
    """Return whether what is kept has to stand, whatever is offered in its place.

    Args:
        kept: What was shown before.
        offered: What was computed now.
        departures: How many people have left by now.
    """
    return kept is not None and not kept.departures == offered.departures == departures
