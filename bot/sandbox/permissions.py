"""Permissions, computed as Discord documents it (developer documentation, "Permissions")."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import Member


class Permission(IntFlag):
    """The permission bits that the sandbox looks at, or hands out by default."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51


NO_PERMISSIONS = Permission(0)
"""Not a single bit."""

ALL_PERMISSIONS = (1 << 53) - 1
"""Every bit that exists today; what an administrator has."""

EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.ADD_REACTIONS
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What a member may do in a new guild."""

BOT_INVITE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What the bot's own role grants after a usual invitation."""

_ADMINISTRATOR = int(Permission.ADMINISTRATOR)


def guild_permissions(member: Member) -> int:
    """What `member` may do in the guild before any channel's overwrites."""
    guild = member.guild
    if guild.owner is member:
        return ALL_PERMISSIONS
    bits = guild.everyone.permissions
    for role in member.roles:
        bits |= role.permissions
    return ALL_PERMISSIONS if bits & _ADMINISTRATOR else bits


def channel_permissions(member: Member, channel: Channel) -> int:
    """What `member` may do in `channel`; a thread follows its parent."""
    bits = guild_permissions(member)
    if bits == ALL_PERMISSIONS:
        return bits
    overwrites = (channel.parent if channel.thread and channel.parent else channel).overwrites
    everyone = overwrites.get(member.guild.id)
    if everyone is not None:
        bits = (bits & ~everyone.deny) | everyone.allow
    allow = deny = 0
    for role in member.roles:
        overwrite = overwrites.get(role.id)
        if overwrite is not None:
            allow |= overwrite.allow
            deny |= overwrite.deny
    bits = (bits & ~deny) | allow
    own = overwrites.get(member.id)
    return bits if own is None else (bits & ~own.deny) | own.allow


def may(member: Member, channel: Channel, permission: Permission) -> bool:
    """Whether `member` holds every bit of `permission` in `channel`."""
    wanted = int(permission)
    return channel_permissions(member, channel) & wanted == wanted
