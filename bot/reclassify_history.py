"""Discord's history over REST alone: no gateway session, so that a bot that runs is not disturbed.

One request at a time. Discord counts the requests of a token together, and the client waits where
Discord asks it to.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, TypeVar

import discord

from bot.backoff import Backoff
from bot.catchup import TRANSIENT
from bot.errors import StartFailed, TokenRefused
from bot.history import Container, History
from bot.incoming import Incoming
from bot.pictures.attachments import readers
from bot.retro.ownership import written_text

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS: Final = 5
"""Tries of a request; the client itself tries each a few times when Discord has trouble."""

FIRST_PAUSE: Final = 1.0
"""Seconds before the second try."""

NOT_ANSWERING: Final = "Discord does not answer; run it again, and it goes on where it stopped"

_UNKNOWN_MESSAGE: Final = 10008
"""Discord's error code for a message that is not there."""

_Parent = discord.TextChannel | discord.ForumChannel


class Unreadable(Exception):
    """A channel or thread is gone, or closed to the bot."""


class PastMessages:
    """Reads containers and pages of a client that is logged in, be it connected or not."""

    def __init__(self, client: discord.Client, *, pictures: bool = False) -> None:
        """Take a client that is logged in.

        Args:
            client: Who asks.
            pictures: Whether to note where the pictures of messages are.
        """
        self._client = client
        read = readers(pictures=pictures).message

        def known(message: discord.Message, guild_id: int) -> Incoming:
            # Only what has a record is asked for. One by a webhook is a post that the bot made
            # for a member (`/retro write`).
            item = read(message, guild_id)
            return item if item.text is not None else item._replace(text=written_text(message))

        self._history = History(client, known)

    async def containers(self, guild_id: int, channel_id: int, since: datetime) -> list[Container]:
        """Return a channel and its threads, without those that were archived before ``since``.

        Raises:
            Unreadable: The channel is gone or closed.
            StartFailed: Discord does not answer.
        """
        return await self._asked(lambda: self._containers(guild_id, channel_id, since))

    async def page(self, container: Container, first_id: int) -> list[Incoming]:
        """Return the page of messages from an id on, oldest first.

        Raises:
            Unreadable: The container is gone or closed.
            StartFailed: Discord does not answer.
        """
        page = await self._asked(lambda: self._history.after(container, first_id - 1))
        if not page:
            await self._asked(lambda: self._require_permission(container, first_id))
        return page

    async def _containers(self, guild_id: int, channel_id: int, since: datetime) -> list[Container]:
        channel = await self._client.fetch_channel(channel_id)
        found = [Container(guild_id, channel_id, None, 0)]
        if not isinstance(channel, _Parent) or channel.guild.id != guild_id:
            return found
        threads = [
            each for each in await channel.guild.active_threads() if each.parent_id == channel_id
        ]
        async for thread in channel.archived_threads(limit=None):
            if thread.archive_timestamp < since:
                break
            threads.append(thread)
        return found + [Container(guild_id, channel_id, each.id, 0) for each in threads]

    async def _require_permission(self, container: Container, message_id: int) -> None:
        """Make sure that an empty page means what it says.

        Discord gives an empty one, and no error, to a bot that may not read the history ("Get
        Channel Messages" in its documentation), but refuses it a single message.
        """
        place = self._client.get_partial_messageable(
            container.container_id, guild_id=container.guild_id
        )
        try:
            await place.fetch_message(message_id)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
        else:
            # It was written, or became readable, just now; the next run finds it.
            raise Unreadable

    async def _asked(self, request: Callable[[], Awaitable[T]]) -> T:
        backoff = Backoff(FIRST_PAUSE)
        for _ in range(ATTEMPTS):
            try:
                return await request()
            except (discord.Forbidden, discord.NotFound) as error:
                log.warning("a channel cannot be read: %s", error)
                raise Unreadable from error
            except TRANSIENT as error:
                log.warning("reading a history failed (%s); trying again", error)
                await backoff.wait()
        raise StartFailed(NOT_ANSWERING)


@asynccontextmanager
async def logged_in(token: str) -> AsyncIterator[discord.Client]:
    """Log a client in that never connects to the gateway.

    Raises:
        TokenRefused: Discord does not know the token.
        StartFailed: Discord does not answer.
    """
    # No voice, so nobody needs to be told what voice would need.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    async with discord.Client(intents=discord.Intents(guilds=True), max_messages=None) as client:
        try:
            await client.login(token)
        except discord.LoginFailure as error:
            raise TokenRefused from error
        except TRANSIENT as error:
            msg = f"Discord cannot be reached: {type(error).__name__}"
            raise StartFailed(msg) from error
        yield client
