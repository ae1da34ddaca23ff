"""The discord.py client: it connects, translates events into calls, and carries the commands."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final

import discord
from discord.ext import commands
from discord.ui.view import BaseView

from bot.backfill import Backfiller
from bot.backoff import until_stored
from bot.catchup import TRANSIENT, CatchUp
from bot.cogs import add_cogs
from bot.cogs.ear import Ear
from bot.cogs.mentions import CommandMentions
from bot.command_errors import NunchiTree
from bot.history import History
from bot.hot_path import take_messages
from bot.i18n import Translator
from bot.listener import Listener
from bot.patience import Patience
from bot.pictures.attachments import readers
from bot.progress import Progress
from bot.second_look import SecondLook
from bot.services import Services
from bot.unheard import Unheard

log = logging.getLogger(__name__)

READY_AFTER: Final = 1.0
"""Seconds without a further guild after which a session counts as ready (discord.py takes 2)."""


def intents() -> discord.Intents:
    """Return what the bot needs to see, and no more."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)


class NunchiClient(commands.AutoShardedBot):
    """One connection to Discord; the supervisor makes a new one when this one breaks."""

    def __init__(self, services: Services, progress: Progress) -> None:
        # No voice, so nobody needs to be told at every start what voice would need.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=NunchiTree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=READY_AFTER,
        )
        self.services = services
        self.unheard = Unheard()
        self.mentions = CommandMentions()
        read = readers(pictures=services.pictures is not None)
        self.history = History(self, read.message)
        self.catchup = CatchUp(
            self.history,
            services.store,
            services.pipeline,
            progress,
            services.roster,
            services.clock,
            concurrency=services.settings.catchup_concurrency,
            max_age=timedelta(days=services.settings.catchup_max_age_days),
        )
        self.backfill = Backfiller(
            self.history,
            services.store,
            services.pipeline,
            services.roster,
            services.clock,
            self.catchup,
        )
        self.listener = Listener(
            services.pipeline, self.catchup, progress, services.roster, read.message
        )
        self.second_look = SecondLook(
            self.history,
            services.store,
            services.pipeline,
            services.roster,
            services.clock,
            services.owner,
        )
        self.patience = Patience(services.pipeline.inbox)
        self.patience.slow_down(self)
        self.ear = Ear(self, services, services.companion) if services.companion else None
        take_messages(
            self, self.listener.message, read.payload, self.ear.hear if self.ear else None
        )
        self._background: set[asyncio.Task[None]] = set()
        self._ready_shards: set[int] = set()
        self._giving_up: asyncio.Task[None] | None = None
        services.roster.subscribe(self.catchup.request_new)

    async def setup_hook(self) -> None:
        """Add the commands and begin to close gaps."""
        await self.tree.set_translator(Translator())
        await add_cogs(self)
        self.mentions.learn(await self.tree.sync())
        self._keep(self.catchup.run(), "catch-up")
        self._keep(self.second_look.run(), "second look")
        self._keep(self.backfill.run(), "backfill")

    async def close(self) -> None:
        """Stop what belongs to this connection, then the connection."""
        self.services.roster.unsubscribe(self.catchup.request_new)
        self.services.reporter.detach(self)
        self.services.alerts.detach(self)
        self.services.prompts.detach(self)
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self.ear is not None:
            await self.ear.close()
        await super().close()

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in discord.py
        """Notice a new session at once instead of in a task: its first message comes next."""
        if event_name == "shard_connect":
            self._ready_shards.discard(args[0])
            self.listener.session_began(args[0], self.shard_count or 1)
        elif event_name == "shard_ready":
            self._ready_shards.add(args[0])
        elif event_name == "guild_available" and args[0].shard_id not in self._ready_shards:
            return  # part of a session that begins, whose guilds are looked at together
        elif event_name == "socket_event_type":
            return  # one for every message, and nobody listens
        super().dispatch(event_name, *args, **kwargs)

    def add_view(self, view: BaseView, *, message_id: int | None = None) -> None:
        """Listen to a view, and know that it is listened to."""
        self.unheard.learn_view(view)
        super().add_view(view, message_id=message_id)

    def add_dynamic_items(self, *items: type[discord.ui.DynamicItem[Any]]) -> None:
        """Listen to items by their patterns, and know that they are listened to."""
        self.unheard.learn_items(items)
        super().add_dynamic_items(*items)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer clicks that nothing listens to."""
        await self.unheard.answer(interaction)

    # Sessions

    async def on_shard_ready(self, shard_id: int) -> None:
        """Close the gap before a new session, in every guild of the shard."""
        log.info("shard %d is ready: %d guilds", shard_id, len(self.guilds))
        self._keep(self._missing(shard_id), "guilds that were left")
        for guild in self.guilds:
            if guild.shard_id == shard_id:
                self._keep(self._return_to(guild.id), f"gaps of guild {guild.id}")
        self.services.reporter.attach(self)
        self.services.alerts.attach(self)
        self.services.prompts.attach(self)
        self.services.schedule.scan_soon()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Close the gap that an outage of a guild left."""
        await until_stored("a look for gaps", self.catchup.request_guild, guild.id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Welcome a guild, also one that the bot was in before."""
        self.services.pipeline.welcome_guild(guild.id)
        await until_stored("a coming or going", self.services.leaving.present, [guild.id])
        await until_stored("a look for gaps", self.catchup.request_guild, guild.id)

    async def _missing(self, shard_id: int) -> None:
        """Notice the guilds that the bot was removed from while it was away."""
        named = [guild.id for guild in self.guilds]
        for guild_id in self.services.leaving.missing(named, shard_id, self.shard_count or 1):
            await until_stored("a coming or going", self.services.leaving.left, guild_id)

    async def _return_to(self, guild_id: int) -> None:
        await until_stored("a coming or going", self.services.leaving.present, [guild_id])
        await until_stored("a look for gaps", self.catchup.request_guild, guild_id)
        await until_stored("a backfill", self.backfill.resume, guild_id)
        settings = self.services.roster.settings(guild_id)
        known = [channel.channel_id for channel in settings.channels] if settings else []
        try:
            vanished = await self.history.vanished(guild_id, known)
        except TRANSIENT as error:
            log.warning("channels of guild %d cannot be looked up: %s", guild_id, error)
            return
        for channel_id in vanished:
            await until_stored("a deletion", self.listener.container_deleted, guild_id, channel_id)

    # Messages

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Follow an edit."""
        self.listener.edited(event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Follow a deletion."""
        self.listener.deleted(event.guild_id, {event.message_id})

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Follow a bulk deletion."""
        self.listener.deleted(event.guild_id, event.message_ids)

    # Channels and guilds

    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Watch a new thread."""
        self.listener.thread_created(thread)

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """Watch a thread that became visible."""
        self.listener.thread_created(thread)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Forget a deleted thread."""
        await until_stored(
            "a deletion", self.listener.container_deleted, event.guild_id, event.thread_id
        )

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Forget a deleted channel."""
        await until_stored(
            "a deletion", self.listener.container_deleted, channel.guild.id, channel.id
        )

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Let the grace of a guild begin that the bot was removed from."""
        await until_stored("a coming or going", self.services.leaving.left, guild.id)

    # Tasks

    def _keep(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed; the connection is made anew", task.get_name(), exc_info=error)
            # Not one of the tasks that closing ends.
            self._giving_up = self._giving_up or asyncio.create_task(self.close(), name="close")
