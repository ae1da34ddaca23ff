"""Turns the bot's payloads into messages: limits, files, components, replies, nonces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api_error import ApiError, invalid_form, missing_permissions, unknown
from bot.sandbox.components import attachment_names, settle, validate
from bot.sandbox.messages import COMPONENTS_V2
from bot.sandbox.permissions import Permission, may
from bot.sandbox.speech import refer

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message, StoredFile
    from bot.sandbox.rest.call import Form
    from bot.sandbox.world import World

# Limits of the developer documentation, "Create Message".
MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_TEXT = 6000
MAX_FILES = 10
MAX_NONCE = 25

_SETTABLE_FLAGS = (1 << 2) | (1 << 6) | (1 << 12) | COMPONENTS_V2


def write(world: World, channel: Channel, form: Form) -> Message:
    """Build the bot's message from a payload; it is not posted yet.

    Raises:
        ApiError: 400, the payload breaks one of Discord's rules.
    """
    payload = form.payload
    _check_nonce(payload)
    flags = int(payload.get("flags") or 0) & _SETTABLE_FLAGS
    message = world.message(channel, world.bot, str(payload.get("content") or ""), flags=flags)
    message.nonce = payload.get("nonce")
    message.allowed_mentions = payload.get("allowed_mentions")
    message.files = _upload(world, channel, form)
    message.embeds = [{"type": "rich", **embed} for embed in payload.get("embeds") or ()]
    message.components = payload.get("components") or []
    _check_content(message)
    _limit_mentions(message)
    _place_components(message, message.files)
    if payload.get("message_reference"):
        _reply(message, payload["message_reference"])
    return message


def rewrite(world: World, message: Message, form: Form) -> None:
    """Apply a PATCH payload to the bot's message.

    Raises:
        ApiError: 400, the payload breaks one of Discord's rules.
    """
    payload = form.payload
    fresh = _upload(world, message.channel, form)
    kept = message.files
    if "attachments" in payload:
        ids = {str(item.get("id")) for item in payload["attachments"] or ()}
        kept = [file for file in message.files if str(file.id) in ids]
    draft = world.message(message.channel, message.author, message.content)
    draft.flags = _edited_flags(message, payload)
    draft.files = kept + fresh
    draft.content = str(payload.get("content", message.content) or "")
    draft.embeds = (payload["embeds"] or []) if "embeds" in payload else message.embeds
    draft.components = payload.get("components", message.components) or []
    _check_content(draft)
    _place_components(draft, draft.files if "components" in payload else fresh)
    for name in ("flags", "files", "content", "embeds", "components"):
        setattr(message, name, getattr(draft, name))
    message.mentions = world.mentioned_users(message.content)
    if "allowed_mentions" in payload:
        message.allowed_mentions = payload["allowed_mentions"]
        _limit_mentions(message)


def check_may_post(channel: Channel, form: Form) -> None:
    """Refuse what the bot's permissions in `channel` do not allow.

    Raises:
        ApiError: 403 code 50013, 50007 for closed direct messages, or 400 for a forum or an
            archived, locked thread.
    """
    if not channel.is_text:
        raise ApiError(400, 50008)
    if channel.guild is None:
        if channel.recipient is not None and channel.recipient.closed:
            raise ApiError(403, 50007)
        return
    in_thread = channel.thread is not None
    send = Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES
    needed = [send, *([Permission.ATTACH_FILES] if form.files else [])]
    if not all(may(channel.guild.me, channel, permission) for permission in needed):
        raise missing_permissions()
    if channel.thread is not None and channel.thread.locked:
        raise ApiError(400, 50083)
    if not may(channel.guild.me, channel, Permission.EMBED_LINKS):
        # Discord drops embeds without a word.
        form.payload.pop("embeds", None)


def _edited_flags(message: Message, payload: JsonObject) -> int:
    asked = int(payload.get("flags") or 0) & _SETTABLE_FLAGS
    if message.flags & COMPONENTS_V2 and "flags" in payload and not asked & COMPONENTS_V2:
        raise invalid_form("flags", "The IS_COMPONENTS_V2 flag cannot be removed")
    return message.flags | asked


def _check_content(message: Message) -> None:
    if len(message.content) > MAX_CONTENT:
        reason = f"Must be {MAX_CONTENT} or fewer in length."
        raise invalid_form("content", reason, "BASE_TYPE_MAX_LENGTH")
    if len(message.embeds) > MAX_EMBEDS:
        raise invalid_form("embeds", f"Must be {MAX_EMBEDS} or fewer in length.")
    if sum(_embed_size(embed) for embed in message.embeds) > MAX_EMBED_TEXT:
        raise invalid_form("embeds", f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}")
    if message.flags & COMPONENTS_V2:
        if message.content or message.embeds:
            reason = "The content and embeds fields cannot be used with IS_COMPONENTS_V2"
            raise invalid_form("content", reason, "MESSAGE_CANNOT_USE_LEGACY_FIELDS")
        if not message.components:
            raise ApiError(400, 50006)
    elif not (message.content or message.embeds or message.files or message.components):
        raise ApiError(400, 50006)


def _embed_size(embed: JsonObject) -> int:
    names = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    names += [field[key] for field in embed.get("fields") or () for key in ("name", "value")]
    names.append((embed.get("author") or {}).get("name"))
    return sum(len(name or "") for name in names)


def _place_components(message: Message, uploads: list[StoredFile]) -> None:
    v2 = bool(message.flags & COMPONENTS_V2)
    validate(message.components, v2=v2)
    urls = {file.filename: file.url for file in message.files}
    named = attachment_names(message.components)
    if named - set(urls):
        raise invalid_form("components", f"No attachment called {min(named - set(urls))}")
    unused = {file.filename for file in uploads} - named
    if v2 and unused:
        reason = f"The attachment {min(unused)} is not referenced by a component"
        raise invalid_form("attachments", reason)
    message.components = settle(message.components, urls)


def _check_nonce(payload: JsonObject) -> None:
    nonce = payload.get("nonce")
    if nonce is None:
        if payload.get("enforce_nonce"):
            raise invalid_form("nonce", "A nonce is required with enforce_nonce")
    elif len(str(nonce)) > MAX_NONCE:
        raise invalid_form("nonce", f"Must be {MAX_NONCE} or fewer in length.")


def _upload(world: World, channel: Channel, form: Form) -> list[StoredFile]:
    if len(form.files) > MAX_FILES:
        raise invalid_form("files", f"Must be {MAX_FILES} or fewer in length.")
    described = {f"files[{item['id']}]": item for item in form.payload.get("attachments") or ()}
    stored = []
    for field, upload in form.files.items():
        about = described.get(field, {})
        name = about.get("filename") or upload.filename
        description = about.get("description")
        stored.append(world.store_file(channel, name, upload.content, description=description))
    return stored


def _limit_mentions(message: Message) -> None:
    allowed = message.allowed_mentions
    guild = message.channel.guild
    parse = ("users", "roles", "everyone") if allowed is None else allowed.get("parse") or ()
    if allowed is not None:
        listed = {int(one) for one in allowed.get("users") or ()}
        kept = [user for user in message.mentions if "users" in parse or user.id in listed]
        message.mentions = kept
        roles = {int(one) for one in allowed.get("roles") or ()}
        message.mention_roles = [
            role for role in message.mention_roles if "roles" in parse or role in roles
        ]
    named = "@everyone" in message.content or "@here" in message.content
    if named and "everyone" in parse and guild is not None:
        may_mention = may(guild.me, message.channel, Permission.MENTION_EVERYONE)
        message.mention_everyone = may_mention


def _reply(message: Message, reference: JsonObject) -> None:
    target = message.channel.history.get(int(reference["message_id"]))
    if target is None:
        if reference.get("fail_if_not_exists", True):
            raise invalid_form("message_reference", "Unknown message", "REPLIES_UNKNOWN_MESSAGE")
        return
    if reference.get("type"):
        raise unknown(10008)
    mentions = list(message.mentions)
    refer(message, target)
    if message.allowed_mentions is not None and not message.allowed_mentions.get("replied_user"):
        message.mentions = mentions
