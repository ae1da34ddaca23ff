"""The names that a guild's report may give its channels."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from storage.records import GuildSettings


def channel_names(guild: discord.Guild, settings: GuildSettings) -> Mapping[int, str | None]:
    """Return the name of every channel of a guild, by id.

    ``None`` stands for one that somebody who reads the report channel may not see: some role sees
    the report channel and not this one.
    """
    report = guild.get_channel(settings.report.channel_id or 0)
    return {
        channel.id: channel.name if _known(channel, report, guild) else None
        for channel in guild.channels
        if not isinstance(channel, discord.CategoryChannel)
    }


def _known(
    channel: discord.abc.GuildChannel, report: discord.abc.GuildChannel | None, guild: discord.Guild
) -> bool:
    if channel.permissions_for(guild.default_role).view_channel:
        return True
    readers = [] if report is None else [role for role in guild.roles if _sees(role, report)]
    return bool(readers) and all(_sees(role, channel) for role in readers)


def _sees(role: discord.Role, channel: discord.abc.GuildChannel) -> bool:
    return channel.permissions_for(role).view_channel
