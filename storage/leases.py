"""Who does what of the work that one process does for all: a lease that ends by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

EVERYWHERE: Final = 0
"""In place of a guild, for what concerns the whole store."""

AT_WORK: Final = "process:"
"""Leases whose names begin so are those of processes that write pseudonyms."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One piece of work, and who does it until when.

    Attributes:
        guild_id: Discord snowflake, or ``EVERYWHERE``.
        name: The piece of work.
        owner: The process that does it.
        until: From this moment on another process may take it over.
        progress: How far it is; what the number means is up to the work. It survives the lease.
    """

    guild_id: int
    name: str
    owner: str
    until: datetime
    progress: int | None = None
