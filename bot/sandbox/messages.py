"""Messages and the files attached to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.components import texts_of
from bot.sandbox.events import Event, Intent
from bot.sandbox.snowflakes import iso, time_of

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import User
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.world import World

EPHEMERAL = 1 << 6
LOADING = 1 << 7
HAS_SNAPSHOT = 1 << 14
COMPONENTS_V2 = 1 << 15


class MessageType:
    """The message types that the sandbox makes itself (any other number may be said too)."""

    DEFAULT = 0
    PINNED = 6
    JOINED = 7
    REPLY = 19
    SLASH_COMMAND = 20
    CONTEXT_MENU = 23


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An uploaded file; `url` serves `content` until the sandbox stops."""

    id: int
    filename: str
    content: bytes
    url: str
    content_type: str
    description: str | None = None

    def payload(self) -> JsonObject:
        """The attachment object of the API."""
        body: JsonObject = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        if self.description is not None:
            body["description"] = self.description
        return body


@dataclass(slots=True, eq=False)
class Message:
    """A message as the sandbox keeps it; also the driver's handle on it."""

    world: World
    id: int
    channel: Channel
    author: User
    content: str = ""
    kind: int = MessageType.DEFAULT
    flags: int = 0
    files: list[StoredFile] = field(default_factory=list)
    embeds: list[JsonObject] = field(default_factory=list)
    components: list[JsonObject] = field(default_factory=list)
    stickers: list[JsonObject] = field(default_factory=list)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    reference: JsonObject | None = None
    referenced: Message | None = None
    snapshots: list[JsonObject] = field(default_factory=list)
    interaction: JsonObject | None = None
    webhook_id: int | None = None
    nonce: str | int | None = None
    allowed_mentions: JsonObject | None = None
    thread: Channel | None = None
    pinned: bool = False
    edited_at: datetime | None = None
    deleted: bool = False

    @property
    def created_at(self) -> datetime:
        """When the message was sent, as its id tells."""
        return time_of(self.id)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def text(self) -> str:
        """Everything a reader reads: content, embeds and text displays, line by line."""
        parts = [self.content, *(text for embed in self.embeds for text in _embed_texts(embed))]
        return "\n".join(part for part in [*parts, *texts_of(self.components)] if part)

    async def edit(self, content: str, *, at: datetime | None = None) -> None:
        """Change the text as its author would."""
        self.content = content
        self.mentions = self.world.mentioned_users(content)
        await self.announce_edit(at)

    async def announce_edit(self, at: datetime | None = None) -> None:
        """Stamp the edit and send MESSAGE_UPDATE (an ephemeral message stays silent)."""
        self.edited_at = at or self.world.clock.now()
        if not self.ephemeral:
            self.world.publish(self.event("MESSAGE_UPDATE"))
            await self.world.drain()

    async def delete(self) -> None:
        """Delete the message."""
        await self.channel.delete_messages([self])

    async def pin(self, by: User) -> None:
        """Pin the message; the channel is told with a system message."""
        self.pinned = True
        await self.announce_pins()
        reference = {"message_id": str(self.id), **self.channel.reference()}
        await self.channel.post(
            self.world.message(self.channel, by, kind=MessageType.PINNED, reference=reference)
        )

    async def unpin(self) -> None:
        """Take the pin away."""
        self.pinned = False
        await self.announce_pins()

    async def announce_pins(self) -> None:
        """Tell sessions that the channel's pins changed."""
        data = {**self.channel.reference(), "last_pin_timestamp": iso(self.world.clock.now())}
        guild_id = self.channel.guild_id
        self.world.publish(Event("CHANNEL_PINS_UPDATE", data, guild_id, Intent.GUILDS))
        self.world.publish(self.event("MESSAGE_UPDATE"))
        await self.world.drain()

    def event(self, name: str) -> Event:
        """A message event, with what sessions without message content get."""
        data = self.payload()
        guild = self.channel.guild
        if guild is None:
            return Event(name, data, None, Intent.DIRECT_MESSAGES)
        data["guild_id"] = str(guild.id)
        member = guild.members.get(self.author.id) if self.webhook_id is None else None
        if member is not None:
            data["member"] = member.partial()
        redacted = None if self._content_is_public() else data | _REDACTION
        return Event(name, data, guild.id, Intent.GUILD_MESSAGES, redacted)

    def _content_is_public(self) -> bool:
        bot = self.world.bot
        return self.author is bot or bot in self.mentions

    def payload(self, *, depth: int = 1) -> JsonObject:
        """The message object of the API; `depth` limits replies within replies."""
        data: JsonObject = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "content": self.content,
            "timestamp": iso(self.created_at),
            "edited_timestamp": iso(self.edited_at) if self.edited_at else None,
            "tts": False,
            "mention_everyone": self.mention_everyone,
            "mentions": [user.payload() for user in self.mentions],
            "mention_roles": [str(role) for role in self.mention_roles],
            "attachments": [file.payload() for file in self.files],
            "embeds": self.embeds,
            "components": self.components,
            "pinned": self.pinned,
            "type": self.kind,
            "flags": self.flags,
        }
        return data | self._rare_fields(depth)

    def _rare_fields(self, depth: int) -> JsonObject:
        data: JsonObject = {}
        if self.nonce is not None:
            data["nonce"] = self.nonce
        if self.stickers:
            data["sticker_items"] = self.stickers
        if self.reference is not None:
            data["message_reference"] = self.reference
            if self.kind == MessageType.REPLY and depth:
                data["referenced_message"] = self._referenced_payload(depth)
        if self.snapshots:
            data["message_snapshots"] = self.snapshots
        if self.interaction is not None:
            data["interaction_metadata"] = self.interaction
            data["application_id"] = str(self.world.application_id)
        if self.webhook_id is not None:
            data["webhook_id"] = str(self.webhook_id)
        if self.thread is not None:
            data["thread"] = self.thread.payload()
        return data

    def _referenced_payload(self, depth: int) -> JsonObject | None:
        if self.referenced is None or self.referenced.deleted:
            return None
        return self.referenced.payload(depth=depth - 1)

    def snapshot(self) -> JsonObject:
        """What a forward carries of this message."""
        data = self.payload(depth=0)
        kept = ("content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags")
        more = ("mentions", "mention_roles", "type", "components")
        return {"message": {key: data[key] for key in (*kept, *more)}}


_REDACTION: JsonObject = {"content": "", "embeds": [], "attachments": [], "components": []}


def _embed_texts(embed: JsonObject) -> list[str]:
    fields = [
        value for field in embed.get("fields", ()) for value in (field["name"], field["value"])
    ]
    footer = embed.get("footer") or {}
    return [embed.get("title", ""), embed.get("description", ""), *fields, footer.get("text", "")]
