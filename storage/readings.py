"""How far a long reading of history is, kept so that it goes on after the process has died.

An import of a file and a backfill of a channel are readings. Records are written first and the
place after them, so that a reading that is resumed may repeat a little and never leaves a hole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """A place in a long reading; no text, no name and no person is in it.

    Attributes:
        guild_id: Discord snowflake.
        key: What is read, such as ``backfill:1234``; unique within the guild.
        document: How far it is, as its reader writes it.
        at: When that was written.
    """

    guild_id: int
    key: str
    document: str
    at: datetime
