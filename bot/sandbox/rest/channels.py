"""Routes for channels and threads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.api_error import ApiError, invalid_form, missing_permissions
from bot.sandbox.channels import ChannelType
from bot.sandbox.permissions import Permission, may
from bot.sandbox.rest.call import Form
from bot.sandbox.rest.posting import write
from bot.sandbox.rest.route import Route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.channels import Channel, ThreadState
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.rest.call import Call


async def get_channel(call: Call) -> JsonObject:
    """One channel or thread."""
    return call.channel().payload()


async def edit_channel(call: Call) -> JsonObject:
    """Rename a channel or thread, archive a thread or open it again."""
    channel = call.channel()
    _require_manage(channel)
    payload = await call.json()
    if "name" in payload:
        channel.name = payload["name"]
    if channel.thread is not None:
        channel.thread.locked = payload.get("locked", channel.thread.locked)
        await channel.archive(archived=payload.get("archived", channel.thread.archived))
    else:
        await channel.announce("CHANNEL_UPDATE")
    return channel.payload()


async def delete_channel(call: Call) -> JsonObject:
    """Delete a channel or thread."""
    channel = call.channel()
    _require_manage(channel)
    await channel.delete()
    return channel.payload()


async def start_typing(call: Call) -> None:
    """Accept the typing indicator."""
    call.channel()


async def create_thread(call: Call) -> JsonObject:
    """Open a thread in a text channel, or post in a forum."""
    channel = call.channel()
    form = await call.form()
    if channel.guild is None:
        raise ApiError(400, 50008)
    if channel.kind == ChannelType.FORUM:
        return await _create_post(call, channel, form)
    kind = form.payload.get("type", ChannelType.PRIVATE_THREAD)
    private = kind == ChannelType.PRIVATE_THREAD
    call.channel(Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    name = form.payload["name"]
    thread = await channel.guild.open_thread(channel, name, call.world.bot, kind=kind)
    return thread.payload()


async def _create_post(call: Call, forum: Channel, form: Form) -> JsonObject:
    call.channel(Permission.SEND_MESSAGES)
    if forum.guild is None or not isinstance(form.payload.get("message"), dict):
        raise invalid_form("message", "This field is required")
    message = write(call.world, forum, Form(form.payload["message"], form.files))
    name = form.payload["name"]
    post = await forum.guild.open_thread(forum, name, call.world.bot, thread_id=message.id)
    message.channel = post
    await post.post(message)
    return post.payload() | {"message": message.payload()}


async def create_thread_from_message(call: Call) -> JsonObject:
    """Open a thread under a message; it takes the message's id."""
    channel = call.channel(Permission.CREATE_PUBLIC_THREADS)
    message = call.message(channel)
    if message.thread is not None:
        raise ApiError(400, 160004)
    if channel.guild is None:
        raise ApiError(400, 50008)
    name = (await call.json())["name"]
    message.thread = await channel.guild.open_thread(
        channel, name, call.world.bot, thread_id=message.id
    )
    await message.announce_edit()
    return message.thread.payload()


async def join_thread(call: Call) -> None:
    """Let the bot into a thread."""
    channel, state = _thread(call)
    state.member_ids.add(call.world.bot.id)
    await channel.announce("THREAD_UPDATE")


async def leave_thread(call: Call) -> None:
    """Let the bot leave a thread."""
    _thread(call)[1].member_ids.discard(call.world.bot.id)


async def list_thread_members(call: Call) -> list[JsonObject]:
    """Who is in a thread."""
    channel, state = _thread(call)
    return [channel.thread_member(user_id, state) for user_id in sorted(state.member_ids)]


async def list_archived_public(call: Call) -> JsonObject:
    """Archived public threads, the latest archived first."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    public = [one for one in channel.threads() if one.kind != ChannelType.PRIVATE_THREAD]
    return _archived(call, public)


async def list_archived_private(call: Call) -> JsonObject:
    """Archived private threads, for those who manage threads."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY, Permission.MANAGE_THREADS)
    private = [one for one in channel.threads() if one.kind == ChannelType.PRIVATE_THREAD]
    return _archived(call, private)


async def list_joined_private(call: Call) -> JsonObject:
    """Archived private threads that the bot is in."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    me = call.world.bot.id
    joined = [
        one
        for one in channel.threads()
        if one.kind == ChannelType.PRIVATE_THREAD and one.thread and me in one.thread.member_ids
    ]
    return _archived(call, joined)


async def list_active_threads(call: Call) -> JsonObject:
    """All open threads of a guild that the bot can see."""
    threads = call.guild().active_threads()
    return {"threads": [one.payload() for one in threads], "members": []}


def _archived(call: Call, threads: Iterable[Channel]) -> JsonObject:
    limit = call.query_number("limit") or 50
    before = call.request.query.get("before")
    found = [(one.thread.archived_at, one) for one in threads if one.thread and one.thread.archived]
    if before is not None:
        end = _moment(call, before)
        found = [item for item in found if item[0] < end]
    found.sort(key=lambda item: (item[0], item[1].id), reverse=True)
    page = [one.payload() for _, one in found[:limit]]
    return {"threads": page, "members": [], "has_more": len(found) > limit}


def _moment(call: Call, text: str) -> datetime:
    if text.isdecimal():
        known = call.world.channels.get(int(text))
        if known is not None and known.thread is not None:
            return known.thread.archived_at
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise invalid_form("before", "Not a timestamp") from None


def _thread(call: Call) -> tuple[Channel, ThreadState]:
    channel = call.channel()
    if channel.thread is None:
        raise ApiError(400, 50008)
    return channel, channel.thread


def _require_manage(channel: Channel) -> None:
    guild, thread = channel.guild, channel.thread
    if guild is None or (thread and thread.owner_id == channel.world.bot.id):
        return
    needed = Permission.MANAGE_THREADS if thread else Permission.MANAGE_CHANNELS
    if not may(guild.me, channel, needed):
        raise missing_permissions()


_CHANNEL = "/channels/{channel_id}"
ROUTES = (
    Route("GET", _CHANNEL, get_channel),
    Route("PATCH", _CHANNEL, edit_channel),
    Route("DELETE", _CHANNEL, delete_channel),
    Route("POST", f"{_CHANNEL}/typing", start_typing),
    Route("POST", f"{_CHANNEL}/threads", create_thread),
    Route("POST", f"{_CHANNEL}/messages/{{message_id}}/threads", create_thread_from_message),
    Route("GET", f"{_CHANNEL}/threads/archived/public", list_archived_public),
    Route("GET", f"{_CHANNEL}/threads/archived/private", list_archived_private),
    Route("GET", f"{_CHANNEL}/users/@me/threads/archived/private", list_joined_private),
    Route("GET", f"{_CHANNEL}/thread-members", list_thread_members),
    Route("PUT", f"{_CHANNEL}/thread-members/@me", join_thread),
    Route("DELETE", f"{_CHANNEL}/thread-members/@me", leave_thread),
    Route("GET", "/guilds/{guild_id}/threads/active", list_active_threads),
)
