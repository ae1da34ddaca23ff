"""What to do with each event of the gateway. Nothing here waits in the path of a message."""

from __future__ import annotations

import logging
from collections.abc import Callable

import discord

from bot.catchup import CatchUp
from bot.history import Container
from bot.incoming import Incoming, incoming_of
from bot.pipeline import Pipeline
from bot.progress import Progress
from bot.roster import Roster

log = logging.getLogger(__name__)


class Listener:
    """Filters events down to the monitored channels and hands them to the pipeline."""

    def __init__(
        self,
        pipeline: Pipeline,
        catchup: CatchUp,
        progress: Progress,
        roster: Roster,
        read: Callable[[discord.Message, int], Incoming] = incoming_of,
    ) -> None:
        self._pipeline = pipeline
        self._catchup = catchup
        self._progress = progress
        self._roster = roster
        self._read = read

    def message(self, item: Incoming) -> None:
        """Take a new message when its channel is monitored."""
        if self._roster.monitors(item.channel_id):
            self._pipeline.counters.received += 1
            self._offer(item)

    def edited(self, event: discord.RawMessageUpdateEvent) -> None:
        """Judge an edited message again; updates that are no edits of the text are left alone."""
        message = event.message
        if event.guild_id is None or message.edited_at is None:
            return
        item = self._read(message, event.guild_id)
        if item.text is not None and self._roster.monitors(item.channel_id):
            self._offer(item)

    def _offer(self, item: Incoming) -> None:
        if not self._pipeline.offer(item):
            self._catchup.request(
                Container(item.guild_id, item.channel_id, item.thread_id, item.message_id),
                reconcile=item.edited_at is not None,
            )

    def deleted(self, guild_id: int | None, message_ids: set[int]) -> None:
        """Forget deleted messages."""
        if guild_id is not None and self._roster.settings(guild_id) is not None:
            self._pipeline.discard(guild_id, message_ids)

    def session_began(self, shard_id: int, shard_count: int) -> None:
        """A new session replays nothing: distrust what the shard serves until it is looked at."""
        self._progress.distrust(lambda guild_id: (guild_id >> 22) % shard_count == shard_id)

    def thread_created(self, thread: discord.Thread) -> None:
        """Watch a new thread from its first message on."""
        if self._roster.monitors(thread.parent_id):
            last = thread.last_message_id or thread.id
            self._catchup.request(Container(thread.guild.id, thread.parent_id, thread.id, last))

    async def container_deleted(self, guild_id: int, container_id: int) -> None:
        """Forget a deleted channel or thread, and stop listening to it.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        if self._roster.settings(guild_id) is None:
            return
        await self._roster.remove_channel(guild_id, container_id)
        count = await self._pipeline.forget_container(guild_id, container_id)
        log.info("channel %d was deleted, and %d records with it", container_id, count)
