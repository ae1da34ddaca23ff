"""`/analyze` and the entry "Analyze emotion" of a message's menu: for one's own words only."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import answer, guild_id_of
from bot.command_errors import Refusal
from bot.feedback.desk import FeedbackDesk
from bot.i18n import phrases_for
from bot.views.feedback import reading
from classifiers.text import MAX_LENGTH, is_classifiable


@app_commands.guild_only()
class AnalyzeCog(
    commands.GroupCog,
    group_name="analyze",
    group_description=locale_str("See how Nunchi reads your own words"),
):
    """Shows authors how their words are read; stores nothing."""

    def __init__(self, desk: FeedbackDesk, tree: app_commands.CommandTree[Any]) -> None:
        self._desk = desk
        self._tree = tree
        self._menu = app_commands.ContextMenu(
            name=locale_str("Analyze emotion"), callback=self._analyze_message
        )
        self._menu.guild_only = True
        app_commands.checks.cooldown(5, 30.0)(self._menu)

    async def cog_load(self) -> None:
        """Add the menu entry, which a cog does not carry by itself."""
        self._tree.add_command(self._menu)

    @app_commands.command(name="text", description=locale_str("Read the emotion of a text"))
    @app_commands.describe(text=locale_str("Your text; it is not stored, and only you see this"))
    @app_commands.checks.cooldown(5, 30.0)
    async def analyze_text(
        self, interaction: discord.Interaction, text: app_commands.Range[str, 1, MAX_LENGTH]
    ) -> None:
        """Read a text that somebody typed."""
        await self._answer(interaction, interaction.id, text)

    async def _analyze_message(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> None:
        if message.author.id != interaction.user.id:
            say = phrases_for(interaction)
            raise Refusal(
                say(
                    "I read messages only for the people who wrote them, so that nobody's feelings "
                    "are looked up by others. Try it on one of your own."
                )
            )
        await self._answer(interaction, message.id, message.content)

    async def _answer(self, interaction: discord.Interaction, message_id: int, text: str) -> None:
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not is_classifiable(text):
            raise Refusal(
                say("There is nothing to read in it: links, mentions and quotes carry no feeling.")
            )
        name, held = await self._desk.read(guild_id, interaction.user.id, message_id, text)
        await answer(interaction, reading(held, name, say))
