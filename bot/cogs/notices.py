"""The notice to the members of a channel: posted when listening begins, changed when it ends."""

from __future__ import annotations

import logging
from typing import Final

import discord

from bot.i18n import Phrases
from bot.views.layout import Layout
from bot.views.notice import Practice, ended_notice, measured_notice, notice_title

logger = logging.getLogger(__name__)

Listenable = discord.TextChannel | discord.VoiceChannel | discord.ForumChannel
"""What can be listened to; a news channel is a text channel of another type."""

_NOBODY: Final = discord.AllowedMentions.none()


async def post_notice(channel: Listenable, say: Phrases, practice: Practice) -> int:
    """Tell the members of a channel that it is listened to; return the id of the message.

    Raises:
        discord.HTTPException: Discord refused it.
    """
    view = measured_notice(say, practice)
    if not isinstance(channel, discord.ForumChannel):
        return (await channel.send(view=view, allowed_mentions=_NOBODY)).id
    tags = channel.available_tags[:1] if channel.flags.require_tag else []
    created = await channel.create_thread(
        name=notice_title(say), view=view, applied_tags=tags, allowed_mentions=_NOBODY
    )
    return created.message.id


async def withdraw_notice(channel: Listenable, notice_id: int, say: Phrases) -> None:
    """Let a notice say that listening ended; one that cannot be changed stays as it is."""
    await _change(channel, notice_id, ended_notice(say))


async def renew_notice(
    channel: Listenable, notice_id: int, say: Phrases, practice: Practice
) -> None:
    """Let a notice say what holds now; one that cannot be changed stays as it is."""
    await _change(channel, notice_id, measured_notice(say, practice))


async def _change(channel: Listenable, notice_id: int, view: Layout) -> None:
    place = _place_of(channel, notice_id)
    if place is None:
        return
    try:
        await place.get_partial_message(notice_id).edit(view=view)
    except discord.HTTPException as error:
        logger.info("a notice stays as it was: HTTP %s, code %s", error.status, error.code)


def _place_of(
    channel: Listenable, notice_id: int
) -> discord.TextChannel | discord.VoiceChannel | discord.Thread | None:
    """Return where a notice stands: the first message of a forum post carries the post's id."""
    if isinstance(channel, discord.ForumChannel):
        return channel.get_thread(notice_id)
    return channel
