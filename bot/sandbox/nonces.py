"""Which nonces were used lately, so that a repeated post is not posted again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.clock import Clock
    from bot.sandbox.messages import Message

REMEMBERED = timedelta(minutes=5)
"""Discord documents "the past few minutes" (Create Message, `enforce_nonce`)."""


class NonceMemory:
    """Messages by author, channel and nonce, for a few minutes of the sandbox clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[int, int, str], tuple[datetime, Message]] = {}

    def find(self, author_id: int, channel_id: int, nonce: str | int) -> Message | None:
        """The message that already used this nonce, if it was lately."""
        used_at, message = self._seen.get((author_id, channel_id, str(nonce)), (None, None))
        if used_at is None or abs(self._clock.now() - used_at) > REMEMBERED:
            return None
        return message

    def remember(self, message: Message) -> None:
        """Note the nonce of a message that carries one."""
        if message.nonce is not None:
            key = (message.author.id, message.channel.id, str(message.nonce))
            self._seen[key] = (self._clock.now(), message)
