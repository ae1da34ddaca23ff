"""Routes for application commands: reading and overwriting a scope, and who may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api_error import ApiError, invalid_form, missing_access
from bot.sandbox.rest.route import Route

if TYPE_CHECKING:
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.rest.call import Call


async def list_commands(call: Call) -> list[JsonObject]:
    """The commands of a scope."""
    return call.world.commands.scope(_scope(call))


async def replace_commands(call: Call) -> list[JsonObject]:
    """Overwrite the commands of a scope."""
    scope = _scope(call)
    definitions = await call.json()
    if not isinstance(definitions, list):
        raise invalid_form("_", "Only iterables may be used in a ListType")
    return call.world.commands.replace(call.world.application_id, scope, definitions)


async def list_overrides(call: Call) -> list[JsonObject]:
    """Who may use which command in a guild, where that differs from the default."""
    guild_id = _scope(call)
    assert guild_id is not None
    return call.world.command_overrides.payloads(guild_id, call.world.application_id)


def _scope(call: Call) -> int | None:
    if call.number("application_id") != call.world.application_id:
        raise ApiError(403, 20012)
    if "guild_id" not in call.request.match_info:
        return None
    guild_id = call.number("guild_id")
    if guild_id not in call.world.guilds:
        raise missing_access()
    return guild_id


_APPLICATION = "/applications/{application_id}"
_GUILD = f"{_APPLICATION}/guilds/{{guild_id}}"
ROUTES = (
    Route("GET", f"{_APPLICATION}/commands", list_commands),
    Route("PUT", f"{_APPLICATION}/commands", replace_commands),
    Route("GET", f"{_GUILD}/commands", list_commands),
    Route("PUT", f"{_GUILD}/commands", replace_commands),
    Route("GET", f"{_GUILD}/commands/permissions", list_overrides),
)
