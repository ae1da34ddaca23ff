"""The welcome: once in the life of a server with the bot, to whoever can set the bot up.

That it was said is a claim in the store beside those of reports: several processes say it together
once, and a restart says nothing again. A server that was set up already needs none.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import aiohttp
import discord
from discord.ext import commands

from bot.cogs.listening import default_settings
from bot.i18n import phrases_in
from bot.services import Services
from bot.views.welcome import direct_welcome, welcome
from storage.claims import WELCOME
from storage.errors import StoreUnavailable
from storage.records import ClaimState

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
PATIENCE: Final = 60.0
"""Seconds after which a welcome that Discord does not take waits for the next start."""

_AUDITED: Final = 20
"""How many added bots are looked through for this one; it was added just now."""

_FAILURES: Final = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)
_FOR_GOOD: Final = (discord.Forbidden, discord.NotFound)
_NOBODY: Final = discord.AllowedMentions.none()

Place = discord.TextChannel | discord.Object
"""A channel, or a user who gets a direct message."""


class WelcomeCog(commands.Cog):
    """Welcomes servers that the bot joins, also those that it joined while it was away."""

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._services = services
        self._owner = secrets.token_hex(8)
        self._seen: set[int] = set()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Welcome a server."""
        self._seen.discard(guild.id)
        await self._greet(guild)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Welcome the servers that were joined while the bot was away."""
        for guild in list(self._client.guilds):
            if guild.shard_id == shard_id:
                await self._greet(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Welcome a server that could not be reached before."""
        await self._greet(guild)

    async def _greet(self, guild: discord.Guild) -> None:
        known = self._services.roster.settings(guild.id) is not None
        if known or guild.unavailable or guild.id in self._seen:
            return
        self._seen.add(guild.id)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._greet_once(guild)
        except (StoreUnavailable, TimeoutError) as error:
            self._seen.discard(guild.id)
            logger.warning("the welcome of guild %d waits: %s", guild.id, type(error).__name__)

    async def _greet_once(self, guild: discord.Guild) -> None:
        store, now = self._services.store, self._services.clock.now()
        claim = await store.claim_report(guild.id, WELCOME, self._owner, now=now, until=now + LEASE)
        if claim is None:
            return
        message, refused = await self._said(guild)
        if message is None and not refused:
            self._seen.discard(guild.id)
            await store.release_report(claim)
            return
        done = replace(claim, state=ClaimState.SKIPPED)
        if message is not None:
            place = (message.channel.id, message.id)
            done = replace(claim, state=ClaimState.POSTED, channel_id=place[0], message_id=place[1])
        await store.finish_report(done)
        told = "nobody could be told" if message is None else "welcomed"
        logger.info("guild %d: %s", guild.id, told)

    async def _said(self, guild: discord.Guild) -> tuple[discord.Message | None, bool]:
        """Say it at the first place that takes it.

        Returns:
            The message, and whether every place refused it for good.
        """
        refused = True
        async for place in _places(guild):
            try:
                return await self._sent(guild, place), False
            except _FAILURES as error:
                logger.info("guild %d: not welcomed there: %s", guild.id, type(error).__name__)
                refused = refused and isinstance(error, _FOR_GOOD)
        return None, refused

    async def _sent(self, guild: discord.Guild, place: Place) -> discord.Message:
        say = phrases_in(default_settings(guild, self._services).language)
        if isinstance(place, discord.TextChannel):
            return await place.send(view=welcome(say), allowed_mentions=_NOBODY)
        channel = await self._client.create_dm(place)
        view = direct_welcome(guild.name, _address(guild), say)
        return await channel.send(view=view, allowed_mentions=_NOBODY)


async def _places(guild: discord.Guild) -> AsyncIterator[Place]:
    """Yield where to say it: whoever added the bot, then the server itself, then its owner."""
    adder = await _adder(guild)
    if adder is not None:
        yield adder
    for channel in _channels(guild):
        yield channel
    if guild.owner_id is not None:
        yield discord.Object(guild.owner_id)


async def _adder(guild: discord.Guild) -> discord.Object | None:
    """Return who added the bot, where its permissions let it know."""
    if not guild.me.guild_permissions.view_audit_log:
        return None
    try:
        async for entry in guild.audit_logs(limit=_AUDITED, action=discord.AuditLogAction.bot_add):
            about = getattr(entry.target, "id", None)
            if about == guild.me.id and entry.user_id is not None:
                return discord.Object(entry.user_id)
    except _FAILURES as error:
        logger.info("guild %d: no audit log: %s", guild.id, type(error).__name__)
    return None


def _channels(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Yield the channels for such news, then the first one that takes a message: at most three."""
    wanted = [guild.public_updates_channel, guild.system_channel]
    writable = [each for each in guild.text_channels if _may_write(each) and each not in wanted]
    for channel in dict.fromkeys([*wanted, *writable[:1]]):
        if channel is not None and _may_write(channel):
            yield channel


def _may_write(channel: discord.TextChannel) -> bool:
    may = channel.permissions_for(channel.guild.me)
    return may.view_channel and may.send_messages


def _address(guild: discord.Guild) -> str:
    """Return a link to a channel in which `/setup` can be typed, or to the server."""
    seen = (
        each
        for each in (guild.system_channel, *guild.text_channels)
        if each is not None and each.permissions_for(guild.default_role).view_channel
    )
    channel = next(seen, None)
    return channel.jump_url if channel else f"https://discord.com/channels/{guild.id}"
