"""Guilds that the bot left: what is kept of them waits for a while, then goes.

Who throws a bot out by mistake gets everything back by inviting it again in time. What was written
meanwhile is never read: nobody could see then that a bot would.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.clock import Clock, snowflake_at
from bot.pipeline import Pipeline
from bot.roster import Roster
from storage.records import GuildSettings
from storage.store import Store

log = logging.getLogger(__name__)


class Leaving:
    """Marks, welcomes back, and deletes.

    Args:
        store: What is kept.
        roster: Who is listened to.
        pipeline: Holds what is still on its way.
        clock: Tells the time.
        grace: How long a guild may come back; nothing deletes at once.
    """

    def __init__(
        self, store: Store, roster: Roster, pipeline: Pipeline, clock: Clock, grace: timedelta
    ) -> None:
        self._store = store
        self._roster = roster
        self._pipeline = pipeline
        self._clock = clock
        self._grace = grace

    async def left(self, guild_id: int) -> None:
        """The bot is not in a guild any more: stop everything there, and begin to wait.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        self._pipeline.leave_guild(guild_id)
        settings = await self._store.settings(guild_id)
        if settings is None:
            await self._pipeline.forget_guild(guild_id)  # nobody ever set it up
        elif not self._grace:
            await self.forget(guild_id)
        elif settings.left_at is None:
            now = self._clock.now()
            await self._roster.change(guild_id, lambda found: replace(found, left_at=now))
            log.info(
                "the bot left guild %d; its data is deleted on %s", guild_id, now + self._grace
            )

    async def present(self, guild_ids: Iterable[int]) -> None:
        """The bot is in these guilds: those that were marked as left are back.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        for guild_id in guild_ids:
            settings = self._roster.settings(guild_id)
            if settings is not None and settings.left_at is not None:
                self._pipeline.welcome_guild(guild_id)
                since = snowflake_at(self._clock.now())
                await self._roster.change(guild_id, partial(_back, since=since))
                log.info("the bot is back in guild %d, in time", guild_id)

    def missing(self, guild_ids: Iterable[int], shard_id: int, shard_count: int) -> list[int]:
        """Return the guilds of a shard that are kept, and that Discord did not name.

        Args:
            guild_ids: All that Discord named, also those with an outage.
            shard_id: The shard that is ready.
            shard_count: How many there are.
        """
        named = set(guild_ids)
        return [
            settings.guild_id
            for settings in self._roster.guilds()
            if settings.guild_id not in named
            and (settings.guild_id >> 22) % shard_count == shard_id
        ]

    def is_over(self, settings: GuildSettings) -> bool:
        """Tell whether a guild was left so long ago that its data must go."""
        return settings.left_at is not None and settings.left_at + self._grace <= self._clock.now()

    async def forget(self, guild_id: int) -> None:
        """Delete everything of a guild but its opt-outs, without a trace in our own files.

        Raises:
            StoreUnavailable: The store does not answer; what is left is tried again.
        """
        count = await self._pipeline.forget_guild(guild_id)
        await self._roster.forget_guild(guild_id)
        await self._store.scrub()
        log.info("guild %d was left; %d records were deleted", guild_id, count)


def _back(settings: GuildSettings, since: int) -> GuildSettings:
    channels = tuple(replace(each, since=max(each.since, since)) for each in settings.channels)
    return replace(settings, left_at=None, channels=channels)
