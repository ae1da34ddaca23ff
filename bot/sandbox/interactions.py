"""Interactions that are under way: their tokens, deadlines and answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.api_error import ApiError, unknown
from bot.sandbox.events import Event
from bot.sandbox.permissions import Permission, channel_permissions

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import Member
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.world import World

ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes that a guild without boosts accepts in one file."""

_IN_PRIVATE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
)


class InteractionType:
    """What a member did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class Context:
    """Where an interaction happens."""

    GUILD = 0
    BOT_DM = 1


class CallbackType:
    """How the bot answers first."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE_MESSAGE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


@dataclass(slots=True, eq=False)
class Dialogue:
    """One interaction and everything the bot answered to it.

    Attributes:
        born: Monotonic seconds.
        source: The message whose button was pressed, if any.
        callback: The `CallbackType` of the first answer.
        original: What `@original` means: the answer, or the updated source message.
        changes: Counts visible changes after the first answer.
    """

    id: int
    token: str
    kind: int
    member: Member
    channel: Channel
    data: JsonObject
    born: float
    source: Message | None = None
    callback: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: JsonObject | None = None
    choices: list[JsonObject] = field(default_factory=list)
    changes: int = 0
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def acknowledge(self, callback: int) -> None:
        """Note the first answer; a deferred message is not a visible one yet."""
        self.callback = callback
        self.acknowledged.set()
        if callback != CallbackType.DEFERRED_MESSAGE:
            self.changed()

    def changed(self) -> None:
        """Note that the member sees something new."""
        self.changes += 1
        self.answered.set()

    def message(self, message_id: str) -> Message:
        """`@original`, or a follow-up by its id.

        Raises:
            ApiError: 404, there is no such message (any more).
        """
        candidates = [*self.followups, *([self.original] if self.original else [])]
        for message in candidates:
            named = message_id == str(message.id)
            original = message_id == "@original" and message is self.original
            if (named or original) and not message.deleted:
                return message
        raise unknown(10008)


class InteractionDesk:
    """Hands out interactions and finds them again by their token.

    Attributes:
        deadline: Seconds the bot has for its first answer (Discord: 3).
        token_life: Seconds a token works after that (Discord: 15 minutes).
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_token: dict[str, Dialogue] = {}
        self.deadline = 3.0
        self.token_life = 900.0

    def open(
        self,
        kind: int,
        member: Member,
        channel: Channel,
        data: JsonObject,
        source: Message | None = None,
    ) -> Dialogue:
        """Start an interaction and send INTERACTION_CREATE."""
        identifier = self._world.mint()
        token = f"{identifier}.{secrets.token_urlsafe(24)}"
        dialogue = Dialogue(
            identifier, token, kind, member, channel, data, time.monotonic(), source
        )
        self._forget_expired(dialogue.born)
        self._by_token[token] = dialogue
        event = Event("INTERACTION_CREATE", self._payload(dialogue), member.guild.id)
        self._world.publish(event)
        return dialogue

    def _forget_expired(self, now: float) -> None:
        expired = []
        for token, dialogue in self._by_token.items():
            if now - dialogue.born <= self.token_life:
                break
            expired.append(token)
        for token in expired:
            del self._by_token[token]

    def take(self, interaction_id: int, token: str) -> Dialogue:
        """The interaction for its first answer.

        Raises:
            ApiError: 404 code 10062 when unknown or too late, 400 code 40060 when answered.
        """
        dialogue = self._by_token.get(token)
        if dialogue is None or dialogue.id != interaction_id:
            raise unknown(10062)
        if dialogue.callback is not None:
            raise ApiError(400, 40060)
        if time.monotonic() - dialogue.born > self.deadline:
            raise unknown(10062)
        return dialogue

    def follow(self, token: str) -> Dialogue:
        """The interaction for anything after its first answer.

        Raises:
            ApiError: 404 code 10015, the token is unknown, unused or too old.
        """
        dialogue = self._by_token.get(token)
        if dialogue is None or dialogue.callback is None:
            raise unknown(10015)
        if time.monotonic() - dialogue.born > self.token_life:
            raise unknown(10015)
        return dialogue

    def metadata(self, dialogue: Dialogue) -> JsonObject:
        """What an answer's message tells about its interaction."""
        return {
            "id": str(dialogue.id),
            "type": dialogue.kind,
            "user": dialogue.member.user.payload(),
            "authorizing_integration_owners": _owners(dialogue),
        }

    def _payload(self, dialogue: Dialogue) -> JsonObject:
        in_guild = dialogue.channel.guild is not None
        data: JsonObject = {
            "id": str(dialogue.id),
            "application_id": str(self._world.application_id),
            "type": dialogue.kind,
            "data": dialogue.data,
            "token": dialogue.token,
            "version": 1,
            "channel_id": str(dialogue.channel.id),
            "locale": dialogue.member.locale,
            "entitlements": [],
            "authorizing_integration_owners": _owners(dialogue),
            "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
            **(self._in_guild(dialogue) if in_guild else self._in_private(dialogue)),
        }
        if dialogue.source is not None:
            data["message"] = dialogue.source.payload()
        return data

    def _in_private(self, dialogue: Dialogue) -> JsonObject:
        """What only an interaction in a direct message has."""
        return {
            "user": dialogue.member.user.payload(),
            "channel": dialogue.channel.payload(),
            "app_permissions": str(int(_IN_PRIVATE)),
            "context": Context.BOT_DM,
        }

    def _in_guild(self, dialogue: Dialogue) -> JsonObject:
        """What only an interaction in a guild has."""
        member, channel, guild = dialogue.member, dialogue.channel, dialogue.member.guild
        permissions = str(channel_permissions(member, channel))
        return {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "features": [], "locale": guild.locale},
            "guild_locale": guild.locale,
            "channel": channel.payload() | {"permissions": permissions},
            "member": member.payload() | {"permissions": permissions},
            "app_permissions": str(channel_permissions(guild.me, channel)),
            "context": Context.GUILD,
        }


def _owners(dialogue: Dialogue) -> JsonObject:
    """Who installed the application where it is used; "0" stands for a direct message."""
    guild = dialogue.channel.guild
    return {"0": str(guild.id) if guild is not None else "0"}
