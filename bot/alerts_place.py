"""Where alerts go, and whether they may: into a channel that the bot can use and not all read."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.i18n import Phrases
from bot.views import alerts as views


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why no alert can be sent into a channel.

    Attributes:
        channel_id: Discord snowflake.
        public: Whether it is that everybody can read it; else the bot cannot write there.
    """

    channel_id: int
    public: bool

    def said(self, say: Phrases) -> str:
        """Return it in words."""
        tell = views.public if self.public else views.unreachable
        return tell(self.channel_id, say)


def obstacle_in(guild: discord.Guild, channel_id: int) -> Obstacle | None:
    """Return why no alert can be sent into a channel, or ``None`` when it can."""
    channel = guild.get_channel(channel_id)
    if not isinstance(channel, discord.TextChannel):
        return Obstacle(channel_id, public=False)
    if channel.permissions_for(guild.default_role).view_channel:
        return Obstacle(channel_id, public=True)
    may = channel.permissions_for(guild.me)
    able = may.view_channel and may.send_messages
    return None if able else Obstacle(channel_id, public=False)
