"""Deletions that nobody reported, because they happened while the bot was away.

At a start the newest hundred messages of each container are compared with what is kept. Older ones
are looked up again by a slow walk through everything that is kept of a guild, from the newest to
the oldest: one request of the history shows for a hundred messages whether they still exist.
How far a walk is stands in the store, and of several processes one walks.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import discord

from bot.catchup import TRANSIENT
from bot.clock import Clock
from bot.history import PAGE, Container, History
from bot.pipeline import Pipeline
from bot.roster import Roster
from storage.errors import StoreUnavailable
from storage.leases import Lease
from storage.store import Store
from storage.upkeep import Place

log = logging.getLogger(__name__)

PACE: Final = 20.0
"""Seconds between two requests: 0.1 % of what Discord allows a bot in all."""

NEARBY: Final = 4.0
"""Seconds before the next request where a deletion was found: seldom is it only one."""

CHUNK: Final = 500
"""Messages that are looked up before the place is kept."""

REST: Final = timedelta(days=1)
"""Between the end of a walk and the beginning of the next."""

ASK_AGAIN: Final = timedelta(hours=1)
"""Between looks at whether a rest is over, or another process has stopped walking."""

LOOK: Final = "look"

_AT_MOST: Final = timedelta(hours=2)


class SecondLook:
    """The walks of one client; it begins and ends with it.

    Args:
        history: Reads pages of messages.
        store: What is kept.
        pipeline: Forgets what is gone.
        roster: Which guilds there are.
        clock: Tells the time.
        owner: The process.
        pace: Seconds between two requests.
    """

    def __init__(
        self,
        history: History,
        store: Store,
        pipeline: Pipeline,
        roster: Roster,
        clock: Clock,
        owner: str,
        *,
        pace: float = PACE,
    ) -> None:
        self._history = history
        self._store = store
        self._pipeline = pipeline
        self._roster = roster
        self._clock = clock
        self._owner = owner
        self._pace = pace
        self._resting: dict[int, datetime] = {}
        self.requests = 0
        self.gone = 0

    async def run(self) -> None:
        """Walk until cancelled, guild by guild in turn."""
        while True:
            await asyncio.sleep(self._pace)
            for settings in self._roster.guilds():
                guild_id, now = settings.guild_id, self._clock.now()
                if not self._history.sees(guild_id) or self._resting.get(guild_id, now) > now:
                    continue
                try:
                    if not await self.step(guild_id):
                        self._resting[guild_id] = now + ASK_AGAIN
                except (*TRANSIENT, StoreUnavailable) as error:
                    log.warning("old messages cannot be looked up now: %s", error)
                    await asyncio.sleep(self._pace)

    async def step(self, guild_id: int) -> bool:
        """Look up the next messages of a guild; return whether there were any.

        Raises:
            discord.HTTPException: Discord does not answer; the same messages come again.
            StoreUnavailable: The store does not answer.
        """
        if not self._history.sees(guild_id):
            return False  # another process does
        now = self._clock.now()
        wanted = Lease(guild_id, LOOK, self._owner, now + _AT_MOST)
        lease = await self._store.take_lease(wanted, now)
        if lease is None:
            return False
        before = now if not lease.progress else _moment(lease.progress)
        places = await self._store.places_before(guild_id, before, CHUNK)
        if not places:
            # Kept under another name, so that this process rests as well as the others do.
            rest = replace(lease, owner=f"{self._owner}:rest", until=now + REST, progress=0)
            await self._store.drop_lease(lease)
            await self._store.take_lease(rest, now)
            return False
        await self._look_up(guild_id, places)
        done = min(place.created_at for place in places)
        await self._store.take_lease(replace(lease, until=now, progress=_stamp(done)), now)
        return True

    async def _look_up(self, guild_id: int, places: Sequence[Place]) -> None:
        by_container: dict[Container, list[int]] = defaultdict(list)
        for place in places:
            home = Container(guild_id, place.channel_id, place.thread_id, 0)
            by_container[home].append(place.message_id)
        for container, message_ids in by_container.items():
            if not self._history.readable(guild_id, container.channel_id):
                continue  # closed to us: what cannot be seen is not gone
            try:
                await self._compare(container, message_ids)
            except discord.Forbidden:
                log.info("channel %d was closed to the bot", container.container_id)
            except discord.NotFound:
                await self._vanished(container)

    async def _compare(self, container: Container, message_ids: list[int]) -> None:
        left = sorted(message_ids)
        while left:
            page = {item.message_id for item in await self._history.up_to(container, left[-1])}
            self.requests += 1
            oldest = min(page) if len(page) == PAGE else 0
            seen = [message_id for message_id in left if message_id >= oldest]
            missing = [message_id for message_id in seen if message_id not in page]
            self._pipeline.discard(container.guild_id, missing)
            self.gone += len(missing)
            left = left[: len(left) - len(seen)]
            await asyncio.sleep(min(self._pace, NEARBY) if missing else self._pace)

    async def _vanished(self, container: Container) -> None:
        if not await self._history.exists(container.container_id):
            count = await self._pipeline.forget_container(
                container.guild_id, container.container_id
            )
            self.gone += count
            log.info("channel %d is gone, and %d records", container.container_id, count)


def _stamp(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)
