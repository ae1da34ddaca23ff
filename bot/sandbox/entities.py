"""Users, roles, members and permission overwrites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.permissions import guild_permissions
from bot.sandbox.snowflakes import iso

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.guilds import Guild
    from bot.sandbox.jsontypes import JsonObject


@dataclass(slots=True, eq=False)
class User:
    """An account; webhooks speak through one that exists nowhere else.

    Attributes:
        closed: Whether the bot's direct messages are refused.
    """

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    avatar: str | None = None
    closed: bool = False

    @property
    def mention(self) -> str:
        """The text that mentions this user."""
        return f"<@{self.id}>"

    def payload(self) -> JsonObject:
        """The user object of the API."""
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.bot else self.name,
            "discriminator": "0000" if self.bot else "0",
            "avatar": self.avatar,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(slots=True, eq=False)
class Role:
    """A role of one guild; `permissions` is a bit set."""

    id: int
    guild: Guild
    name: str
    permissions: int
    position: int = 0
    managed: bool = False

    def payload(self) -> JsonObject:
        """The role object of the API."""
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "managed": self.managed,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "mentionable": False,
            "flags": 0,
        }


@dataclass(slots=True, eq=False)
class Member:
    """A user in a guild."""

    user: User
    guild: Guild
    joined_at: datetime
    locale: str = "en-US"
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None

    @property
    def id(self) -> int:
        """The user's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The user's name."""
        return self.user.name

    @property
    def mention(self) -> str:
        """The text that mentions this member."""
        return self.user.mention

    @property
    def permissions(self) -> int:
        """What the member may do in the guild as a whole."""
        return guild_permissions(self)

    def partial(self) -> JsonObject:
        """The member object without its user, as messages carry it."""
        return {
            "roles": [str(role.id) for role in self.roles],
            "joined_at": iso(self.joined_at),
            "nick": self.nick,
            "avatar": None,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "communication_disabled_until": None,
            "flags": 0,
        }

    def payload(self) -> JsonObject:
        """The member object of the API."""
        return {"user": self.user.payload(), **self.partial()}


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows or denies one role or member."""

    target_id: int
    is_member: bool
    allow: int = 0
    deny: int = 0

    def payload(self) -> JsonObject:
        """The overwrite object of the API."""
        return {
            "id": str(self.target_id),
            "type": int(self.is_member),
            "allow": str(self.allow),
            "deny": str(self.deny),
        }
