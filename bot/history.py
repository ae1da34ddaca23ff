"""Reading what was written before: containers of a guild, and pages of their messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from typing import Final, NamedTuple

import discord

from bot.incoming import Incoming, incoming_of

PAGE: Final = 100
"""Messages in one request of the history: the most that Discord gives."""

_Parent = discord.TextChannel | discord.ForumChannel
_Written = discord.TextChannel | discord.VoiceChannel | discord.StageChannel


class Container(NamedTuple):
    """A channel or a thread that holds messages."""

    guild_id: int
    channel_id: int
    thread_id: int | None
    last_message_id: int

    @property
    def container_id(self) -> int:
        """The snowflake under which Discord keeps the messages."""
        return self.channel_id if self.thread_id is None else self.thread_id


class History:
    """Asks one client for messages that did not come through the gateway."""

    def __init__(
        self,
        client: discord.Client,
        read: Callable[[discord.Message, int], Incoming] = incoming_of,
    ) -> None:
        self._client = client
        self._read = read

    def containers(self, guild_id: int, channel_id: int) -> list[Container]:
        """Return a monitored channel and its active threads, as far as the client knows them."""
        guild = self._client.get_guild(guild_id)
        channel = guild.get_channel(channel_id) if guild else None
        if guild is None or channel is None:
            return []
        found = []
        if isinstance(channel, _Written):
            found.append(Container(guild_id, channel_id, None, channel.last_message_id or 0))
        found += [_of_thread(each) for each in guild.threads if each.parent_id == channel_id]
        return found

    async def archived(
        self, guild_id: int, channel_id: int, since: datetime
    ) -> AsyncIterator[Container]:
        """Yield the threads of a channel that were archived after ``since``, newest first.

        Raises:
            discord.HTTPException: Discord refuses to list them.
        """
        channel = self._client.get_channel(channel_id)
        if not isinstance(channel, _Parent) or not self.readable(guild_id, channel_id):
            return
        async for thread in channel.archived_threads(limit=None):
            if thread.archive_timestamp < since:
                return
            yield _of_thread(thread)

    async def vanished(self, guild_id: int, channel_ids: Iterable[int]) -> list[int]:
        """Return the channels that were deleted while nobody listened.

        A channel that the client does not list is asked for: only one that Discord does not know
        any more counts, not one that was closed to the bot.

        Raises:
            discord.HTTPException: Discord does not answer.
        """
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return []
        unlisted = [each for each in channel_ids if guild.get_channel(each) is None]
        return [each for each in unlisted if not await self.exists(each)]

    async def exists(self, channel_id: int) -> bool:
        """Tell whether Discord knows a channel or a thread, open to the bot or not.

        Raises:
            discord.HTTPException: Discord does not answer.
        """
        try:
            await self._client.fetch_channel(channel_id)
        except discord.NotFound:
            return False
        except discord.Forbidden:
            return True
        return True

    def sees(self, guild_id: int) -> bool:
        """Tell whether the client is in a guild, and the guild has no outage."""
        guild = self._client.get_guild(guild_id)
        return guild is not None and not guild.unavailable

    def readable(self, guild_id: int, channel_id: int) -> bool:
        """Tell whether the bot may read the history of a channel and of its threads."""
        guild = self._client.get_guild(guild_id)
        channel = guild.get_channel(channel_id) if guild else None
        if guild is None or channel is None:
            return False
        allowed = channel.permissions_for(guild.me)
        return allowed.view_channel and allowed.read_message_history

    async def after(self, container: Container, message_id: int) -> list[Incoming]:
        """Return the page of messages right after one, oldest first.

        Raises:
            discord.HTTPException: Discord refuses, or the container is gone.
        """
        pages = self._messages(container).history(
            limit=PAGE, after=discord.Object(message_id), oldest_first=True
        )
        return await self._page(container, pages)

    async def up_to(self, container: Container, message_id: int) -> list[Incoming]:
        """Return the page of messages that ends with one, newest first.

        Raises:
            discord.HTTPException: Discord refuses, or the container is gone.
        """
        pages = self._messages(container).history(
            limit=PAGE, before=discord.Object(message_id + 1), oldest_first=False
        )
        return await self._page(container, pages)

    def _messages(self, container: Container) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(
            container.container_id, guild_id=container.guild_id
        )

    async def _page(
        self, container: Container, pages: AsyncIterator[discord.Message]
    ) -> list[Incoming]:
        page = [self._read(message, container.guild_id) async for message in pages]
        return [
            item._replace(channel_id=container.channel_id, thread_id=container.thread_id)
            for item in page
        ]


def _of_thread(thread: discord.Thread) -> Container:
    return Container(
        thread.guild.id, thread.parent_id, thread.id, thread.last_message_id or thread.id
    )
