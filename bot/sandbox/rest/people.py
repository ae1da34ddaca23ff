"""Routes for the application itself, users, guilds and members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api_error import unknown
from bot.sandbox.rest.route import Route

if TYPE_CHECKING:
    from bot.sandbox.entities import User
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.rest.call import Call


async def get_me(call: Call) -> JsonObject:
    """The bot's own account."""
    return call.world.bot.payload() | {"verified": True, "mfa_enabled": False, "email": None}


async def get_application(call: Call) -> JsonObject:
    """The application."""
    world = call.world
    owners = [guild.owner.user for guild in world.guilds.values()] or [world.bot]
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": world.application_flags,
        "owner": owners[0].payload(),
        "team": None,
        "summary": "",
    }


async def get_user(call: Call) -> JsonObject:
    """Any account."""
    return _user(call, call.number("user_id")).payload()


async def open_direct_channel(call: Call) -> JsonObject:
    """The direct message channel with a user."""
    recipient = int((await call.json())["recipient_id"])
    return call.world.direct_channel(_user(call, recipient)).payload()


async def get_guild(call: Call) -> JsonObject:
    """A guild without its channels and members."""
    guild = call.guild()
    return guild.payload() | {"approximate_member_count": len(guild.members)}


async def list_channels(call: Call) -> list[JsonObject]:
    """A guild's channels; threads are not among them."""
    return [channel.payload() for channel in call.guild().channels]


async def list_roles(call: Call) -> list[JsonObject]:
    """A guild's roles."""
    return [role.payload() for role in call.guild().roles]


async def get_member(call: Call) -> JsonObject:
    """One member."""
    member = call.guild().members.get(call.number("user_id"))
    if member is None:
        raise unknown(10007)
    return member.payload()


async def leave_guild(call: Call) -> None:
    """Let the bot leave a guild."""
    await call.guild().kick_bot()


def _user(call: Call, user_id: int) -> User:
    user = call.world.users.get(user_id)
    if user is None:
        raise unknown(10013)
    return user


ROUTES = (
    Route("GET", "/users/@me", get_me),
    Route("GET", "/applications/@me", get_application),
    Route("GET", "/oauth2/applications/@me", get_application),
    Route("POST", "/users/@me/channels", open_direct_channel),
    Route("DELETE", "/users/@me/guilds/{guild_id}", leave_guild),
    Route("GET", "/users/{user_id}", get_user),
    Route("GET", "/guilds/{guild_id}", get_guild),
    Route("GET", "/guilds/{guild_id}/channels", list_channels),
    Route("GET", "/guilds/{guild_id}/roles", list_roles),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", get_member),
)
