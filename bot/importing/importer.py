"""From an export to the store: the same filters, the same classifier and the same records as live.

It works beside a bot that runs, or without one. It writes no watermark, and a record with a later
edit stays. The place in the file is kept after the records before it, so that a run that was killed
goes on where it stopped; what it repeats is written over itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bot.clock import Clock, snowflake_at
from bot.importing.export_file import ExportFile, Origin, export_file, fingerprint
from bot.importing.exported import Place, incoming_of_export
from bot.importing.kept_place import KeptPlace, Left, Tally
from bot.importing.stream import Malformed
from bot.incoming import Incoming
from bot.judge import Judge
from bot.pipeline import UNCLASSIFIED, record_of
from bot.retro.reading import RetroReader
from bot.roster import Roster
from storage.records import Batch, MessageRecord
from storage.store import Store

BATCH: Final = 512
"""Messages that are read, judged and written together."""

LOOK_EVERY: Final = 10.0
"""Seconds after which opt-outs and settings are read again."""


class FileRefused(Exception):
    """Nothing is taken from a file; the message says why, to the operator."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for.

    Attributes:
        guild_id: Only files of this server.
        channel_ids: Only these channels, with their threads; empty for all.
        since: Only what was written from this moment on, aware.
        unmonitored: Take channels as well that the bot does not listen to.
        overlap: Take messages as well that the bot heard live, or was there to hear.
        dry_run: Only count.
    """

    guild_id: int | None = None
    channel_ids: frozenset[int] = frozenset()
    since: datetime | None = None
    unmonitored: bool = False
    overlap: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Messages that were read together, and the place after them."""

    items: Sequence[Incoming | None]
    position: int
    bytes_read: int
    trouble: str = ""


Watch = Callable[[int, Tally], None]
"""Told how many bytes of the file on disk were read, and what became of the messages so far."""


class Importer:
    """Takes one file after the other."""

    def __init__(
        self, store: Store, roster: Roster, judge: Judge, clock: Clock, wishes: Wishes
    ) -> None:
        self._store = store
        self._roster = roster
        self._judge = judge
        self._retro = RetroReader(judge, roster, store)
        self._clock = clock
        self._wishes = wishes
        self._looked = time.monotonic()
        self._done: list[tuple[int, str]] = []

    async def take(self, path: Path, watch: Watch) -> Tally:
        """Take the messages of a file from where the last run stopped.

        Raises:
            FileRefused: It is no export, or not of a place that is listened to.
            StoreUnavailable: The store does not answer; what is done is kept.
        """
        try:
            with export_file(path) as file:
                place = self._place(file.origin)
                reading = KeptPlace(self._store, place.guild_id, self._key(path), self._clock)
                if not self._wishes.dry_run:
                    await reading.load()
                if reading.position:
                    file.go_to(reading.position)
                if not reading.finished:
                    await self._take_all(file, place, reading, watch)
                watch(file.size, reading.tally)
        except OSError as error:
            raise FileRefused(f"it cannot be read: {error.strerror or error}") from error
        except Malformed as error:
            raise FileRefused(f"it is no export of DiscordChatExporter in JSON: {error}") from error
        self._done.append((place.guild_id, reading.key))
        return reading.tally

    async def forget_places(self) -> None:
        """Forget how far the files were read that were taken: the next run reads them anew."""
        if not self._wishes.dry_run:
            for guild_id, key in self._done:
                await self._store.end_reading(guild_id, key)

    # What is taken

    def _place(self, origin: Origin) -> Place:
        if origin.is_direct:
            raise FileRefused("direct messages are never measured")
        if origin.is_private:
            raise FileRefused("private threads are not imported: only invited members read them")
        if origin.is_thread and origin.parent_id is None:
            raise FileRefused("it is a thread, and does not say of which channel: export it anew")
        channel_id, thread_id = origin.channel_id, None
        if origin.is_thread and origin.parent_id is not None:
            channel_id, thread_id = origin.parent_id, origin.channel_id
        self._check(origin.guild_id, {channel_id, origin.channel_id}, channel_id)
        return Place(origin.guild_id, channel_id, thread_id)

    def _check(self, guild_id: int, named: set[int], channel_id: int) -> None:
        wishes = self._wishes
        if wishes.guild_id not in (None, guild_id):
            raise FileRefused(f"it is of another server: {guild_id}")
        settings = self._roster.settings(guild_id)
        if settings is None:
            raise FileRefused(f"the bot was never set up on its server: {guild_id}")
        if settings.left_at is not None:
            raise FileRefused(f"the bot is not on its server any more: {guild_id}")
        if wishes.channel_ids and not named & wishes.channel_ids:
            raise FileRefused("it is of another channel")
        if self._roster.since(guild_id, channel_id) is None and not wishes.unmonitored:
            raise FileRefused(
                f"the bot does not listen to its channel {channel_id}: add it by /monitor add, or "
                "take it all the same by --unmonitored, and tell its members"
            )

    def _bounds(self, place: Place) -> _Bounds:
        settings = self._roster.settings(place.guild_id)
        days = settings.retention_days if settings is not None else 0
        now, since = self._clock.now(), self._wishes.since
        heard = self._roster.since(place.guild_id, place.channel_id)
        latest = snowflake_at(now + timedelta(days=1))
        return _Bounds(
            snowflake_at(since) if since is not None else 0,
            snowflake_at(now - timedelta(days=days)),
            latest if self._wishes.overlap or heard is None else heard,
            latest,
        )

    # Reading, judging, writing

    async def _take_all(
        self, file: ExportFile, place: Place, progress: KeptPlace, watch: Watch
    ) -> None:
        messages = file.messages()
        ahead = asyncio.create_task(asyncio.to_thread(_next, messages, file, place))
        writing = asyncio.create_task(asyncio.sleep(0))
        try:
            while True:
                chunk = await ahead
                ended = len(chunk.items) < BATCH
                if not ended:
                    ahead = asyncio.create_task(asyncio.to_thread(_next, messages, file, place))
                records = await self._judged(chunk, place, progress.tally)
                await writing
                seen = progress.tally.copy()
                writing = asyncio.create_task(self._write(records, chunk, seen, progress, ended))
                watch(chunk.bytes_read, seen)
                if ended:
                    break
            await writing
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, writing, return_exceptions=True)

    async def _judged(self, chunk: _Chunk, place: Place, tally: Tally) -> list[MessageRecord]:
        await self._look_again()
        bounds = self._bounds(place)
        taken: list[Incoming] = []
        for item in chunk.items:
            left = self._left(item, bounds)
            if left is None and item is not None:
                taken.append(item)
            elif left is not None:
                tally.left[left.value] += 1
        tally.read += len(chunk.items)
        tally.taken += len(taken)
        tally.trouble = chunk.trouble
        if self._wishes.dry_run:
            return []
        predictions = await self._judge.predictions([item.text or "" for item in taken])
        tally.wordless += predictions.count(None)
        records = [
            record_of(item, self._author(item), prediction or UNCLASSIFIED)
            for item, prediction in zip(taken, predictions, strict=True)
        ]
        everything = [item for item in chunk.items if item is not None]
        sections = await self._retro.judged(await self._retro.pieces(everything, taken))
        return [
            replace(each, sections=sections[each.message_id])
            if each.message_id in sections
            else each
            for each in records
        ]

    def _left(self, item: Incoming | None, bounds: _Bounds) -> Left | None:
        if item is None:
            return Left.UNREADABLE
        if item.text is None:
            return Left.NOT_HUMAN
        left = bounds.left(item.message_id)
        if left is not None:
            return left
        accepted = self._roster.accepts(item.guild_id, self._author(item), item.message_id)
        return None if accepted else Left.REFUSED

    def _author(self, item: Incoming) -> bytes:
        return self._roster.author(item.guild_id, item.user_id)

    async def _write(
        self,
        records: Sequence[MessageRecord],
        chunk: _Chunk,
        tally: Tally,
        progress: KeptPlace,
        ended: bool,
    ) -> None:
        if self._wishes.dry_run:
            return
        if records:
            await self._store.apply(Batch(upserts=tuple(records)))
        await progress.reached(chunk.position, tally, ended=ended)

    async def _look_again(self) -> None:
        """Follow what members and administrators decide while this works.

        The store itself refuses who has opted out by then; this only spares the work.
        """
        if time.monotonic() - self._looked > LOOK_EVERY:
            await self._roster.load()
            self._looked = time.monotonic()

    def _key(self, path: Path) -> str:
        """Return the key under which the place is kept: of a file, and of what is taken of it."""
        wishes = self._wishes
        what = f"{wishes.since}|{wishes.overlap}|{wishes.unmonitored}|{sorted(wishes.channel_ids)}"
        digest = hashlib.blake2b(what.encode(), digest_size=4).hexdigest()
        return f"import:{fingerprint(path)}:{digest}"


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Snowflakes between which messages are taken."""

    earliest: int
    retained: int
    heard: int
    latest: int

    def left(self, message_id: int) -> Left | None:
        if message_id > self.latest:
            return Left.UNREADABLE
        if message_id < self.earliest:
            return Left.EARLIER
        if message_id < self.retained:
            return Left.EXPIRED
        return Left.HEARD if message_id > self.heard else None


def _next(messages: Iterator[Mapping[str, Any]], file: ExportFile, place: Place) -> _Chunk:
    """Read on; runs in a thread."""
    items: list[Incoming | None] = []
    trouble = ""
    try:
        items.extend(incoming_of_export(message, place) for message in islice(messages, BATCH))
    except Malformed as error:
        trouble = str(error)
    return _Chunk(items, file.position, file.bytes_read, trouble)
