"""The notice to the members of a channel: posted, pinned, kept true, and changed when it ends."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Final

import aiohttp
import discord

from bot.i18n import Phrases
from bot.views.layout import Layout
from bot.views.notice import Practice, ended_notice, measured_notice, notice_title

logger = logging.getLogger(__name__)

Listenable = discord.TextChannel | discord.VoiceChannel | discord.ForumChannel
"""What can be listened to; a news channel is a text channel of another type."""

_NOBODY: Final = discord.AllowedMentions.none()
_FAILURES: Final = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)
_NEAR: Final = 5
"""How many messages after a notice are looked at for the line that tells of its pin."""


class Renewal(Enum):
    """What came of changing a notice."""

    DONE = "done"
    GONE = "gone"
    REFUSED = "refused"


async def post_notice(channel: Listenable, say: Phrases, practice: Practice) -> int:
    """Tell the members of a channel that it is listened to; return the id of the message.

    Raises:
        discord.HTTPException: Discord refused it.
    """
    view = measured_notice(say, practice)
    if not isinstance(channel, discord.ForumChannel):
        message = await channel.send(view=view, allowed_mentions=_NOBODY)
        await _pin(channel, message)
        return message.id
    tags = channel.available_tags[:1] if channel.flags.require_tag else []
    created = await channel.create_thread(
        name=notice_title(say), view=view, applied_tags=tags, allowed_mentions=_NOBODY
    )
    await _pin_post(channel, created.thread)
    return created.message.id


async def withdraw_notice(channel: Listenable, notice_id: int, say: Phrases) -> None:
    """Let a notice say that listening ended; one that cannot be changed stays as it is."""
    renewal = await _change(channel, notice_id, ended_notice(say))
    if renewal is Renewal.DONE and not isinstance(channel, discord.ForumChannel):
        await _unpin(channel, notice_id)


async def renew_notice(
    channel: Listenable, notice_id: int, say: Phrases, practice: Practice
) -> Renewal:
    """Let a notice say what holds now; return whether it does."""
    return await _change(channel, notice_id, measured_notice(say, practice))


async def _change(channel: Listenable, notice_id: int, view: Layout) -> Renewal:
    place = _place_of(channel, notice_id)
    if place is None:
        return Renewal.REFUSED
    try:
        await place.get_partial_message(notice_id).edit(view=view)
    except discord.NotFound:
        return Renewal.GONE
    except _FAILURES as error:
        logger.info("a notice stays as it was: %s", _why(error))
        return Renewal.REFUSED
    return Renewal.DONE


def _place_of(
    channel: Listenable, notice_id: int
) -> discord.TextChannel | discord.VoiceChannel | discord.Thread | None:
    """Return where a notice stands: the first message of a forum post carries the post's id."""
    if isinstance(channel, discord.ForumChannel):
        return channel.get_thread(notice_id)
    return channel


async def _pin(
    channel: discord.TextChannel | discord.VoiceChannel, message: discord.Message
) -> None:
    """Pin a notice where that is allowed, and take away the line that Discord writes about it."""
    if not may_pin(channel):
        return
    try:
        await message.pin()
        async for line in channel.history(after=message, limit=_NEAR, oldest_first=True):
            if _tells_of_pin(line, message):
                await line.delete()
    except _FAILURES as error:
        # Too many pins, say: the notice stands all the same.
        logger.info("a notice is not pinned: %s", _why(error))


async def _pin_post(forum: discord.ForumChannel, post: discord.Thread) -> None:
    if not forum.permissions_for(forum.guild.me).manage_threads:
        return
    try:
        await post.edit(pinned=True)
    except _FAILURES as error:
        # A forum has room for one pinned post.
        logger.info("a notice is not pinned: %s", _why(error))


async def _unpin(channel: discord.TextChannel | discord.VoiceChannel, notice_id: int) -> None:
    if not may_pin(channel):
        return
    try:
        await channel.get_partial_message(notice_id).unpin()
    except _FAILURES as error:
        logger.info("a notice stays pinned: %s", _why(error))


def may_pin(channel: discord.abc.GuildChannel) -> bool:
    """Return whether the bot may pin: a permission of its own, before 2026 that to manage."""
    may = channel.permissions_for(channel.guild.me)
    return may.pin_messages or may.manage_messages


def _why(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__


def _tells_of_pin(line: discord.Message, notice: discord.Message) -> bool:
    about = line.reference.message_id if line.reference else None
    return line.type is discord.MessageType.pins_add and about == notice.id
