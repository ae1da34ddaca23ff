"""Closing gaps: what was written, edited or deleted while nobody listened.

Discord is the write-ahead log. Every container that may have a gap is read from its watermark on,
one page at a time and in turn with the others, through the same pipeline as live messages.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import discord

from bot.backoff import Backoff
from bot.clock import TIMESTAMP_SHIFT, Clock, snowflake_at, snowflake_time
from bot.history import PAGE, Container, History
from bot.incoming import CaughtUp, Read
from bot.pipeline import Pipeline
from bot.progress import Progress
from bot.roster import Roster
from storage.errors import StoreUnavailable
from storage.store import Store

log = logging.getLogger(__name__)

OVERLAP: Final = 2_000 << TIMESTAMP_SHIFT
"""Snowflakes of two seconds, read twice: events of one channel may arrive slightly out of order."""

ARCHIVE_MARGIN: Final = timedelta(hours=1)

TRANSIENT: Final = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


@dataclass(slots=True)
class _Reading:
    container: Container
    generation: int
    after: int
    behind: bool
    reconcile: bool
    again: bool = False
    ahead: frozenset[int] = field(default=frozenset())
    """Messages that were stored before this reading reached them, and may be gone since."""


class CatchUp:
    """Reads the histories for one client; it begins and ends with it."""

    def __init__(
        self,
        history: History,
        store: Store,
        pipeline: Pipeline,
        progress: Progress,
        roster: Roster,
        clock: Clock,
        *,
        concurrency: int = 4,
        max_age: timedelta = timedelta(days=30),
    ) -> None:
        self._history = history
        self._store = store
        self._pipeline = pipeline
        self._progress = progress
        self._roster = roster
        self._clock = clock
        self._concurrency = concurrency
        self._max_age = max_age
        self._readings: dict[int, _Reading] = {}
        self._turns: deque[int] = deque()
        self._turn = asyncio.Semaphore(0)
        self._done = asyncio.Event()
        self._done.set()

    def request(self, container: Container, *, reconcile: bool = False) -> None:
        """Note that a container may have a gap; returns at once."""
        container_id = container.container_id
        generation = self._progress.hold(container.guild_id, container_id)
        reading = self._readings.get(container_id)
        if reading is not None:
            reading.again = True
            reading.container = container
            reading.reconcile = reading.reconcile or reconcile
            return
        behind = container.last_message_id > (self._progress.watermark(container_id) or 0)
        self._readings[container_id] = _Reading(
            container, generation, self._start(container), behind, reconcile
        )
        self._done.clear()
        self._next_turn(container_id)

    def request_new(self, guild_id: int) -> None:
        """Look at the containers of a guild that nobody has looked at in this session."""
        settings = self._roster.settings(guild_id)
        for channel in settings.channels if settings else ():
            for container in self._history.containers(guild_id, channel.channel_id):
                known = container.container_id in self._readings
                if not known and self._progress.is_held(container.container_id):
                    self.request(container)

    async def request_guild(self, guild_id: int) -> None:
        """Look at every monitored container of a guild after a new session began.

        Raises:
            StoreUnavailable: The watermarks cannot be read.
        """
        settings = self._roster.settings(guild_id)
        if settings is None:
            return
        watermarks = await self._store.watermarks(guild_id)
        self._progress.load(watermarks)
        for channel in settings.channels:
            for container in self._history.containers(guild_id, channel.channel_id):
                self.request(container, reconcile=True)
        for channel in settings.channels:
            await self._request_archived(guild_id, channel.channel_id, watermarks)

    async def _request_archived(
        self, guild_id: int, channel_id: int, watermarks: Mapping[int, int]
    ) -> None:
        last_seen = max(watermarks.values(), default=self._roster.since(guild_id, channel_id) or 0)
        since = snowflake_time(last_seen) - ARCHIVE_MARGIN
        try:
            async for container in self._archived(guild_id, channel_id, since):
                if container.last_message_id > watermarks.get(container.container_id, 0):
                    self.request(container)
        except TRANSIENT as error:
            log.warning("archived threads of channel %d cannot be listed: %s", channel_id, error)

    def _archived(
        self, guild_id: int, channel_id: int, since: datetime
    ) -> AsyncIterator[Container]:
        return self._history.archived(guild_id, channel_id, since)

    async def finished(self) -> None:
        """Return when no gap is open."""
        await self._done.wait()

    async def run(self) -> None:
        """Read until cancelled."""
        async with asyncio.TaskGroup() as readers:
            for number in range(self._concurrency):
                readers.create_task(self._read_forever(), name=f"catch-up {number}")

    def _start(self, container: Container) -> int:
        since = self._roster.since(container.guild_id, container.channel_id) or 0
        oldest = snowflake_at(self._clock.now() - self._max_age)
        watermark = self._progress.watermark(container.container_id) or 0
        return max(since, oldest, watermark - OVERLAP)

    def _next_turn(self, container_id: int) -> None:
        self._turns.append(container_id)
        self._turn.release()

    async def _read_forever(self) -> None:
        backoff = Backoff()
        while True:
            await self._turn.acquire()
            reading = self._readings[self._turns.popleft()]
            try:
                await self._take_turn(reading)
            except (discord.Forbidden, discord.NotFound) as error:
                log.warning("channel %d cannot be read: %s", reading.container.container_id, error)
                await self._finish(reading)
            except (*TRANSIENT, StoreUnavailable) as error:
                log.warning("reading a history failed (%s); trying again", error)
                await backoff.wait()
                self._next_turn(reading.container.container_id)
            else:
                backoff.reset()

    async def _take_turn(self, reading: _Reading) -> None:
        container = reading.container
        if not self._history.readable(container.guild_id, container.channel_id):
            log.warning("no permission to read the history of channel %d", container.channel_id)
            await self._finish(reading)
            return
        if reading.reconcile:
            await self._reconcile(container)
            if reading.behind:
                reading.ahead = await self._stored_ahead(reading)
            reading.reconcile = False
        if await self._read_page(reading):
            self._next_turn(container.container_id)
        else:
            await self._finish(reading)

    async def _read_page(self, reading: _Reading) -> bool:
        """Put one page through the pipeline; return whether there may be more."""
        if not reading.behind:
            return False
        container = reading.container
        page = await self._history.after(container, reading.after)
        self._discard_gone(reading, [item.message_id for item in page])
        for item in page:
            await self._pipeline.put(item)
        if page:
            reading.after = page[-1].message_id
            await self._pipeline.put(
                Read(container.guild_id, container.container_id, reading.after)
            )
        return len(page) == PAGE

    async def _stored_ahead(self, reading: _Reading) -> frozenset[int]:
        container = reading.container
        return frozenset(
            await self._store.versions(
                container.guild_id,
                container.container_id,
                reading.after + 1,
                container.last_message_id,
            )
        )

    def _discard_gone(self, reading: _Reading, page: Sequence[int]) -> None:
        """Forget what this page should hold, and does not."""
        end = page[-1] if len(page) == PAGE else reading.container.last_message_id
        passed = {message_id for message_id in reading.ahead if message_id <= end}
        self._pipeline.discard(reading.container.guild_id, passed.difference(page))
        reading.ahead -= passed

    async def _finish(self, reading: _Reading) -> None:
        container = reading.container
        if reading.again:
            reading.again = False
            reading.generation = self._progress.hold(container.guild_id, container.container_id)
            reading.after = self._start(container)
            reading.behind = True
            self._next_turn(container.container_id)
            return
        del self._readings[container.container_id]
        ended = CaughtUp(container.guild_id, container.container_id, reading.generation)
        await self._pipeline.put(ended)
        if not self._readings:
            self._done.set()

    async def _reconcile(self, container: Container) -> None:
        """Follow edits and deletions of the newest known messages that nobody reported."""
        watermark = self._progress.watermark(container.container_id)
        if watermark is None:
            return
        page = {item.message_id: item for item in await self._history.up_to(container, watermark)}
        first = min(page) if len(page) == PAGE else 0
        known = await self._store.versions(
            container.guild_id, container.container_id, first, watermark
        )
        self._pipeline.discard(container.guild_id, known.keys() - page.keys())
        for message_id, edited_at in known.items():
            item = page.get(message_id)
            if item is not None and _milliseconds(item.edited_at) != _milliseconds(edited_at):
                await self._pipeline.put(item)


def _milliseconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp() * 1000)
