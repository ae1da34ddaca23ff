"""Gateway events before they are encoded, and who may receive them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.sandbox.jsontypes import JsonObject


class Intent(IntFlag):
    """Gateway intents (developer documentation, "Gateway Intents")."""

    NONE = 0
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
"""Intents that must be switched on in the developer portal."""


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatch.

    Attributes:
        name: Discord's name of it, `MESSAGE_CREATE`.
        data: The payload.
        guild_id: Decides the shard; None goes to shard 0.
        intent: A session needs one of these bits; NONE reaches every session.
        redacted: What a session without the message content intent gets instead.
    """

    name: str
    data: JsonObject
    guild_id: int | None = None
    intent: Intent = Intent.NONE
    redacted: JsonObject | None = None


class Broadcaster(Protocol):
    """Takes events to whoever listens."""

    def publish(self, event: Event) -> None:
        """Queue `event` for every session that wants it; never blocks."""

    async def drain(self) -> None:
        """Wait while a listener is far behind."""
