"""Routes for answering interactions: the callback, and the answers that follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api_error import invalid_form, unknown
from bot.sandbox.commands import CommandType
from bot.sandbox.components import validate
from bot.sandbox.interactions import CallbackType, InteractionType
from bot.sandbox.messages import EPHEMERAL, LOADING, MessageType
from bot.sandbox.rest import webhooks
from bot.sandbox.rest.call import Form
from bot.sandbox.rest.posting import rewrite, write
from bot.sandbox.rest.route import Route

if TYPE_CHECKING:
    from bot.sandbox.interactions import Dialogue
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.rest.call import Call

MAX_CHOICES = 25
MAX_MODAL_PARTS = 5
MAX_TITLE = 45


async def answer(call: Call) -> JsonObject | None:
    """The first answer to an interaction."""
    form = await call.form()
    token = call.request.match_info["interaction_token"]
    dialogue = call.world.interactions.take(call.number("interaction_id"), token)
    kind = form.payload.get("type")
    if not isinstance(kind, int) or kind not in _ALLOWED[dialogue.kind]:
        raise invalid_form("type", f"Interaction callback type {kind} is invalid here")
    # Nothing may be awaited between taking and acknowledging: two answers could both pass.
    _ANSWERS[kind](call, dialogue, Form(form.payload.get("data") or {}, form.files))
    dialogue.acknowledge(kind)
    await _announce(dialogue, kind)
    if call.request.query.get("with_response") not in ("1", "true"):
        return None
    return _callback_payload(dialogue, kind)


def _write(call: Call, dialogue: Dialogue, form: Form) -> None:
    dialogue.original = _written(call, dialogue, form)


def _defer(call: Call, dialogue: Dialogue, form: Form) -> None:
    flags = LOADING | (int(form.payload.get("flags") or 0) & EPHEMERAL)
    message = call.world.message(dialogue.channel, call.world.bot, flags=flags)
    dialogue.original = _mark(call, dialogue, message)


def _defer_update(_: Call, dialogue: Dialogue, form: Form) -> None:
    del form
    dialogue.original = dialogue.source


def _update(call: Call, dialogue: Dialogue, form: Form) -> None:
    if dialogue.source is None:
        raise invalid_form("type", "There is no message to update")
    dialogue.original = dialogue.source
    rewrite(call.world, dialogue.source, form)


def _offer(_: Call, dialogue: Dialogue, form: Form) -> None:
    choices = form.payload.get("choices") or []
    if len(choices) > MAX_CHOICES:
        raise invalid_form("data.choices", "Must be 25 or fewer in number")
    dialogue.choices = choices


def _open_modal(_: Call, dialogue: Dialogue, form: Form) -> None:
    modal = form.payload
    if not 1 <= len(modal.get("title") or "") <= MAX_TITLE:
        raise invalid_form("data.title", "Must be between 1 and 45 in length")
    if not modal.get("custom_id"):
        raise invalid_form("data.custom_id", "This field is required")
    if not 1 <= len(modal.get("components") or []) <= MAX_MODAL_PARTS:
        raise invalid_form("data.components", "Must be between 1 and 5 in length")
    validate(modal["components"], v2=True)
    dialogue.modal = modal


async def _announce(dialogue: Dialogue, kind: int) -> None:
    if dialogue.original is None:
        return
    if kind in _MESSAGE_ANSWERS:
        await _publish(dialogue.original)
    elif kind == CallbackType.UPDATE_MESSAGE:
        await dialogue.original.announce_edit()


async def follow_up(call: Call) -> JsonObject | None:
    """A further answer; the first one after a deferral fills the deferred message.

    The same path with the id of a webhook posts through that.
    """
    webhook = webhooks.webhook_of(call)
    if webhook is not None:
        return await webhooks.execute(call, webhook)
    dialogue = _followed(call)
    form = await call.form()
    original = dialogue.original
    if original is not None and original.flags & LOADING and not original.deleted:
        return await _fill(call, dialogue, original, form)
    message = _written(call, dialogue, form)
    dialogue.followups.append(message)
    await _publish(message)
    dialogue.changed()
    return message.payload()


async def get_answer(call: Call) -> JsonObject:
    """An answer that was given."""
    return _followed(call).message(call.request.match_info["message_id"]).payload()


async def edit_answer(call: Call) -> JsonObject:
    """Change an answer, or fill a deferred one."""
    dialogue = _followed(call)
    message = dialogue.message(call.request.match_info["message_id"])
    return await _fill(call, dialogue, message, await call.form())


async def delete_answer(call: Call) -> None:
    """Take an answer, or a message of a webhook, back."""
    webhook = webhooks.webhook_of(call)
    if webhook is not None:
        await webhooks.delete_message(call, webhook)
        return
    dialogue = _followed(call)
    await dialogue.message(call.request.match_info["message_id"]).delete()
    dialogue.changed()


async def _fill(call: Call, dialogue: Dialogue, message: Message, form: Form) -> JsonObject:
    loading = message.flags & LOADING
    rewrite(call.world, message, form)
    message.flags &= ~LOADING
    await message.announce_edit(message.created_at if loading else None)
    dialogue.changed()
    return message.payload()


def _followed(call: Call) -> Dialogue:
    if call.number("application_id") != call.world.application_id:
        raise unknown(10015)
    return call.world.interactions.follow(call.request.match_info["interaction_token"])


def _written(call: Call, dialogue: Dialogue, form: Form) -> Message:
    return _mark(call, dialogue, write(call.world, dialogue.channel, form))


def _mark(call: Call, dialogue: Dialogue, message: Message) -> Message:
    message.interaction = call.world.interactions.metadata(dialogue)
    message.webhook_id = call.world.application_id
    if dialogue.kind == InteractionType.COMMAND:
        slash = dialogue.data["type"] == CommandType.SLASH
        message.kind = MessageType.SLASH_COMMAND if slash else MessageType.CONTEXT_MENU
    return message


async def _publish(message: Message) -> None:
    if not message.ephemeral:
        await message.channel.post(message)


def _callback_payload(dialogue: Dialogue, kind: int) -> JsonObject:
    original = dialogue.original
    about: JsonObject = {"id": str(dialogue.id), "type": dialogue.kind}
    resource: JsonObject = {"type": kind}
    if original is not None:
        about["response_message_id"] = str(original.id)
        about["response_message_loading"] = bool(original.flags & LOADING)
        about["response_message_ephemeral"] = original.ephemeral
        if kind != CallbackType.DEFERRED_UPDATE:
            resource["message"] = original.payload()
    return {"interaction": about, "resource": resource}


_ANSWERS = {
    CallbackType.MESSAGE: _write,
    CallbackType.DEFERRED_MESSAGE: _defer,
    CallbackType.DEFERRED_UPDATE: _defer_update,
    CallbackType.UPDATE_MESSAGE: _update,
    CallbackType.AUTOCOMPLETE: _offer,
    CallbackType.MODAL: _open_modal,
}
_MESSAGE_ANSWERS = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}
_UPDATES = {CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE_MESSAGE}
_ALLOWED = {
    InteractionType.COMMAND: _MESSAGE_ANSWERS | {CallbackType.MODAL},
    InteractionType.COMPONENT: _MESSAGE_ANSWERS | _UPDATES | {CallbackType.MODAL},
    InteractionType.AUTOCOMPLETE: {CallbackType.AUTOCOMPLETE},
    InteractionType.MODAL_SUBMIT: _MESSAGE_ANSWERS | _UPDATES,
}
"""Which first answers fit which interaction (developer documentation, "Interaction Response")."""

_WEBHOOK = "/webhooks/{application_id}/{interaction_token}"
ROUTES = (
    Route(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        answer,
        needs_token=False,
    ),
    Route("POST", _WEBHOOK, follow_up, needs_token=False),
    Route("GET", f"{_WEBHOOK}/messages/{{message_id}}", get_answer, needs_token=False),
    Route("PATCH", f"{_WEBHOOK}/messages/{{message_id}}", edit_answer, needs_token=False),
    Route("DELETE", f"{_WEBHOOK}/messages/{{message_id}}", delete_answer, needs_token=False),
)
