"""Commands that can be clicked in a message: Discord needs their ids, which a sync tells."""

from __future__ import annotations

from collections.abc import Iterable

import discord
from discord.app_commands import AppCommand


class CommandMentions:
    """The ids of the slash commands, once they are synced with Discord."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def learn(self, synced: Iterable[AppCommand]) -> None:
        """Note what a sync returned."""
        slash = discord.AppCommandType.chat_input
        self._ids = {command.name: command.id for command in synced if command.type is slash}

    def of(self, qualified_name: str) -> str:
        """Return a command as a link, or as plain words while its id is not known.

        Args:
            qualified_name: Such as ``help`` or ``mood me``.
        """
        found = self._ids.get(qualified_name.split(maxsplit=1)[0])
        return f"`/{qualified_name}`" if found is None else f"</{qualified_name}:{found}>"
