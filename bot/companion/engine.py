"""What any engine does: answer one thing that was heard."""

from __future__ import annotations

from typing import Protocol

from bot.companion.conversations import Conversation
from bot.companion.values import Heard


class Engine(Protocol):
    """Writes, or chooses, an answer.

    Attributes:
        sends_to: The host outside this network that words are sent to, if they are.
        remembers_words: Whether it needs to know what was said before.
    """

    sends_to: str | None
    remembers_words: bool

    async def start(self) -> None:
        """Load what is needed.

        Raises:
            BackendUnavailable: It cannot be had.
        """
        ...

    async def reply(self, heard: Heard, conversation: Conversation) -> str:
        """Return an answer, which is checked before it is shown.

        Raises:
            NoReply: There is none.
        """
        ...

    async def close(self) -> None:
        """Release what it holds; harmless when called twice."""
        ...
