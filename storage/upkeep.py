"""The part of a store's contract that keeps it in order: leases, keys, walks over all records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage.leases import Lease
from storage.pseudonym import KeyRing


@dataclass(frozen=True, slots=True)
class Place:
    """Where one message that is kept stands on Discord.

    Attributes:
        message_id: Discord snowflake.
        channel_id: The monitored channel.
        thread_id: The thread that holds the message, or ``None``.
        created_at: When it was written.
    """

    message_id: int
    channel_id: int
    thread_id: int | None
    created_at: datetime

    @property
    def container_id(self) -> int:
        """Where Discord keeps the message: its thread, or else its channel."""
        return self.channel_id if self.thread_id is None else self.thread_id


class Upkeep(Protocol):
    """What a store offers to those who look after it."""

    # Leases

    async def take_lease(self, wanted: Lease, now: datetime) -> Lease | None:
        """Take, or extend, a lease; ``None`` while another owner holds it.

        The progress of ``wanted`` is kept where it says one; otherwise the earlier one stands, and
        comes back with the lease.
        """
        ...

    async def drop_lease(self, held: Lease) -> None:
        """End a lease at once, if it is still held; its progress stays."""
        ...

    async def leases(self, guild_id: int, now: datetime) -> Sequence[Lease]:
        """Return the leases of a guild that hold at ``now``, by name."""
        ...

    # Keys

    async def adopt_keys(self, ring: KeyRing) -> int:
        """Return how many keys of a ring the pseudonyms in this store were made with.

        From then on this object writes nothing once the store has been given another key.

        Raises:
            KeyUnusable: The pseudonyms were made with other keys.
            RekeyUnfinished: The store is between two keys.
        """
        ...

    async def rekey(self, ring: KeyRing, now: datetime) -> Mapping[str, int]:
        """Bring every pseudonym to the last key of a ring; return of how many rows, by table.

        It may be interrupted at any moment and called again: each row is wrapped once for each
        key. Where there is nothing to do, nothing is done.

        Raises:
            KeyUnusable: The pseudonyms were made with other keys.
            StoreInUse: A process that writes pseudonyms is at work.
        """
        ...

    async def scrub(self) -> bool:
        """Leave no trace in the store's own files of what was deleted or replaced.

        Returns:
            Whether all of it is gone; where a server keeps the files, that is up to the server.
        """
        ...

    # Walks

    async def places_before(self, guild_id: int, before: datetime, limit: int) -> Sequence[Place]:
        """Return the newest messages of a guild that were written before a moment.

        Newest first; more than ``limit`` only where several were written in the same millisecond.
        """
        ...
