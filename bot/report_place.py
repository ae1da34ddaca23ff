"""Where planned reports go, and what stands in their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import discord

from bot.delivery import Place
from storage.records import GuildSettings

LOOK_AGAIN: Final = timedelta(hours=1)
"""How long a channel that Discord did not show stays looked for in memory only."""

THREAD: Final = "send_messages_in_threads"
CHANNEL: Final = "send_messages"


class Trouble(StrEnum):
    """Why a report cannot be posted."""

    GONE = "gone"
    CLOSED = "closed"
    ARCHIVED = "archived"
    REFUSED = "refused"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of a report.

    Attributes:
        trouble: Which kind.
        permissions: What the bot lacks, as keys of ``bot.command_errors.PERMISSION_NAMES``.
    """

    trouble: Trouble
    permissions: tuple[str, ...] = ()


class Places:
    """Finds the report channel of a guild; asks Discord for what is not in memory, seldom."""

    def __init__(self) -> None:
        self._absent: dict[int, tuple[datetime, Obstacle]] = {}

    async def find(
        self, client: discord.Client, settings: GuildSettings, now: datetime
    ) -> Place | Obstacle | None:
        """Return where to post, or why not; ``None`` while the guild is away for a moment.

        Raises:
            discord.HTTPException: Discord does not answer as it should.
        """
        guild = client.get_guild(settings.guild_id)
        channel_id = settings.report.channel_id
        if guild is None or guild.unavailable or channel_id is None:
            return None
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:
            return await self._fetched(guild, channel_id, now)
        self._absent.pop(channel_id, None)
        return _usable(channel)

    async def _fetched(
        self, guild: discord.Guild, channel_id: int, now: datetime
    ) -> Place | Obstacle:
        looked, known = self._absent.get(channel_id, (now - LOOK_AGAIN, Obstacle(Trouble.GONE)))
        if now - looked < LOOK_AGAIN:
            return known
        try:
            # A thread that was archived is in nobody's memory, but still there.
            found = _usable(await guild.fetch_channel(channel_id))
        except (discord.NotFound, discord.InvalidData):
            found = Obstacle(Trouble.GONE)
        except discord.Forbidden:
            found = Obstacle(Trouble.CLOSED, ("view_channel",))
        if isinstance(found, Obstacle):
            self._absent[channel_id] = (now, found)
        return found


def _usable(channel: discord.abc.GuildChannel | discord.Thread) -> Place | Obstacle:
    if not isinstance(channel, Place):
        return Obstacle(Trouble.GONE)
    if isinstance(channel, discord.Thread) and channel.parent is None:
        # What holds in a thread is decided by a channel that the bot does not see.
        return Obstacle(Trouble.CLOSED, ("view_channel",))
    may = channel.permissions_for(channel.guild.me)
    sending = THREAD if isinstance(channel, discord.Thread) else CHANNEL
    missing = tuple(name for name in ("view_channel", sending) if not getattr(may, name))
    if missing:
        return Obstacle(Trouble.CLOSED, missing)
    # Posting opens an archived thread again, unless moderators have locked it.
    if (
        isinstance(channel, discord.Thread)
        and channel.locked
        and (channel.archived or not may.manage_threads)
    ):
        return Obstacle(Trouble.ARCHIVED, ("manage_threads",))
    return channel
