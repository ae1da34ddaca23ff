"""`/analyze` and the entry "Analyze emotion" of a message's menu: for one's own words only."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import answer
from bot.command_errors import Refusal
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.views.analysis import analysis
from bot.views.layout import Layout
from classifiers.classifier import Explainer
from classifiers.text import MAX_LENGTH, is_classifiable


@app_commands.guild_only()
class AnalyzeCog(
    commands.GroupCog,
    group_name="analyze",
    group_description=locale_str("See how Nunchi reads your own words"),
):
    """Shows authors how their words are read; stores nothing."""

    def __init__(self, services: Services, tree: app_commands.CommandTree[Any]) -> None:
        self._services = services
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
        await self._answer(interaction, text)

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
        await self._answer(interaction, message.content)

    async def _answer(self, interaction: discord.Interaction, text: str) -> None:
        say = phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, await self._reading(text, say))

    async def _reading(self, text: str, say: Phrases) -> Layout:
        if not is_classifiable(text):
            raise Refusal(
                say("There is nothing to read in it: links, mentions and quotes carry no feeling.")
            )
        classifier = self._services.classifier
        prediction = (await classifier.classify([text]))[0]
        evidence = await classifier.explain(text) if isinstance(classifier, Explainer) else None
        return analysis(prediction, evidence, say)
