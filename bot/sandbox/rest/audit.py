"""The route of a guild's audit log, as far as the bot looks at it: who added which bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api_error import missing_permissions
from bot.sandbox.permissions import Permission, guild_permissions
from bot.sandbox.rest.route import Route

if TYPE_CHECKING:
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.rest.call import Call

BOT_ADD = 28
"""Type of the entry (developer documentation, "Audit Log Events")."""


async def list_entries(call: Call) -> JsonObject:
    """The entries, newest first; this guild only ever added its one bot."""
    guild = call.guild()
    if not guild_permissions(guild.me) & Permission.VIEW_AUDIT_LOG:
        raise missing_permissions()
    asked = call.query_number("action_type")
    adder = guild.added_by
    entries: list[JsonObject] = []
    if adder is not None and asked in {None, BOT_ADD}:
        entries = [
            {
                "id": str(guild.me.id),
                "action_type": BOT_ADD,
                "user_id": str(adder.id),
                "target_id": str(guild.me.id),
            }
        ]
    return {
        "audit_log_entries": entries,
        "users": [adder.user.payload()] if adder else [],
        "integrations": [],
        "webhooks": [],
        "threads": [],
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
    }


ROUTES = (Route("GET", "/guilds/{guild_id}/audit-logs", list_entries),)
