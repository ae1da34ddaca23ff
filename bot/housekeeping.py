"""What goes by itself: records past retention, and the data of guilds that were left.

Each guild has its turn once a day, in its own quiet hour and not all in the same minute; of several
processes one does it. A turn that was missed is made up for at the next start.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.leaving import Leaving
from bot.roster import Roster
from reports.errors import ReportError
from reports.period import zone_of
from storage.errors import StoreUnavailable
from storage.leases import Lease
from storage.records import GuildSettings
from storage.store import Store

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 300.0
"""Seconds between looks at whose turn it is."""

QUIET_HOUR: Final = 4
SWEEP: Final = "sweep"

_AT_MOST: Final = timedelta(minutes=30)
"""After this long another process may take over a turn that was begun."""


class Housekeeping:
    """The turns of one process.

    Args:
        store: What is kept.
        roster: Who is listened to, and for how long records are kept.
        leaving: What to do with guilds that were left.
        clock: Tells the time.
        owner: The process.
    """

    def __init__(
        self, store: Store, roster: Roster, leaving: Leaving, clock: Clock, owner: str
    ) -> None:
        self._store = store
        self._roster = roster
        self._leaving = leaving
        self._clock = clock
        self._owner = owner
        self._next: dict[int, datetime] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                log.warning("retention waits for the store: %s", error)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Do what is due now.

        Raises:
            StoreUnavailable: The store does not answer; the rest waits for the next look.
        """
        for settings in self._roster.guilds(left=True):
            if self._leaving.is_over(settings):
                await self._forget(settings)
            elif self._next.get(settings.guild_id, self._clock.now()) <= self._clock.now():
                await self._sweep(settings)

    async def _forget(self, settings: GuildSettings) -> None:
        if await self._begin(settings) is not None:
            await self._leaving.forget(settings.guild_id)

    async def _sweep(self, settings: GuildSettings) -> None:
        """Forget what is older than the retention of a guild."""
        guild_id, now = settings.guild_id, self._clock.now()
        lease = await self._begin(settings)
        if lease is None:
            # Somebody else's turn: looked at again soon, for they may not come to its end.
            self._next[guild_id] = now + _AT_MOST
            return
        before = now - timedelta(days=settings.retention_days)
        count = await self._store.delete_before(guild_id, before)
        if count:
            log.info("guild %d: %d records were past retention", guild_id, count)
        self._next[guild_id] = following = next_quiet(settings, now)
        await self._store.take_lease(replace(lease, until=following), self._clock.now())

    async def _begin(self, settings: GuildSettings) -> Lease | None:
        now = self._clock.now()
        wanted = Lease(settings.guild_id, SWEEP, self._owner, now + _AT_MOST)
        return await self._store.take_lease(wanted, now)


def next_quiet(settings: GuildSettings, now: datetime) -> datetime:
    """Return when the next turn of a guild is, in UTC: at night, where its members live.

    The minute follows from the guild's id, so that not all have theirs at once.
    """
    try:
        zone = zone_of(settings.timezone)
    except ReportError:
        zone = zone_of("UTC")
    local = now.astimezone(zone)
    minute = (settings.guild_id >> 22) % 60
    turn = local.replace(hour=QUIET_HOUR, minute=minute, second=0, microsecond=0)
    if turn <= local:
        turn += timedelta(days=1)
    return turn.astimezone(UTC)
