"""New messages straight from the gateway's payload, without the client's message objects.

Building a ``discord.Message`` with its member, and a task for its event, is most of what discord.py
spends on a message. The bot needs six plain values of it. So the parser of this one event is ours;
all other events take the usual way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import discord

from bot.companion.addressed import worth_a_look
from bot.incoming import WRITTEN_BY_PEOPLE, Incoming

EVENT: Final = "MESSAGE_CREATE"
TYPED: Final = frozenset(kind.value for kind in WRITTEN_BY_PEOPLE)


Read: TypeAlias = Callable[[discord.Client, Mapping[str, Any]], Incoming | None]


def take_messages(
    client: discord.Client,
    take: Callable[[Incoming], None],
    read: Read | None = None,
    hear: Callable[[Mapping[str, Any]], None] | None = None,
) -> None:
    """Hand every new message of a guild to ``take``, before the client reads the next event.

    Args:
        client: Whose messages.
        take: Gets each of them.
        read: Copies what is needed of a payload; ``incoming_of_payload`` unless it is given.
        hear: Gets the payload of a message that may be meant for the bot; must not wait.
    """
    read = read or incoming_of_payload

    def parse(data: Mapping[str, Any]) -> None:
        item = read(client, data)
        if item is not None:
            take(item)
        if hear is not None and worth_a_look(data):
            hear(data)

    # discord.py documents no hook below its events; this table is how it finds its own parsers.
    client._connection.parsers[EVENT] = parse  # noqa: SLF001


def incoming_of_payload(client: discord.Client, data: Mapping[str, Any]) -> Incoming | None:
    """Copy what is needed of a payload (Discord's documentation, "Message Create").

    Returns:
        ``None`` for a direct message, or one in a place that the client does not know.

    Raises:
        KeyError: The payload is not a message.
        ValueError: An id is not a number.
    """
    message_id, channel_id = int(data["id"]), int(data["channel_id"])
    author = data["author"]
    guild = client.get_guild(int(data.get("guild_id") or 0))
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    if guild is None or channel is None:
        return None
    thread_id = None
    if isinstance(channel, discord.Thread):
        thread_id, channel_id = channel_id, channel.parent_id
    if isinstance(channel, discord.TextChannel | discord.VoiceChannel | discord.Thread):
        # As the client does it: catch-up and new channels begin from here.
        channel.last_message_id = message_id
    human = data["type"] in TYPED and not author.get("bot") and data.get("webhook_id") is None
    return Incoming(
        message_id,
        guild.id,
        channel_id,
        thread_id,
        int(author["id"]),
        None,
        data["content"] if human else None,
    )
