"""Keeps every notice true: whatever changes what members must know changes what they read."""

from __future__ import annotations

import asyncio
import logging

import discord
from discord.ext import commands

from bot.backoff import Backoff
from bot.cogs.listening import Listening
from bot.roster import Roster
from storage.errors import StoreUnavailable

logger = logging.getLogger(__name__)


class RenewedNoticesCog(commands.Cog):
    """Renews the notices of a guild at the start, and after each change of its settings."""

    def __init__(self, client: discord.Client, roster: Roster, listening: Listening) -> None:
        self._client = client
        self._roster = roster
        self._listening = listening
        self._tasks: set[asyncio.Task[None]] = set()

    async def cog_load(self) -> None:
        """Hear of changes."""
        self._roster.watch(self._changed)

    async def cog_unload(self) -> None:
        """Hear of changes no more, and leave nothing running."""
        self._roster.unwatch(self._changed)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Renew the notices of a shard: what is done with messages may differ since last time."""
        for guild in self._client.guilds:
            if guild.shard_id == shard_id:
                self._changed(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Renew the notices of a guild that could not be reached before."""
        self._changed(guild.id)

    def _changed(self, guild_id: int) -> None:
        if self._listening.is_outdated(guild_id):
            task = asyncio.create_task(self._renew(guild_id), name=f"notices of guild {guild_id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _renew(self, guild_id: int) -> None:
        backoff = Backoff()
        while True:
            guild = self._client.get_guild(guild_id)
            if guild is None or guild.unavailable:
                return  # looked at again when it is there
            try:
                await self._listening.renew(guild)
            except StoreUnavailable as error:
                logger.warning("notices of guild %d wait for the store: %s", guild_id, error)
                await backoff.wait()
            else:
                return
