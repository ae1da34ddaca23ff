"""Clicks that nothing hears: buttons of an older version, dialogs from before a restart.

Without an answer Discord says that the application did not respond. Whoever clicked gets a sentence
instead.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import discord
from discord.ui.view import BaseView

from bot.command_errors import answer_error
from bot.i18n import Phrases, phrases_for

DIALOG_SECONDS: Final = 2.0
"""After so long a dialog that was sent has no listener: those that have one answer at once. Discord
waits for three seconds."""


class Unheard:
    """Knows what is listened to, and answers the rest."""

    def __init__(self) -> None:
        self._ids: set[tuple[int, str]] = set()
        self._patterns: list[re.Pattern[str]] = []

    def learn_view(self, view: BaseView) -> None:
        """Note the custom ids of a view that listens."""
        for item in view.walk_children():
            custom_id = getattr(item, "custom_id", None)
            if custom_id is not None:
                self._ids.add((item.type.value, custom_id))

    def learn_items(self, items: Iterable[type[discord.ui.DynamicItem[Any]]]) -> None:
        """Note the patterns of items that listen."""
        # The library tells the pattern of an item only, not of its class.
        self._patterns += [item.__discord_ui_compiled_template__ for item in items]

    def hears(self, kind: int, custom_id: str) -> bool:
        """Tell whether something listens to a component of a kind and custom id."""
        return (kind, custom_id) in self._ids or any(
            pattern.fullmatch(custom_id) for pattern in self._patterns
        )

    async def answer(self, interaction: discord.Interaction) -> None:
        """Answer an interaction that nothing else answers; any other one is left alone."""
        data: Mapping[str, Any] = {**(interaction.data or {})}
        custom_id = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.component:
            if self.hears(int(data.get("component_type", 0)), custom_id):
                return
        elif interaction.type is discord.InteractionType.modal_submit:
            await asyncio.sleep(DIALOG_SECONDS)
        else:
            return
        if interaction.response.is_done():
            return
        try:
            await interaction.response.send_message(
                self._said(interaction, phrases_for(interaction)), ephemeral=True
            )
        except discord.HTTPException as error:
            await answer_error(interaction, error)

    def _said(self, interaction: discord.Interaction, say: Phrases) -> str:
        if interaction.type is discord.InteractionType.modal_submit:
            return say("That took too long, or I was restarted meanwhile. Please open it again.")
        return say("This belongs to an older version of me. Please use the command again.")
