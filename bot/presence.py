"""Telling the store that a process is at work on it, so that nobody changes its keys meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.keeping import ring_of
from bot.settings import Settings
from storage.errors import StoreUnavailable
from storage.leases import AT_WORK, EVERYWHERE, Lease
from storage.pseudonym import Pseudonymiser
from storage.store import Store

log = logging.getLogger(__name__)

TERM: Final = timedelta(minutes=2)
RENEW_EVERY: Final = 30.0
"""Seconds: three may fail before anybody takes the process for gone."""


class Presence:
    """The lease of one process.

    Args:
        store: What it works on.
        clock: Tells the time.
        owner: The process.
    """

    def __init__(self, store: Store, clock: Clock, owner: str) -> None:
        self._store = store
        self._clock = clock
        self._lease = Lease(EVERYWHERE, f"{AT_WORK}{owner}", owner, clock.now())

    async def renew(self) -> None:
        """Take or extend the lease.

        Raises:
            Rekeyed: The store was given another key: what is in memory fits no more.
            StoreUnavailable: The store does not answer.
        """
        now = self._clock.now()
        await self._store.take_lease(replace(self._lease, until=now + TERM), now)

    async def run(self) -> None:
        """Renew until cancelled.

        Raises:
            Rekeyed: The store was given another key; starting again helps.
        """
        while True:
            await asyncio.sleep(RENEW_EVERY)
            try:
                await self.renew()
            except StoreUnavailable as error:
                log.warning("the store cannot be told that this process works: %s", error)

    async def end(self) -> None:
        """Give the lease back; where the store does not answer, it ends by itself."""
        with suppress(StoreUnavailable):
            await self._store.drop_lease(self._lease)


@asynccontextmanager
async def at_work(
    settings: Settings, store: Store, clock: Clock, owner: str
) -> AsyncIterator[tuple[Presence, Pseudonymiser]]:
    """Be known to the store while the body runs, with the pseudonyms that it was written with.

    The lease comes first and the look at the keys second: see ``Upkeep.rekey``.

    Raises:
        KeyUnusable: The pseudonyms were made with other keys.
        RekeyUnfinished: The store is between two keys.
    """
    presence = Presence(store, clock, owner)
    await presence.renew()
    try:
        ring = ring_of(settings)
        version = await store.adopt_keys(ring)
        if version < len(ring):
            log.warning("a new pseudonym key waits: stop the bot and run `nunchi keys rotate`")
        yield presence, ring.pseudonymiser(version)
    finally:
        await presence.end()
