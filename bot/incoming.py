"""What travels from Discord to the store: small values instead of the client's heavy objects."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final, NamedTuple

import discord


class Picture(NamedTuple):
    """A picture that is attached to a message.

    Attributes:
        url: Where Discord serves it.
        size: Bytes, as Discord says.
    """

    url: str
    size: int


class Incoming(NamedTuple):
    """A message as the pipeline needs it; the text never travels further than the classifier.

    A ``text`` of ``None`` stands for a message that is not measured (of a bot, a webhook or the
    system): it only moves the watermark.
    """

    message_id: int
    guild_id: int
    channel_id: int
    thread_id: int | None
    user_id: int
    edited_at: datetime | None
    text: str | None
    pictures: tuple[Picture, ...] = ()
    """Stays empty unless pictures are looked at."""
    past: bool = False
    """Written before the bot listened: it says nothing of how far its channel was read."""

    @property
    def container_id(self) -> int:
        """Where Discord keeps the message: its thread, or else its channel."""
        return self.channel_id if self.thread_id is None else self.thread_id


class Read(NamedTuple):
    """Everything of a container up to a message was read from its history."""

    guild_id: int
    container_id: int
    message_id: int


class CaughtUp(NamedTuple):
    """The gap that was noticed under this generation is closed."""

    guild_id: int
    container_id: int
    generation: int


class Stored(NamedTuple):
    """Tells its sender that everything before it was stored."""

    guild_id: int
    container_id: int
    told: asyncio.Event


Item = Incoming | Read | CaughtUp | Stored

WRITTEN_BY_PEOPLE: Final = (discord.MessageType.default, discord.MessageType.reply)
"""Kinds of messages that somebody typed; all others are Discord's own words."""


def incoming_of(message: discord.Message, guild_id: int) -> Incoming:
    """Copy what is needed of a message of a guild."""
    channel = message.channel
    thread_id = None
    channel_id = channel.id
    if isinstance(channel, discord.Thread):
        thread_id, channel_id = channel.id, channel.parent_id
    author = message.author
    human = not author.bot and message.webhook_id is None and message.type in WRITTEN_BY_PEOPLE
    return Incoming(
        message.id,
        guild_id,
        channel_id,
        thread_id,
        author.id,
        message.edited_at,
        message.content if human else None,
    )
