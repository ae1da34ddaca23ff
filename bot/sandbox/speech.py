"""What people can put into a message besides plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from bot.sandbox.messages import HAS_SNAPSHOT, MessageType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import User
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.world import World

MAX_HUMAN_CONTENT = 4000
"""Characters that a person with a subscription can send (others: 2 000)."""


class SayOptions(TypedDict, total=False):
    """Optional parts of a message.

    Keys: `at` (its time; the clock's present otherwise), `reply_to`, `forward` (the message to
    forward), `stickers` (names), `files` (pairs of file name and bytes), `embeds`, `flags`,
    `kind` (message type number), `nonce`.
    """

    at: datetime | None
    reply_to: Message
    forward: Message
    stickers: Sequence[str]
    files: Sequence[tuple[str, bytes]]
    embeds: Sequence[JsonObject]
    flags: int
    kind: int
    nonce: str


def compose(
    world: World, channel: Channel, author: User, content: str, options: SayOptions
) -> Message:
    """Build a message that is not posted yet.

    Raises:
        ValueError: The text is longer than anybody can send.
    """
    if len(content) > MAX_HUMAN_CONTENT:
        raise ValueError(f"a message holds at most {MAX_HUMAN_CONTENT} characters")
    message = world.message(channel, author, content, at=options.get("at"))
    message.kind = options.get("kind", MessageType.DEFAULT)
    message.flags = options.get("flags", 0)
    message.nonce = options.get("nonce")
    message.embeds = [{"type": "rich", **embed} for embed in options.get("embeds", ())]
    message.stickers = [_sticker(world, name) for name in options.get("stickers", ())]
    message.files = [world.store_file(channel, *file) for file in options.get("files", ())]
    if "reply_to" in options:
        refer(message, options["reply_to"])
    if "forward" in options:
        _forward(message, options["forward"])
    return message


def refer(message: Message, target: Message) -> None:
    """Turn `message` into a reply to `target`."""
    message.kind = MessageType.REPLY
    message.referenced = target
    message.reference = {"type": 0, "message_id": str(target.id), **target.channel.reference()}
    if target.author not in message.mentions and target.webhook_id is None:
        message.mentions.append(target.author)


def _forward(message: Message, source: Message) -> None:
    message.flags |= HAS_SNAPSHOT
    message.reference = {"type": 1, "message_id": str(source.id), **source.channel.reference()}
    message.snapshots = [source.snapshot()]


def _sticker(world: World, name: str) -> JsonObject:
    return {"id": str(world.mint()), "name": name, "format_type": 1}
