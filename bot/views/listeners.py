"""Listeners: registered once at start, they answer clicks on messages of any age."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from re import Match
from typing import Any, Self, TypeVar

import discord

from bot.command_errors import answer_error

Handler = Callable[[discord.Interaction], Awaitable[None]]
ValueHandler = Callable[[discord.Interaction, str], Awaitable[None]]
MatchHandler = Callable[[discord.Interaction, Match[str]], Awaitable[None]]
Part = TypeVar("Part", bound=discord.ui.Item[Any])
ChannelsHandler = Callable[[discord.Interaction, Sequence[int]], Awaitable[None]]


class Listener(discord.ui.LayoutView):
    """Hears clicks by their custom id alone; it is never shown.

    Args:
        items: What to hear.
        check: Raises when somebody may not click.
    """

    def __init__(
        self,
        *items: discord.ui.Item[Any],
        check: Callable[[discord.Interaction], None] | None = None,
    ) -> None:
        super().__init__(timeout=None)
        self._check = check
        for item in items:
            self.add_item(discord.ui.ActionRow(item))

    async def interaction_check(self, interaction: discord.Interaction) -> bool:
        """Let a click pass, or raise."""
        if self._check is not None:
            self._check(interaction)
        return True

    async def on_error(
        self, interaction: discord.Interaction, error: Exception, item: discord.ui.Item[Any]
    ) -> None:
        """Answer an error like that of a command."""
        del item
        await answer_error(interaction, error)


class ButtonEar(discord.ui.Button[Any]):
    """Hears a button."""

    def __init__(self, custom_id: str, handler: Handler) -> None:
        super().__init__(custom_id=custom_id, label=custom_id)
        self._handler = handler

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the click on."""
        await self._handler(interaction)


class ValueEar(discord.ui.Select[Any]):
    """Hears a select menu of which one value is chosen."""

    def __init__(self, custom_id: str, handler: ValueHandler) -> None:
        super().__init__(custom_id=custom_id)
        self._handler = handler

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the chosen value on."""
        await self._handler(interaction, chosen_values(interaction)[0])


class ChannelsEar(discord.ui.ChannelSelect[Any]):
    """Hears a select menu of channels."""

    def __init__(self, custom_id: str, handler: ChannelsHandler) -> None:
        super().__init__(custom_id=custom_id)
        self._handler = handler

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the ids of the chosen channels on."""
        await self._handler(interaction, [int(value) for value in chosen_values(interaction)])


def pattern_ear(
    pattern: str, handler: MatchHandler
) -> type[discord.ui.DynamicItem[discord.ui.Button[Any]]]:
    """Return what hears every button whose custom id matches a pattern, on messages of any age."""
    return _ear(pattern, handler, lambda name: discord.ui.Button(custom_id=name, label="-"))


def select_pattern_ear(
    pattern: str, handler: MatchHandler
) -> type[discord.ui.DynamicItem[discord.ui.Select[Any]]]:
    """Return what hears every select menu whose custom id matches; see ``chosen_values``."""
    return _ear(pattern, handler, lambda name: discord.ui.Select(custom_id=name))


def _ear(
    pattern: str, handler: MatchHandler, item_called: Callable[[str], Part]
) -> type[discord.ui.DynamicItem[Part]]:
    """Return what hears every item of one kind whose custom id matches a pattern."""

    class PatternEar(discord.ui.DynamicItem[Part], template=pattern):
        """Hears the items of one pattern."""

        def __init__(self, match: Match[str]) -> None:
            super().__init__(item_called(match.string))
            self._match = match

        @classmethod
        async def from_custom_id(
            cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: Match[str], /
        ) -> Self:
            """Return what hears this very item."""
            del interaction, item
            return cls(match)

        async def callback(self, interaction: discord.Interaction) -> None:
            """Hand the click on; the library would only log an error, so it is answered here."""
            try:
                await handler(interaction, self._match)
            except Exception as error:  # noqa: BLE001 - the boundary: every error is answered
                await answer_error(interaction, error)

    return PatternEar


def chosen_values(interaction: discord.Interaction) -> list[str]:
    """Return what was chosen; the library's own list leaves out what it cannot look up."""
    data: Mapping[str, Any] = {**(interaction.data or {})}
    return [str(value) for value in data.get("values", ())]
