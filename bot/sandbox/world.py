"""Everything the sandbox knows: users, guilds, channels, files, commands."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING, TypedDict

from bot.sandbox.channels import Channel, ChannelType
from bot.sandbox.command_overrides import CommandOverrides
from bot.sandbox.commands import CommandRegistry
from bot.sandbox.entities import User
from bot.sandbox.guilds import Guild, GuildOptions
from bot.sandbox.interactions import InteractionDesk
from bot.sandbox.messages import Message, StoredFile
from bot.sandbox.nonces import NonceMemory
from bot.sandbox.snowflakes import SnowflakeMint
from bot.sandbox.webhooks import WebhookRegistry

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Unpack

    from bot.sandbox.clock import Clock
    from bot.sandbox.events import Broadcaster, Event
    from bot.sandbox.jsontypes import JsonObject

_USER_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")


class MessageFields(TypedDict, total=False):
    """Fields of `Message` that can be given when it is made."""

    kind: int
    flags: int
    reference: JsonObject | None


class World:
    """The state behind both the REST API and the gateway."""

    def __init__(self, clock: Clock, broadcaster: Broadcaster, bot_name: str) -> None:
        self.clock = clock
        self.mint = SnowflakeMint(clock)
        self.base_url = ""
        self.application_flags = 0
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.files: dict[int, StoredFile] = {}
        self.nonces = NonceMemory(clock)
        self.commands = CommandRegistry(self.mint)
        self.command_overrides = CommandOverrides()
        self.interactions = InteractionDesk(self)
        self.webhooks = WebhookRegistry(self.mint)
        self.bot = self.add_user(bot_name, bot=True)
        self._broadcaster = broadcaster

    @property
    def application_id(self) -> int:
        """The application's id, which is also the bot's."""
        return self.bot.id

    def publish(self, event: Event) -> None:
        """Send an event to every session that wants it."""
        self._broadcaster.publish(event)

    async def drain(self) -> None:
        """Wait while a client is far behind with reading."""
        await self._broadcaster.drain()

    def add_user(self, name: str, *, bot: bool = False, locale: str = "en-US") -> User:
        """Create an account."""
        user = User(self.mint(), name, bot, locale)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, **options: Unpack[GuildOptions]) -> Guild:
        """Create a guild with the bot in it and announce it."""
        guild = Guild(self, name, **options)
        self.guilds[guild.id] = guild
        guild.announce_joined()
        return guild

    def add_channel(self, channel: Channel) -> Channel:
        """Make a channel known by its id."""
        self.channels[channel.id] = channel
        return channel

    def forget_channel(self, channel: Channel) -> None:
        """Make a channel, and what was said in it, unknown."""
        channel.deleted = True
        self.channels.pop(channel.id, None)
        if channel.guild is not None:
            channel.guild.drop_channel(channel)

    def direct_channel(self, user: User) -> Channel:
        """The direct message channel between the bot and `user`."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        return self.add_channel(
            Channel(self, self.mint(), ChannelType.DIRECT, user.name, recipient=user)
        )

    def message(
        self,
        channel: Channel,
        author: User,
        content: str = "",
        *,
        at: datetime | None = None,
        **fields: Unpack[MessageFields],
    ) -> Message:
        """A message that is not posted yet; `fields` are those of `Message`."""
        message = Message(self, self.mint(at), channel, author, content, **fields)
        if "<@" in content:
            message.mentions = self.mentioned_users(content)
            message.mention_roles = [int(found) for found in _ROLE_MENTION.findall(content)]
        return message

    def mentioned_users(self, content: str) -> list[User]:
        """The known users that a text mentions, each once."""
        found = dict.fromkeys(int(digits) for digits in _USER_MENTION.findall(content))
        return [self.users[user_id] for user_id in found if user_id in self.users]

    def store_file(
        self,
        channel: Channel,
        filename: str,
        content: bytes,
        *,
        description: str | None = None,
        content_type: str | None = None,
    ) -> StoredFile:
        """Keep an upload and give it an address."""
        file_id = self.mint()
        guessed = content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream"
        url = f"{self.base_url}/cdn/attachments/{channel.id}/{file_id}/{filename}"
        file = StoredFile(file_id, filename, content, url, guessed, description)
        self.files[file_id] = file
        return file
