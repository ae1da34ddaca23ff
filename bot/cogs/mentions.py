"""Commands that can be clicked in a message: Discord needs their ids, which a sync tells."""

from __future__ import annotations

from collections.abc import Iterable

import discord
from discord.app_commands import AppCommand


class CommandMentions:
    """The ids of the commands, once they are synced with Discord."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._menus: dict[str, int] = {}

    def learn(self, synced: Iterable[AppCommand]) -> None:
        """Note what a sync returned."""
        known = tuple(synced)
        slash, menu = discord.AppCommandType.chat_input, discord.AppCommandType.message
        self._ids = {command.name: command.id for command in known if command.type is slash}
        self._menus = {command.name: command.id for command in known if command.type is menu}

    def id_of(self, qualified_name: str) -> int | None:
        """Return the id of a command, or of the group that it is in, once it is known."""
        return self._ids.get(qualified_name.split(maxsplit=1)[0])

    def menu_id_of(self, name: str) -> int | None:
        """Return the id of an entry in the menu of a message, once it is known."""
        return self._menus.get(name)

    def of(self, qualified_name: str) -> str:
        """Return a command as a link, or as plain words while its id is not known.

        Args:
            qualified_name: Such as ``help`` or ``mood me``.
        """
        found = self.id_of(qualified_name)
        return f"`/{qualified_name}`" if found is None else f"</{qualified_name}:{found}>"
