"""Guilds: who and what is in them, and what members do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from bot.sandbox.channels import Channel, ChannelType, ThreadState
from bot.sandbox.entities import Member, Role, User
from bot.sandbox.events import Event, Intent
from bot.sandbox.guild_payload import guild_create_payload, guild_payload
from bot.sandbox.member_actions import MemberActions
from bot.sandbox.permissions import BOT_INVITE, EVERYONE, NO_PERMISSIONS, Permission
from bot.sandbox.speech import SayOptions, compose

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.world import World


class GuildOptions(TypedDict, total=False):
    """How a new guild differs from the usual one."""

    locale: str
    everyone: Permission
    bot_permissions: Permission


class MemberOptions(TypedDict, total=False):
    """How a new member differs from the usual one."""

    locale: str
    nick: str | None
    bot: bool
    administrator: bool
    roles: Iterable[Role]
    user: User


class Guild(MemberActions):
    """A guild; also the driver's handle on it."""

    def __init__(
        self,
        world: World,
        name: str,
        *,
        locale: str = "en-US",
        everyone: Permission = EVERYONE,
        bot_permissions: Permission = BOT_INVITE,
    ) -> None:
        self.world = world
        self.id = world.mint()
        self.name = name
        self.locale = locale
        self.available = True
        self.bot_present = True
        self.joined_at = world.clock.now()
        self.system_channel: Channel | None = None
        self.updates_channel: Channel | None = None
        self.added_by: Member | None = None
        self.channels: list[Channel] = []
        self.threads: list[Channel] = []
        self.members: dict[int, Member] = {}
        self.everyone = Role(self.id, self, "@everyone", int(everyone))
        self.roles: list[Role] = [self.everyone]
        self.owner = self._enter(world.add_user("Owner", locale=locale), locale)
        self.bot_role = self._create_role(world.bot.name, int(bot_permissions), managed=True)
        self.me = self._enter(world.bot, locale)
        self.me.roles.append(self.bot_role)

    def add_role(self, name: str, permissions: Permission = NO_PERMISSIONS) -> Role:
        """Create a role."""
        role = self._create_role(name, int(permissions), managed=False)
        self._publish("GUILD_ROLE_CREATE", {"role": role.payload()})
        return role

    def add_channel(self, name: str, *, topic: str | None = None) -> Channel:
        """Create a text channel."""
        return self._add_channel(name, ChannelType.TEXT, topic)

    def add_forum(self, name: str, *, topic: str | None = None) -> Channel:
        """Create a forum; its posts are threads (see `add_post`)."""
        return self._add_channel(name, ChannelType.FORUM, topic)

    def add_member(self, name: str, **options: Unpack[MemberOptions]) -> Member:
        """Let somebody join; `user` takes an account that exists already."""
        locale = options.get("locale", "en-US")
        bot = options.get("bot", False)
        user = options.get("user") or self.world.add_user(name, bot=bot, locale=locale)
        member = self._enter(user, locale)
        member.nick = options.get("nick")
        member.roles.extend(options.get("roles", ()))
        if options.get("administrator"):
            member.roles.append(self._administrators())
        self._publish("GUILD_MEMBER_ADD", member.payload(), Intent.GUILD_MEMBERS)
        return member

    async def add_thread(
        self, parent: Channel, name: str, owner: Member, *, private: bool = False
    ) -> Channel:
        """Open a thread in a text channel."""
        kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        return await self.open_thread(parent, name, owner.user, kind=kind)

    async def add_post(
        self, forum: Channel, name: str, author: Member, content: str, **options: Unpack[SayOptions]
    ) -> Channel:
        """Write a forum post; returns its thread, whose first message has the thread's id."""
        thread_id = self.world.mint(options.get("at"))
        post = await self.open_thread(forum, name, author.user, thread_id=thread_id)
        starter = compose(self.world, post, author.user, content, options)
        starter.id = thread_id
        await post.post(starter)
        return post

    async def open_thread(
        self,
        parent: Channel,
        name: str,
        owner: User,
        *,
        thread_id: int | None = None,
        kind: int = ChannelType.PUBLIC_THREAD,
    ) -> Channel:
        """Create a thread with an id of choice and announce it."""
        now = self.world.clock.now()
        members = {owner.id} if kind == ChannelType.PRIVATE_THREAD else {owner.id, self.me.id}
        state = ThreadState(owner.id, now, now, member_ids=members)
        identifier = thread_id or self.world.mint()
        thread = Channel(self.world, identifier, kind, name, self, parent, thread=state)
        self.threads.append(self.world.add_channel(thread))
        if parent.kind == ChannelType.FORUM:
            parent.last_message_id = identifier
        if thread.visible_to_bot():
            self._publish("THREAD_CREATE", thread.payload() | {"newly_created": True})
            await self.world.drain()
        return thread

    async def set_house_channels(
        self, *, system: Channel | None = None, updates: Channel | None = None
    ) -> None:
        """Choose where Discord's own messages go: for everybody, and for a community's moderators.

        Args:
            system: Greetings and the like; none without it.
            updates: News from Discord for the moderators; none without it.
        """
        self.system_channel, self.updates_channel = system, updates
        self.world.publish(Event("GUILD_UPDATE", self.payload(), self.id, Intent.GUILDS))
        await self.world.drain()

    async def set_bot_permissions(self, permissions: Permission) -> None:
        """Change what the bot's own role grants."""
        await self.set_role_permissions(self.bot_role, permissions)

    async def set_role_permissions(self, role: Role, permissions: Permission) -> None:
        """Change what a role grants."""
        role.permissions = int(permissions)
        self._publish("GUILD_ROLE_UPDATE", {"role": role.payload()})
        await self.world.drain()

    async def set_member_roles(self, member: Member, roles: Iterable[Role]) -> None:
        """Give a member exactly these roles."""
        member.roles = list(roles)
        intent = Intent.GUILDS if member is self.me else Intent.GUILD_MEMBERS
        self._publish("GUILD_MEMBER_UPDATE", member.payload(), intent)
        await self.world.drain()

    async def remove_member(self, member: Member) -> None:
        """Let a member leave."""
        self.members.pop(member.id, None)
        self._publish("GUILD_MEMBER_REMOVE", {"user": member.user.payload()}, Intent.GUILD_MEMBERS)
        await self.world.drain()

    async def kick_bot(self) -> None:
        """Throw the bot out; its REST calls get 403 or 404 from now on."""
        self.bot_present = False
        self.world.guilds.pop(self.id, None)
        self.world.publish(Event("GUILD_DELETE", {"id": str(self.id)}, self.id, Intent.GUILDS))
        await self.world.drain()

    async def set_available(self, available: bool) -> None:
        """Let the guild suffer an outage, or come back from it."""
        self.available = available
        if available:
            self._publish("GUILD_CREATE", self.create_payload() | {"unavailable": False})
        else:
            self._publish("GUILD_DELETE", {"id": str(self.id), "unavailable": True})
        await self.world.drain()

    def drop_channel(self, channel: Channel) -> None:
        """Take a channel off the guild's lists."""
        self.channels = [kept for kept in self.channels if kept is not channel]
        self.threads = [kept for kept in self.threads if kept is not channel]

    def announce_joined(self) -> None:
        """Tell sessions that the bot is in this guild now."""
        self.world.publish(Event("GUILD_CREATE", self.create_payload(), self.id, Intent.GUILDS))

    def payload(self) -> JsonObject:
        """The guild object of the API."""
        return guild_payload(self)

    def create_payload(self, *, everybody: bool = False) -> JsonObject:
        """GUILD_CREATE; its member list is the bot alone unless `everybody`."""
        return guild_create_payload(self, everybody=everybody)

    def active_threads(self) -> list[Channel]:
        """Threads that are open and that the bot can see."""
        return [
            thread
            for thread in self.threads
            if thread.thread and not thread.thread.archived and thread.visible_to_bot()
        ]

    def _add_channel(self, name: str, kind: int, topic: str | None) -> Channel:
        channel = Channel(self.world, self.world.mint(), kind, name, self)
        channel.topic = topic
        channel.position = len(self.channels)
        self.channels.append(self.world.add_channel(channel))
        self._publish("CHANNEL_CREATE", channel.payload())
        return channel

    def _enter(self, user: User, locale: str) -> Member:
        member = Member(user, self, self.world.clock.now(), locale)
        self.members[user.id] = member
        return member

    def _create_role(self, name: str, permissions: int, *, managed: bool) -> Role:
        role = Role(self.world.mint(), self, name, permissions, len(self.roles), managed)
        self.roles.append(role)
        return role

    def _administrators(self) -> Role:
        for role in self.roles:
            if role.name == "Administrator":
                return role
        return self.add_role("Administrator", Permission.ADMINISTRATOR)

    def _publish(self, name: str, data: JsonObject, intent: Intent = Intent.GUILDS) -> None:
        if self.bot_present and self.id in self.world.guilds:
            guild_id = {} if name.startswith("GUILD_CREATE") else {"guild_id": str(self.id)}
            self.world.publish(Event(name, data | guild_id, self.id, intent))
