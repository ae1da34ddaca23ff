"""Text channels, forums, threads and direct messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.entities import Overwrite, Role
from bot.sandbox.events import Event, Intent
from bot.sandbox.history import History
from bot.sandbox.permissions import NO_PERMISSIONS, Permission, may
from bot.sandbox.snowflakes import iso

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.sandbox.entities import Member, User
    from bot.sandbox.guilds import Guild
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.world import World


class ChannelType:
    """The channel types that the sandbox makes."""

    TEXT = 0
    DIRECT = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


@dataclass(slots=True)
class ThreadState:
    """What only a thread has."""

    owner_id: int
    created_at: datetime
    archived_at: datetime
    archived: bool = False
    locked: bool = False
    member_ids: set[int] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class Channel:
    """A place for messages; also the driver's handle on it."""

    world: World
    id: int
    kind: int
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    position: int = 0
    topic: str | None = None
    thread: ThreadState | None = None
    recipient: User | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    history: History = field(default_factory=History)
    last_message_id: int | None = None
    deleted: bool = False

    @property
    def guild_id(self) -> int | None:
        """The guild's id; None for direct messages."""
        return None if self.guild is None else self.guild.id

    @property
    def mention(self) -> str:
        """The text that mentions this channel."""
        return f"<#{self.id}>"

    @property
    def is_text(self) -> bool:
        """Whether messages can be posted here (a forum holds posts only)."""
        return self.kind != ChannelType.FORUM

    def reference(self) -> JsonObject:
        """The channel's and guild's ids, as events carry them."""
        ids: JsonObject = {"channel_id": str(self.id)}
        if self.guild is not None:
            ids["guild_id"] = str(self.guild.id)
        return ids

    def visible_to_bot(self) -> bool:
        """Whether the bot gets this channel's events."""
        if self.guild is None:
            return True
        if self.kind == ChannelType.PRIVATE_THREAD and not self._has_bot():
            return may(self.guild.me, self, Permission.VIEW_CHANNEL | Permission.MANAGE_THREADS)
        return may(self.guild.me, self, Permission.VIEW_CHANNEL)

    def _has_bot(self) -> bool:
        return self.thread is not None and self.world.bot.id in self.thread.member_ids

    async def post(self, message: Message) -> Message:
        """Store a message and send MESSAGE_CREATE."""
        self.history.add(message)
        self.last_message_id = max(self.last_message_id or 0, message.id)
        if self.visible_to_bot():
            self.world.publish(message.event("MESSAGE_CREATE"))
            await self.world.drain()
        return message

    async def delete_messages(self, messages: Sequence[Message]) -> None:
        """Delete one message, or several as moderators do in bulk."""
        for message in messages:
            message.deleted = True
            self.history.remove(message.id)
        if all(message.ephemeral for message in messages) or not self.visible_to_bot():
            return
        ids = [str(message.id) for message in messages]
        single = len(ids) == 1
        name = "MESSAGE_DELETE" if single else "MESSAGE_DELETE_BULK"
        body: JsonObject = {"id": ids[0]} if single else {"ids": ids}
        intent = Intent.DIRECT_MESSAGES if self.guild is None else Intent.GUILD_MESSAGES
        self.world.publish(Event(name, body | self.reference(), self.guild_id, intent))
        await self.world.drain()

    async def set_permissions(
        self,
        target: Role | Member,
        *,
        allow: Permission = NO_PERMISSIONS,
        deny: Permission = NO_PERMISSIONS,
    ) -> None:
        """Replace what this channel allows and denies `target`; nothing of both clears it."""
        was_visible = self.visible_to_bot()
        if allow or deny:
            is_member = not isinstance(target, Role)
            overwrite = Overwrite(target.id, is_member, int(allow), int(deny))
            self.overwrites[target.id] = overwrite
        else:
            self.overwrites.pop(target.id, None)
        await self.announce("CHANNEL_UPDATE")
        if self.visible_to_bot() and not was_visible:
            await self._announce_threads()

    async def _announce_threads(self) -> None:
        threads = [
            one.payload() for one in self.threads() if one.thread and not one.thread.archived
        ]
        ids = {"channel_ids": [str(self.id)], "guild_id": str(self.guild_id)}
        data = {**ids, "threads": threads, "members": []}
        self.world.publish(Event("THREAD_LIST_SYNC", data, self.guild_id, Intent.GUILDS))
        await self.world.drain()

    async def rename(self, name: str) -> None:
        """Give the channel another name."""
        self.name = name
        await self.announce("THREAD_UPDATE" if self.thread else "CHANNEL_UPDATE")

    async def archive(self, *, archived: bool = True, at: datetime | None = None) -> None:
        """Archive a thread, or open it again.

        Raises:
            ValueError: This is not a thread.
        """
        if self.thread is None:
            raise ValueError("only a thread can be archived")
        self.thread.archived = archived
        self.thread.archived_at = at or self.world.clock.now()
        await self.announce("THREAD_UPDATE")

    async def delete(self) -> None:
        """Delete the channel with its messages and threads."""
        for thread in self.threads():
            self.world.forget_channel(thread)
        self.world.forget_channel(self)
        await self.announce("THREAD_DELETE" if self.thread else "CHANNEL_DELETE")

    def threads(self) -> list[Channel]:
        """The threads, or forum posts, under this channel."""
        if self.guild is None:
            return []
        return [thread for thread in self.guild.threads if thread.parent is self]

    async def announce(self, name: str) -> None:
        """Send an event that carries this channel."""
        if self.thread is None or self.visible_to_bot():
            self.world.publish(Event(name, self.payload(), self.guild_id, Intent.GUILDS))
            await self.world.drain()

    def payload(self) -> JsonObject:
        """The channel object of the API."""
        last = self.last_message_id
        data: JsonObject = {
            "id": str(self.id),
            "type": self.kind,
            "last_message_id": str(last) if last else None,
            "flags": 0,
        }
        if self.guild is None:
            return data | {"recipients": [self.recipient.payload()] if self.recipient else []}
        data |= {
            "guild_id": str(self.guild.id),
            "name": self.name,
            "parent_id": str(self.parent.id) if self.parent else None,
            "rate_limit_per_user": 0,
        }
        return data | (self._thread_fields(self.thread) if self.thread else self._own_fields())

    def _own_fields(self) -> JsonObject:
        forum: JsonObject = {"available_tags": [], "default_reaction_emoji": None}
        return {
            "position": self.position,
            "topic": self.topic,
            "nsfw": False,
            "permission_overwrites": [item.payload() for item in self.overwrites.values()],
        } | (forum if self.kind == ChannelType.FORUM else {})

    def _thread_fields(self, thread: ThreadState) -> JsonObject:
        data: JsonObject = {
            "owner_id": str(thread.owner_id),
            "message_count": len(self.history),
            "total_message_sent": len(self.history),
            "member_count": len(thread.member_ids),
            "applied_tags": [],
            "thread_metadata": {
                "archived": thread.archived,
                "locked": thread.locked,
                "auto_archive_duration": 1440,
                "archive_timestamp": iso(thread.archived_at),
                "create_timestamp": iso(thread.created_at),
                "invitable": True,
            },
        }
        if self.world.bot.id in thread.member_ids:
            data["member"] = self.thread_member(self.world.bot.id, thread)
        return data

    def thread_member(self, user_id: int, thread: ThreadState) -> JsonObject:
        """The thread member object of the API."""
        return {
            "id": str(self.id),
            "user_id": str(user_id),
            "join_timestamp": iso(thread.created_at),
            "flags": 0,
        }
