"""Reading what was written before the bot listened to a channel, at the wish of its managers.

It takes the way of every message, behind the live ones: gaps are closed first, pages wait for room
in the queue, one channel has at most one page on the way and one request at a time. How far it is
stands in the store after the records before it, so that the next start goes on; what is repeated by
that is written over itself. No watermark moves: this is history, not what was missed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import discord

from bot.backoff import Backoff, until_stored
from bot.catchup import TRANSIENT, CatchUp
from bot.clock import Clock, snowflake_at, snowflake_time
from bot.history import PAGE, Container, History
from bot.pipeline import Pipeline
from bot.roster import Roster
from storage.errors import StoreUnavailable
from storage.readings import Reading
from storage.store import Store

log = logging.getLogger(__name__)

PREFIX: Final = "backfill:"
"""Begins the keys of these readings in the store."""

CONCURRENCY: Final = 2
"""Channels that are read at once, of all servers together; the others wait for their turn."""


class State(StrEnum):
    """How a backfill goes."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True)
class Place:
    """What is read, and how far it is: this is kept.

    Attributes:
        guild_id: Discord snowflake.
        channel_id: The monitored channel; its threads are part of it.
        since: Messages with an id above this are read.
        until: Messages with an id of at most this are read: what came later was heard live.
        container_id: The channel or thread that is being read; 0 before the first one.
        after: The last message of it that is stored.
        read: Messages that were read.
        language: Of the progress that is posted.
        asked_in: The channel in which somebody asked for it.
        message_id: The post there that shows the progress, if there is one.
    """

    guild_id: int
    channel_id: int
    since: int
    until: int
    container_id: int = 0
    after: int = 0
    read: int = 0
    language: str = "en"
    asked_in: int = 0
    message_id: int = 0


@dataclass(slots=True, eq=False)
class Backfill:
    """A reading under way.

    Attributes:
        place: How far it is.
        state: How it goes.
        containers: The channel and its threads, of which ``index`` are done.
        first: The first message that is there to be read in the present one; 0 until it is known.
        last: The last one.
        changed: Set whenever one of these changed.
    """

    place: Place
    state: State = State.WAITING
    containers: int = 1
    index: int = 0
    first: int = 0
    last: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ended(self) -> bool:
        """Whether nothing will be read any more."""
        return self.state not in (State.WAITING, State.READING)

    @property
    def share(self) -> float:
        """How much of it is done, in [0, 1], by the time that was passed in each container."""
        if self.state is State.DONE:
            return 1.0
        span = max(1, self.last - self.first)
        passed = max(0, self.place.after - self.first) / span if self.first else 0.0
        return min(0.99, (self.index + min(1.0, passed)) / max(1, self.containers))

    def tell(self) -> None:
        """Let those who watch look again."""
        self.changed.set()
        self.changed = asyncio.Event()


class Backfiller:
    """Reads histories for one client; it begins and ends with it."""

    def __init__(
        self,
        history: History,
        store: Store,
        pipeline: Pipeline,
        roster: Roster,
        clock: Clock,
        catchup: CatchUp,
    ) -> None:
        self._history = history
        self._store = store
        self._pipeline = pipeline
        self._roster = roster
        self._clock = clock
        self._catchup = catchup
        self._room = asyncio.Semaphore(CONCURRENCY)
        self._running: dict[int, tuple[Backfill, asyncio.Task[None]]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._watchers: list[Callable[[Backfill], None]] = []

    # What commands ask for

    def running(self, channel_id: int) -> Backfill | None:
        """Return what is being read of a channel, or ``None``."""
        found = self._running.get(channel_id)
        return None if found is None else found[0]

    def earliest(self, guild_id: int, since: datetime) -> datetime:
        """Return the moment from which on anything is kept, or a later one that is asked for."""
        settings = self._roster.settings(guild_id)
        days = settings.retention_days if settings is not None else 0
        return max(since, self._clock.now() - timedelta(days=days))

    def until(self, guild_id: int, channel_id: int) -> int | None:
        """Return the snowflake at which listening to a channel began; ``None`` if it did not.

        The last message of before may be much older, and threads may hold later ones.
        """
        settings = self._roster.settings(guild_id)
        for channel in settings.channels if settings is not None else ():
            if channel.channel_id == channel_id:
                return max(channel.since, (channel.notice_id or 0) - 1)
        return None

    async def begin(
        self, guild_id: int, channel_id: int, since: datetime, *, language: str, asked_in: int
    ) -> Backfill | None:
        """Read a channel from a moment on, up to where listening began.

        Returns:
            ``None`` when it is not listened to, or is being read already.

        Raises:
            StoreUnavailable: Nothing was begun.
        """
        until = self.until(guild_id, channel_id)
        if until is None or channel_id in self._running:
            return None
        place = Place(
            guild_id,
            channel_id,
            snowflake_at(self.earliest(guild_id, since)),
            until,
            language=language,
            asked_in=asked_in,
        )
        await self._keep(place)
        return self._start(place)

    async def cancel(self, guild_id: int, channel_id: int) -> bool:
        """Stop reading a channel; return False when it was not being read.

        Raises:
            StoreUnavailable: It is stopped, but the next start would go on.
        """
        found = self._running.get(channel_id)
        if found is not None:
            backfill, task = found
            backfill.state = State.CANCELLED
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        ended = await self._store.end_reading(guild_id, f"{PREFIX}{channel_id}")
        return ended or found is not None

    async def resume(self, guild_id: int) -> None:
        """Go on with what an earlier process began.

        Raises:
            StoreUnavailable: The places cannot be read.
        """
        for reading in await self._store.readings(guild_id):
            if not reading.key.startswith(PREFIX):
                continue
            place = Place(**json.loads(reading.document))
            if place.channel_id not in self._running:
                backfill = self._start(place)
                for watcher in self._watchers:
                    watcher(backfill)

    def watch(self, watcher: Callable[[Backfill], None]) -> None:
        """Call ``watcher`` with everything that goes on after a start."""
        self._watchers.append(watcher)

    async def showed(self, backfill: Backfill, message_id: int) -> None:
        """Keep which post shows the progress.

        Raises:
            StoreUnavailable: It is not kept.
        """
        backfill.place = replace(backfill.place, message_id=message_id)
        if not backfill.ended:
            await self._keep(backfill.place)

    # Life

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            await asyncio.Event().wait()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Let something run as long as this does."""
        if self._tasks is None:
            msg = "run() comes before spawn()"
            raise RuntimeError(msg)
        return self._tasks.create_task(work, name=name)

    def _start(self, place: Place) -> Backfill:
        backfill = Backfill(place)
        task = self.spawn(self._work(backfill), f"backfill of channel {place.channel_id}")
        self._running[place.channel_id] = (backfill, task)
        return backfill

    async def _work(self, backfill: Backfill) -> None:
        channel_id = backfill.place.channel_id
        try:
            async with self._room:
                backfill.state = State.READING
                backfill.tell()
                backfill.state = await self._read_all(backfill)
            key = f"{PREFIX}{channel_id}"
            await until_stored(
                "the end of a backfill", self._store.end_reading, backfill.place.guild_id, key
            )
        finally:
            self._running.pop(channel_id, None)
            backfill.tell()
        log.info("backfill of channel %d ended: %s", channel_id, backfill.state)

    # Reading

    async def _read_all(self, backfill: Backfill) -> State:
        place = backfill.place
        if not self._history.readable(place.guild_id, place.channel_id):
            return State.UNREADABLE
        containers = await self._patiently(lambda: self._containers(place))
        if containers is None:
            return State.UNREADABLE
        backfill.containers = len(containers)
        for index, container in enumerate(containers):
            backfill.index = index
            # A thread is younger than its channel, so this is the order in which they are read.
            if container.container_id < place.container_id:
                continue
            if container.container_id > backfill.place.container_id:
                backfill.place = replace(
                    backfill.place, container_id=container.container_id, after=place.since
                )
            stopped = await self._read_container(backfill, container)
            if stopped is not None:
                return stopped
        return State.DONE

    async def _containers(self, place: Place) -> list[Container]:
        """Return the channel, and then its threads that were there by then, the oldest first."""
        found = {
            each.container_id: each
            for each in self._history.containers(place.guild_id, place.channel_id)
        }
        since = snowflake_time(place.since)
        async for each in self._history.archived(place.guild_id, place.channel_id, since):
            found[each.container_id] = each
        first = found.pop(place.channel_id, None)
        threads = sorted(
            (each for each in found.values() if each.container_id <= place.until),
            key=lambda each: each.container_id,
        )
        return ([first] if first is not None else []) + threads

    async def _read_container(self, backfill: Backfill, container: Container) -> State | None:
        """Read one container to its end; return why no other can be read, or ``None``."""
        backfill.first = 0
        backfill.last = min(container.last_message_id, backfill.place.until)
        more = container.last_message_id > backfill.place.since
        while more:
            if self._roster.since(container.guild_id, container.channel_id) is None:
                return State.UNHEARD
            # What is missing of the time since counts more than what was before.
            await self._catchup.finished()
            after = backfill.place.after
            page = await self._patiently(lambda at=after: self._history.after(container, at))  # type: ignore[misc]
            if page is None:
                # A thread may be gone, and the others can be read all the same.
                return State.UNREADABLE if container.thread_id is None else None
            until = backfill.place.until
            items = [item for item in page if item.message_id <= until]
            await self._pipeline.put_past(container.guild_id, container.container_id, items)
            more = len(page) == PAGE and len(items) == PAGE
            if items:
                backfill.first = backfill.first or items[0].message_id
                await self._reached(backfill, items[-1].message_id, len(items))
        return None

    async def _reached(self, backfill: Backfill, after: int, count: int) -> None:
        place = replace(backfill.place, after=after, read=backfill.place.read + count)
        backfill.place = place
        # Where the store does not answer, the next page keeps the place.
        with suppress(StoreUnavailable):
            await self._keep(place)
        backfill.tell()

    async def _patiently(self, request: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401
        """Ask until Discord answers; ``None`` where it refuses."""
        backoff = Backoff()
        while True:
            try:
                return await request()
            except (discord.Forbidden, discord.NotFound) as error:
                log.warning("a history cannot be read: HTTP %s, code %s", error.status, error.code)
                return None
            except TRANSIENT as error:
                log.warning("reading a history failed (%s); trying again", type(error).__name__)
                await backoff.wait()

    async def _keep(self, place: Place) -> None:
        key = f"{PREFIX}{place.channel_id}"
        document = json.dumps(asdict(place))
        await self._store.save_reading(Reading(place.guild_id, key, document, self._clock.now()))
