"""From the gateway to the store: bounded queue, micro-batches, classify in a worker, one write."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.backoff import Backoff
from bot.clock import Clock, snowflake_at, snowflake_time
from bot.forgetting import Forgotten
from bot.inbox import Inbox
from bot.incoming import CaughtUp, Incoming, Item, Read, Stored
from bot.judge import Judge
from bot.pictures.viewer import PictureViewer
from bot.progress import Progress
from bot.retro.reading import RetroReader
from bot.roster import Roster
from classifiers.emotion import EMOTIONS
from classifiers.prediction import Prediction
from storage.errors import StoreUnavailable
from storage.personal_data import Erasure
from storage.records import NO_MODEL, Batch, Deletion, MessageRecord, Watermark
from storage.retrospectives import RetroSection
from storage.store import Store

log = logging.getLogger(__name__)

UNCLASSIFIED: Final = Prediction((math.nan,) * len(EMOTIONS), 0.0, "und", NO_MODEL)
"""Stands in records of messages that say nothing in words, such as a picture alone."""


BATCHES_AHEAD: Final = 2
"""Batches that wait for the writer: enough that a worker process always has the next one."""

DELETIONS_WAIT: Final = 1.0
"""Seconds that deletions wait for the batch before them to be classified."""


@dataclass(slots=True)
class Counters:
    """What went through, for health checks and the closing table of the demo."""

    received: int = 0
    stored: int = 0
    overflowed: int = 0
    retries: int = 0


@dataclass(slots=True)
class _Judged:
    """A batch between the two stages."""

    items: Sequence[Item]
    authors: dict[int, bytes] = field(default_factory=dict)
    predictions: dict[int, Prediction] = field(default_factory=dict)
    sections: dict[int, tuple[RetroSection, ...]] = field(default_factory=dict)


class Pipeline:
    """Two stages: batches are classified, a few ahead, while the one before is written.

    They are written in the order in which their messages came.
    """

    def __init__(
        self,
        store: Store,
        judge: Judge,
        roster: Roster,
        progress: Progress,
        clock: Clock,
        *,
        queue_size: int = 4096,
        batch_size: int = 256,
        batch_wait: float = 0.02,
    ) -> None:
        self.counters = Counters()
        self.inbox = Inbox(queue_size)
        self._store = store
        self._judge = judge
        self._pictures: PictureViewer | None = None
        self._retro: RetroReader | None = None
        self._roster = roster
        self._progress = progress
        self._clock = clock
        self._batch_size = batch_size
        self._batch_wait = batch_wait
        self._forgotten = Forgotten()
        self._deletions: dict[int, list[int]] = {}
        self._judging: asyncio.Queue[asyncio.Task[_Judged]] = asyncio.Queue(BATCHES_AHEAD)
        self._unfinished = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._writing = asyncio.Lock()

    def look_at_pictures(self, pictures: PictureViewer) -> None:
        """Let pictures count beside words; to be said before the first message."""
        self._pictures = pictures

    def read_retrospectives(self, retro: RetroReader) -> None:
        """Let sections of retrospectives be kept too; to be said before the first message."""
        self._retro = retro

    # What the client calls; none of these waits.

    def offer(self, item: Incoming) -> bool:
        """Take a live message; False when the queue is full and the message must be read again."""
        urgent = item.edited_at is not None
        if not self.inbox.offer(self._admitted(item), urgent=urgent):
            self.counters.overflowed += 1
            return False
        self._begin(1)
        return True

    def discard(self, guild_id: int, message_ids: Iterable[int]) -> None:
        """Forget deleted messages, also those still on their way."""
        ids = list(message_ids)
        if not ids:
            return
        self._forgotten.messages(ids)
        self._deletions.setdefault(guild_id, []).extend(ids)
        self._begin(0)
        self.inbox.wake()

    # What the history reader calls.

    async def put(self, item: Item) -> None:
        """Take an item of the history once there is room."""
        self._begin(1)
        if isinstance(item, Incoming):
            item = self._admitted(item)
        try:
            await self.inbox.put(item)
        except asyncio.CancelledError:
            self._finish(1)
            raise

    async def put_past(self, guild_id: int, container_id: int, items: Sequence[Incoming]) -> None:
        """Take messages of before the bot listened; return when they are stored.

        They move no watermark, and there are never more of one reader on the way than it gave here.
        """
        for item in items:
            await self.put(item._replace(past=True))
        told = asyncio.Event()
        await self.put(Stored(guild_id, container_id, told))
        await told.wait()

    # Forgetting more than a message; these wait for the write under way.

    async def forget_container(self, guild_id: int, container_id: int) -> int:
        """Forget a channel with its threads, or a thread; return the number of records."""
        self._forgotten.container(container_id)
        self._progress.forget(container_id)
        async with self._writing:
            return await self._store.delete_container(guild_id, container_id)

    async def forget_guild(self, guild_id: int) -> int:
        """Forget a guild that the bot has left; return the number of records."""
        self._forgotten.guild(guild_id)
        async with self._writing:
            return await self._store.delete_guild(guild_id)

    def leave_guild(self, guild_id: int) -> None:
        """Store nothing more of a guild that the bot has left."""
        self._forgotten.guild(guild_id)

    def welcome_guild(self, guild_id: int) -> None:
        """Measure a guild again that was forgotten in this process."""
        self._forgotten.joined(guild_id)

    async def erase_author(self, guild_id: int, author: bytes) -> Erasure:
        """Forget all that is kept of an author until now; return what that was."""
        now = self._clock.now()
        self._forgotten.author(guild_id, author, snowflake_at(now))
        async with self._writing:
            return await self._store.erase_author(guild_id, author, until=now, at=now)

    async def forget_unconsented(self, guild_id: int) -> int:
        """Forget what was written without the consent that a guild asks for; return the count."""
        async with self._writing:
            return await self._store.delete_unconsented(guild_id)

    # Life

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as stages:
            stages.create_task(self._classify_forever(stages), name="classify")
            stages.create_task(self._write_forever(), name="write")

    async def drained(self) -> None:
        """Return when everything taken so far is stored."""
        await self._idle.wait()

    def _begin(self, items: int) -> None:
        self._unfinished += items
        self._idle.clear()

    def _finish(self, items: int) -> None:
        self._unfinished -= items
        if self._unfinished == 0 and not self._deletions:
            self._idle.set()

    # First stage

    async def _classify_forever(self, stages: asyncio.TaskGroup) -> None:
        while True:
            items = await self.inbox.take(self._batch_size, self._batch_wait)
            await self._judging.put(stages.create_task(self._classify(items)))

    async def _classify(self, items: Sequence[Item]) -> _Judged:
        judged = _Judged(items)
        wanted: list[Incoming] = []
        for item in items:
            if isinstance(item, Incoming) and item.text is not None:
                author = self._roster.author(item.guild_id, item.user_id)
                judged.authors[item.message_id] = author
                if self._accepts(item, author):
                    wanted.append(item)
        pieces = await self._retro.pieces(items, wanted) if self._retro is not None else []
        predictions = await self._judge.predictions([item.text or "" for item in wanted])
        if self._retro is not None and pieces:
            judged.sections = await self._retro.judged(pieces)
        if self._pictures is not None:

            def accepted(item: Incoming) -> bool:
                return self._accepts(item, judged.authors[item.message_id])

            predictions = await self._pictures.added(wanted, predictions, accepted)
        for item, prediction in zip(wanted, predictions, strict=True):
            judged.predictions[item.message_id] = prediction or UNCLASSIFIED
        return judged

    def _admitted(self, item: Incoming) -> Incoming:
        """Return a message without its text when its author must not be measured.

        It only moves the watermark then, and the text travels no further than to this door.
        """
        if item.text is None:
            return item
        author = self._roster.author(item.guild_id, item.user_id)
        if self._roster.accepts(item.guild_id, author, item.message_id):
            return item
        return item._replace(text=None, pictures=())

    def _accepts(self, item: Incoming, author: bytes) -> bool:
        return (
            self._roster.monitors(item.channel_id)
            and self._roster.accepts(item.guild_id, author, item.message_id)
            and not self._forgotten.covers(item, author)
        )

    # Second stage

    async def _write_forever(self) -> None:
        while True:
            classifying = await self._judging.get()
            # A classifier may be away for hours; what was deleted meanwhile must go all the same.
            while not classifying.done():
                await asyncio.wait({classifying}, timeout=DELETIONS_WAIT)
                if self._deletions and not classifying.done():
                    await self._write(_Judged(()))
            judged = await classifying
            await self._write(judged)
            _tell(judged.items)
            self._finish(len(judged.items))

    async def _write(self, judged: _Judged) -> None:
        backoff = Backoff()
        deletions = self._take_deletions()
        watermarks = self._watermarks(judged)
        while not await self._written(judged, deletions, watermarks):
            self.counters.retries += 1
            await backoff.wait()

    async def _written(
        self,
        judged: _Judged,
        deletions: tuple[Deletion, ...],
        watermarks: tuple[Watermark, ...],
    ) -> bool:
        async with self._writing:
            # Built anew for each try: somebody may have opted out, or deleted, in the meantime.
            batch = Batch(self._records(judged), deletions, watermarks)
            try:
                self.counters.stored += await self._store.apply(batch)
            except StoreUnavailable as error:
                log.warning("the store does not answer (%s); trying again", error)
                return False
            return True

    def _take_deletions(self) -> tuple[Deletion, ...]:
        taken, self._deletions = self._deletions, {}
        return tuple(Deletion(guild_id, tuple(ids)) for guild_id, ids in taken.items())

    def _records(self, judged: _Judged) -> tuple[MessageRecord, ...]:
        records: list[MessageRecord] = []
        for item in judged.items:
            if not isinstance(item, Incoming) or item.message_id not in judged.predictions:
                continue
            author = judged.authors[item.message_id]
            if self._accepts(item, author):
                record = record_of(item, author, judged.predictions[item.message_id])
                sections = judged.sections.get(item.message_id)
                records.append(replace(record, sections=sections) if sections else record)
        return tuple(records)

    def _watermarks(self, judged: _Judged) -> tuple[Watermark, ...]:
        raised: dict[tuple[int, int], int] = {}
        for item in judged.items:
            watermark = self._advance(item)
            if watermark is not None and self._roster.settings(item.guild_id) is not None:
                raised[item.guild_id, item.container_id] = watermark
        return tuple(Watermark(*key, message_id) for key, message_id in raised.items())

    def _advance(self, item: Item) -> int | None:
        if isinstance(item, Read):
            return self._progress.read(item.container_id, item.message_id)
        if isinstance(item, CaughtUp):
            return self._progress.close_gap(item.container_id, item.generation)
        if isinstance(item, Stored) or item.past:
            return None
        return self._progress.stored_live(item.container_id, item.message_id)


def _tell(items: Iterable[Item]) -> None:
    for item in items:
        if isinstance(item, Stored):
            item.told.set()


def record_of(item: Incoming, author: bytes, prediction: Prediction) -> MessageRecord:
    """Return what is kept of a message: everything but its text."""
    return MessageRecord(
        item.message_id,
        item.guild_id,
        item.channel_id,
        item.thread_id,
        author,
        snowflake_time(item.message_id),
        item.edited_at,
        prediction.language,
        prediction.probabilities,
        prediction.valence,
        prediction.model,
    )
