"""Guild objects as the API sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.snowflakes import iso

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.guilds import Guild
    from bot.sandbox.jsontypes import JsonObject

_NULL_FIELDS = (
    "icon",
    "splash",
    "discovery_splash",
    "afk_channel_id",
    "rules_channel_id",
    "vanity_url_code",
    "description",
    "banner",
    "application_id",
)
_LEVEL_FIELDS = (
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "mfa_level",
    "nsfw_level",
    "premium_tier",
)
_EMPTY_LISTS = (
    "voice_states",
    "presences",
    "stage_instances",
    "guild_scheduled_events",
    "soundboard_sounds",
)


def guild_payload(guild: Guild) -> JsonObject:
    """The guild object, without channels and members."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "preferred_locale": guild.locale,
        "roles": [role.payload() for role in guild.roles],
        "emojis": [],
        "stickers": [],
        "features": [],
        "afk_timeout": 300,
        "system_channel_id": _id(guild.system_channel),
        "public_updates_channel_id": _id(guild.updates_channel),
        "system_channel_flags": 0,
        "premium_progress_bar_enabled": False,
        **dict.fromkeys(_NULL_FIELDS),
        **dict.fromkeys(_LEVEL_FIELDS, 0),
    }


def guild_create_payload(guild: Guild, *, everybody: bool) -> JsonObject:
    """GUILD_CREATE; its member list is the bot alone unless `everybody`."""
    members = guild.members.values() if everybody else [guild.me]
    return guild_payload(guild) | {
        "joined_at": iso(guild.joined_at),
        "large": False,
        "member_count": len(guild.members),
        "members": [member.payload() for member in members],
        "channels": [channel.payload() for channel in guild.channels],
        "threads": [thread.payload() for thread in guild.active_threads()],
        **{key: [] for key in _EMPTY_LISTS},
    }


def _id(channel: Channel | None) -> str | None:
    return None if channel is None or channel.deleted else str(channel.id)
