"""Routes for messages: history, posting, editing, deleting, pins."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.api_error import ApiError, invalid_form, missing_permissions
from bot.sandbox.permissions import Permission, may
from bot.sandbox.rest.posting import check_may_post, rewrite, write
from bot.sandbox.rest.route import Route
from bot.sandbox.snowflakes import iso, snowflake_at

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.rest.call import Call

_PAGE = 50
_MAX_PAGE = 100
_BULK_AGE = timedelta(days=14)
"""Bulk deletion refuses older messages (developer documentation, "Bulk Delete Messages")."""


async def list_messages(call: Call) -> list[JsonObject]:
    """A page of history, newest first whichever way it is asked for."""
    channel = call.channel()
    limit = call.query_number("limit") or _PAGE
    if not 1 <= limit <= _MAX_PAGE:
        raise invalid_form("limit", "int value should be between 1 and 100")
    guild = channel.guild
    if guild is not None and not may(guild.me, channel, Permission.READ_MESSAGE_HISTORY):
        # Documented: without this permission no messages are returned, and no error either.
        return []
    return [message.payload() for message in _page(call, channel, limit)]


def _page(call: Call, channel: Channel, limit: int) -> list[Message]:
    history = channel.history
    for name, page in (
        ("around", history.around),
        ("before", history.before),
        ("after", history.after),
    ):
        pivot = call.query_number(name)
        if pivot is not None:
            return page(pivot, limit)
    return history.latest(limit)


async def get_message(call: Call) -> JsonObject:
    """One message."""
    return call.message(call.channel(Permission.READ_MESSAGE_HISTORY)).payload()


async def create_message(call: Call) -> JsonObject:
    """Post a message as the bot, or find it again by its nonce."""
    channel = call.channel()
    form = await call.form()
    check_may_post(channel, form)
    nonce = form.payload.get("nonce")
    if nonce is not None and form.payload.get("enforce_nonce"):
        earlier = call.world.nonces.find(call.world.bot.id, channel.id, nonce)
        if earlier is not None:
            return earlier.payload()
    message = write(call.world, channel, form)
    call.world.nonces.remember(message)
    if channel.thread is not None and channel.thread.archived:
        # Documented ("Threads"): a message opens a thread again that nobody has locked.
        await channel.archive(archived=False)
    await channel.post(message)
    return message.payload()


async def edit_message(call: Call) -> JsonObject:
    """Edit one of the bot's messages."""
    message = call.message(call.channel())
    if message.author is not call.world.bot:
        raise ApiError(403, 50005)
    rewrite(call.world, message, await call.form())
    await message.announce_edit()
    return message.payload()


async def delete_message(call: Call) -> None:
    """Delete a message; other people's need the permission for it."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.world.bot:
        _require_manage(channel)
    await message.delete()


async def bulk_delete(call: Call) -> None:
    """Delete 2 to 100 messages of the last two weeks."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    ids = {int(one) for one in (await call.json())["messages"]}
    if not 2 <= len(ids) <= _MAX_PAGE:
        raise ApiError(400, 50016)
    if min(ids) < snowflake_at(call.world.clock.now() - _BULK_AGE):
        raise ApiError(400, 50034)
    found = [message for one in sorted(ids) if (message := channel.history.get(one))]
    if found:
        await channel.delete_messages(found)


async def list_pins(call: Call) -> JsonObject:
    """The pinned messages, newest first."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    pinned = [message for message in channel.history if message.pinned]
    items = [
        {"pinned_at": iso(message.edited_at or message.created_at), "message": message.payload()}
        for message in reversed(pinned)
    ]
    return {"items": items, "has_more": False}


async def pin_message(call: Call) -> None:
    """Pin a message."""
    channel = call.channel()
    _require_manage(channel, Permission.PIN_MESSAGES)
    await call.message(channel).pin(call.world.bot)


async def unpin_message(call: Call) -> None:
    """Take a pin away."""
    channel = call.channel()
    _require_manage(channel, Permission.PIN_MESSAGES)
    await call.message(channel).unpin()


def _require_manage(channel: Channel, permission: Permission = Permission.MANAGE_MESSAGES) -> None:
    if channel.guild is None or not may(channel.guild.me, channel, permission):
        raise missing_permissions()


_MESSAGES = "/channels/{channel_id}/messages"
ROUTES = (
    Route("GET", _MESSAGES, list_messages),
    Route("POST", _MESSAGES, create_message),
    Route("POST", f"{_MESSAGES}/bulk-delete", bulk_delete),
    Route("GET", f"{_MESSAGES}/pins", list_pins),
    Route("PUT", f"{_MESSAGES}/pins/{{message_id}}", pin_message),
    Route("DELETE", f"{_MESSAGES}/pins/{{message_id}}", unpin_message),
    Route("GET", f"{_MESSAGES}/{{message_id}}", get_message),
    Route("PATCH", f"{_MESSAGES}/{{message_id}}", edit_message),
    Route("DELETE", f"{_MESSAGES}/{{message_id}}", delete_message),
)
