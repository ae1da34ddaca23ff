"""Notices from before more was done with messages: changed, so that members can read of it."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.cogs.listening import Listening


class RenewedNoticesCog(commands.Cog):
    """Renews the notices of each guild once; only added where ``Practice.unusual`` holds."""

    def __init__(self, client: discord.Client, listening: Listening) -> None:
        self._client = client
        self._listening = listening
        self._renewed: set[int] = set()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Renew the notices of a shard."""
        for guild in self._client.guilds:
            if guild.shard_id == shard_id:
                await self._renew(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Renew the notices of a guild that could not be reached before."""
        await self._renew(guild)

    async def _renew(self, guild: discord.Guild) -> None:
        if guild.id not in self._renewed:
            self._renewed.add(guild.id)
            await self._listening.renew(guild)
