"""What a member sees of the bot's answer to an interaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sandbox import invocation
from bot.sandbox.command_input import Resolved
from bot.sandbox.components import SELECTS, ComponentType, walk
from bot.sandbox.errors import ComponentNotFoundError, InteractionFailedError
from bot.sandbox.modal_input import ModalForm

if TYPE_CHECKING:
    from bot.sandbox.entities import Member
    from bot.sandbox.interactions import Dialogue
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message, StoredFile


class Interaction:
    """The driver's handle on one interaction and its answers."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._world = dialogue.member.guild.world
        self._dialogue = dialogue
        self._seen = 0

    @property
    def member(self) -> Member:
        """Who acted."""
        return self._dialogue.member

    @property
    def callback(self) -> int | None:
        """The `CallbackType` of the first answer; None before it."""
        return self._dialogue.callback

    @property
    def message(self) -> Message | None:
        """The answer, or the message that was updated; None when nothing is shown."""
        original = self._dialogue.original
        return None if original is None or original.deleted else original

    @property
    def followups(self) -> list[Message]:
        """Further answers that are still there, oldest first."""
        return [message for message in self._dialogue.followups if not message.deleted]

    @property
    def messages(self) -> list[Message]:
        """The answer and all further answers."""
        return ([self.message] if self.message else []) + self.followups

    @property
    def text(self) -> str:
        """Everything to read in the answer and the further answers."""
        return "\n".join(message.text for message in self.messages)

    @property
    def ephemeral(self) -> bool:
        """Whether only the member sees all of it."""
        return bool(self.messages) and all(message.ephemeral for message in self.messages)

    @property
    def files(self) -> list[StoredFile]:
        """The files of all answers."""
        return [file for message in self.messages for file in message.files]

    @property
    def choices(self) -> list[JsonObject]:
        """What an autocomplete offered: `name` and `value` of each."""
        return self._dialogue.choices

    @property
    def modal(self) -> JsonObject | None:
        """The modal that was opened, as the bot described it."""
        return self._dialogue.modal

    async def settle(self, patience: float = 15.0) -> Interaction:
        """Wait for the first visible answer.

        A deferred answer counts once it is filled; "deferred update" counts at once, see
        `changed` for what follows it.

        Raises:
            InteractionFailedError: No first answer within the deadline, or none to be seen
                within `patience` seconds.
        """
        await self._wait(self._dialogue.acknowledged, self._world.interactions.deadline)
        await self._wait(self._dialogue.answered, patience)
        self._seen = self._dialogue.changes
        return self

    async def changed(self, patience: float = 5.0) -> Interaction:
        """Wait until the bot has shown something newer than what was waited for last.

        Raises:
            InteractionFailedError: Nothing new within `patience` seconds.
        """
        dialogue = self._dialogue
        if dialogue.changes <= self._seen:
            dialogue.answered.clear()
            await self._wait(dialogue.answered, patience)
        self._seen = dialogue.changes
        return self

    async def click(self, button: str) -> Interaction:
        """Press a button of the newest answer that has it."""
        message = self._message_with(button, frozenset({ComponentType.BUTTON}))
        return await answer_to(invocation.press(self._dialogue.member, message, button))

    async def select(self, select: str, *values: object) -> Interaction:
        """Choose in a select menu of the newest answer that has it."""
        message = self._message_with(select, SELECTS)
        return await answer_to(invocation.choose(self._dialogue.member, message, select, values))

    async def submit_modal(self, **values: object) -> Interaction:
        """Fill the opened modal, fields by custom id or label, and send it; that closes it.

        Raises:
            ComponentNotFoundError: No modal is open, or it has no such field.
            CommandInputError: A choice is not offered.
            InteractionFailedError: No answer in time.
        """
        dialogue = self._dialogue
        if dialogue.modal is None:
            raise ComponentNotFoundError("the bot opened no modal")
        resolved = Resolved(dialogue.member.guild, dialogue.channel)
        data = ModalForm(dialogue.modal, values, resolved).submission()
        dialogue.modal = None
        sent = invocation.submit(dialogue.member, dialogue.channel, data, dialogue.source)
        return await answer_to(sent)

    def _message_with(self, name: str, kinds: frozenset[int]) -> Message:
        for message in reversed(self.messages):
            for part in walk(message.components):
                names = (part.get("custom_id"), part.get("label"), part.get("placeholder"))
                if part["type"] in kinds and name in names:
                    return message
        raise ComponentNotFoundError(f"no answer offers {name!r}")

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            state = "never acknowledged" if self.callback is None else "never finished"
            raise InteractionFailedError(f"the application did not respond ({state})") from None


async def answer_to(dialogue: Dialogue, seconds: float = 15.0) -> Interaction:
    """Wait for the visible answer to a dialogue that was just opened."""
    return await Interaction(dialogue).settle(seconds)
