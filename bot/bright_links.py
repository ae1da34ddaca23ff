"""Which joyful messages a report may link to: those that all its readers can see anyway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

import aiohttp
import discord

from bot.roster import Roster
from reports.bright import MOST, BrightMoment, bright_moments, next_best
from reports.period import Week
from storage.packing import milliseconds
from storage.records import GuildSettings
from storage.store import Store

log = logging.getLogger(__name__)

TRIES: Final = 9
"""So many messages are looked at in Discord for one report."""

PATIENCE: Final = 30.0
"""Seconds after which looking is given up: a report does not wait for its links."""

_UNREACHED = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)

Watched = tuple[bool | None, bool | None]


class BrightLinks:
    """Finds the links of a report, just before it is posted.

    Args:
        store: What is kept, and who agreed.
        roster: Who has opted out, and which channels are listened to.
    """

    def __init__(self, store: Store, roster: Roster) -> None:
        self._store = store
        self._roster = roster

    async def find(
        self, guild: discord.Guild, settings: GuildSettings, week: Week, place_id: int
    ) -> tuple[str, ...]:
        """Return at most three links for a report that is about to stand in a channel or thread.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        place = _channel_of(guild.get_channel_or_thread(place_id))
        if place is None or not settings.report.bright:
            return ()
        moments = [
            each
            for each in await bright_moments(self._store, settings, week)
            if self._may_be_shown(guild, each, place)
        ]
        chosen: list[BrightMoment] = []
        try:
            async with asyncio.timeout(PATIENCE):
                for _ in range(TRIES):
                    moment = next_best(moments, chosen)
                    if moment is None or len(chosen) == MOST:
                        break
                    moments.remove(moment)
                    if await self._stands(guild, moment):
                        chosen.append(moment)
        except _UNREACHED as error:
            log.warning("guild %d: bright moments are left out: %s", guild.id, error)
            return ()
        return tuple(_link(guild, each) for each in chosen)

    def _may_be_shown(
        self, guild: discord.Guild, moment: BrightMoment, place: discord.abc.GuildChannel
    ) -> bool:
        if self._roster.refuses(guild.id, moment.author):
            return False
        if self._roster.since(guild.id, moment.channel_id) is None:
            return False
        container = guild.get_channel_or_thread(moment.container_id)
        if isinstance(container, discord.Thread) and container.is_private():
            return False
        source = _channel_of(container)
        return source is not None and sees_as_much(source, place)

    async def _stands(self, guild: discord.Guild, moment: BrightMoment) -> bool:
        """Tell whether a message is still there as it was judged."""
        container = guild.get_channel_or_thread(moment.container_id)
        if not isinstance(container, discord.TextChannel | discord.Thread):
            return False
        try:
            message = await container.fetch_message(moment.message_id)
        except (discord.NotFound, discord.Forbidden):
            return False
        edited = message.edited_at
        unchanged = (edited and milliseconds(edited)) == (
            moment.edited_at and milliseconds(moment.edited_at)
        )
        return unchanged and self._roster.author(guild.id, message.author.id) == moment.author


def sees_as_much(source: discord.abc.GuildChannel, place: discord.abc.GuildChannel) -> bool:
    """Tell whether everybody who can read ``place`` can surely read ``source``.

    The bot does not know all members, so it goes by what holds for any: the two are one channel,
    they let in and keep out the same roles and members, or ``source`` is open to everyone and
    keeps nobody out. An age-restricted channel is never linked from one that is not.
    """
    if source == place:
        return True
    if _is_restricted(source) and not _is_restricted(place):
        return False
    theirs = _watched(source)
    if theirs == _watched(place):
        return True
    may = source.permissions_for(source.guild.default_role)
    is_open = may.view_channel and may.read_message_history
    return is_open and not any(False in each for each in theirs.values())


def _watched(channel: discord.abc.GuildChannel) -> Mapping[int, Watched]:
    """Return what a channel says of seeing and reading it, by role or member."""
    found = {
        target.id: (each.view_channel, each.read_message_history)
        for target, each in channel.overwrites.items()
    }
    return {target: each for target, each in found.items() if each != (None, None)}


def _is_restricted(channel: discord.abc.GuildChannel) -> bool:
    return bool(getattr(channel, "nsfw", False))


def _channel_of(
    container: discord.abc.GuildChannel | discord.Thread | None,
) -> discord.abc.GuildChannel | None:
    """Return the channel whose permissions hold in a channel or thread."""
    return container.parent if isinstance(container, discord.Thread) else container


def _link(guild: discord.Guild, moment: BrightMoment) -> str:
    return f"https://discord.com/channels/{guild.id}/{moment.container_id}/{moment.message_id}"
