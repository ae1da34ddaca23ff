"""Routes for webhooks of channels. Posting with one needs its token and no permission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api_error import ApiError, invalid_form, unknown
from bot.sandbox.channels import ChannelType
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.call import Form
from bot.sandbox.rest.posting import write
from bot.sandbox.rest.route import Route
from bot.sandbox.webhooks import MAX_PER_CHANNEL

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.rest.call import Call
    from bot.sandbox.webhooks import Webhook

MAX_NAME = 80
_FORBIDDEN = ("discord", "clyde")


async def create_webhook(call: Call) -> JsonObject:
    """Make a webhook that belongs to the application."""
    channel = call.channel(Permission.MANAGE_WEBHOOKS)
    if channel.guild is None or channel.thread is not None:
        raise ApiError(400, 50024)
    name = (await call.json()).get("name") or ""
    _check_name("name", name)
    if len(call.world.webhooks.of(channel)) >= MAX_PER_CHANNEL:
        raise ApiError(400, 30007)
    world = call.world
    return world.webhooks.add(channel, name, world.bot, world.application_id).payload()


async def list_webhooks(call: Call) -> list[JsonObject]:
    """The webhooks of a channel; the token of another application's stays secret."""
    channel = call.channel(Permission.MANAGE_WEBHOOKS)
    mine = call.world.application_id
    found = call.world.webhooks.of(channel)
    return [
        each.payload() if each.application_id in (mine, None) else each.payload() | {"token": None}
        for each in found
    ]


async def execute(call: Call, webhook: Webhook) -> JsonObject | None:
    """Post a message under any name."""
    form = await call.form()
    name = form.payload.get("username")
    if name is not None:
        _check_name("username", name)
    if form.payload.get("components") and webhook.application_id is None:
        raise invalid_form("components", "Only webhooks of applications can send components")
    channel = await _place(call, webhook, form)
    draft = write(call.world, channel, form)
    message = call.world.message(channel, webhook.author(name), draft.content)
    message.webhook_id = webhook.id
    for part in ("flags", "files", "embeds", "components", "allowed_mentions", "mentions"):
        setattr(message, part, getattr(draft, part))
    message.mention_roles, message.mention_everyone = draft.mention_roles, draft.mention_everyone
    if form.payload.get("thread_name") and channel.thread is not None:
        message.id = channel.id
    await channel.post(message)
    return message.payload() if call.request.query.get("wait") in ("1", "true") else None


async def delete_message(call: Call, webhook: Webhook) -> None:
    """Delete a message of the webhook."""
    place = webhook.channel
    thread_id = call.query_number("thread_id")
    if thread_id is not None:
        place = _thread(call, webhook, thread_id)
    message: Message | None = place.history.get(call.number("message_id"))
    if message is None or message.webhook_id != webhook.id:
        raise unknown(10008)
    await message.delete()


def webhook_of(call: Call) -> Webhook | None:
    """The webhook of the path; None when the path is that of an interaction.

    Raises:
        ApiError: 404 code 10015, the token is wrong or the webhook is gone.
    """
    identifier = call.number("application_id")
    if identifier == call.world.application_id:
        return None
    webhook = call.world.webhooks.get(identifier)
    if webhook is None or webhook.token != call.request.match_info["interaction_token"]:
        raise unknown(10015)
    return webhook


async def _place(call: Call, webhook: Webhook, form: Form) -> Channel:
    """The channel or thread to post in; a forum needs a thread, or the name of a new one."""
    thread_id, name = call.query_number("thread_id"), form.payload.get("thread_name")
    if thread_id is not None:
        return _thread(call, webhook, thread_id)
    if webhook.channel.kind != ChannelType.FORUM:
        return webhook.channel
    guild = webhook.channel.guild
    if not name or guild is None:
        raise ApiError(400, 220001)
    return await guild.open_thread(webhook.channel, name, webhook.author(None))


def _thread(call: Call, webhook: Webhook, thread_id: int) -> Channel:
    thread = call.world.channels.get(thread_id)
    if thread is None or thread.parent is not webhook.channel:
        raise unknown(10003)
    return thread


def _check_name(field: str, name: str) -> None:
    if not 1 <= len(name) <= MAX_NAME:
        raise invalid_form(field, "Must be between 1 and 80 in length.", "BASE_TYPE_BAD_LENGTH")
    if any(word in name.casefold() for word in _FORBIDDEN):
        reason = f'{field.capitalize()} cannot contain "discord" or "clyde"'
        raise invalid_form(field, reason, "USERNAME_INVALID_CONTAINS")


ROUTES = (
    Route("POST", "/channels/{channel_id}/webhooks", create_webhook),
    Route("GET", "/channels/{channel_id}/webhooks", list_webhooks),
)
