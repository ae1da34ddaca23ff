"""`/mood`: how a server feels."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import answer, guild_of
from bot.cogs.listening import settings_of
from bot.cogs.own_mood import OwnMoodDesk
from bot.i18n import phrases_for, phrases_in
from bot.services import Services
from bot.views.mood import server_mood
from reports.shown import shown_summary


@app_commands.guild_only()
class MoodCog(
    commands.GroupCog,
    group_name="mood",
    group_description=locale_str("See how the server feels"),
):
    """Aggregates, in which nobody stands out; and a member's own mood, for that member only."""

    def __init__(self, services: Services, own: OwnMoodDesk) -> None:
        self._services = services
        self._own = own

    @app_commands.command(name="me", description=locale_str("See your own mood; nobody else does"))
    @app_commands.checks.cooldown(5, 30.0)
    async def me(self, interaction: discord.Interaction) -> None:
        """Show the member's own week and year, or how to switch that on."""
        await self._own.show(interaction)

    @app_commands.command(
        name="server", description=locale_str("Show the mood of the whole server")
    )
    @app_commands.describe(
        days=locale_str("How many days to look back (7 if you leave it out)"),
        public=locale_str("Show the answer to everybody in this channel"),
    )
    @app_commands.checks.cooldown(5, 30.0)
    async def server(
        self,
        interaction: discord.Interaction,
        days: app_commands.Range[int, 1, 90] = 7,
        public: bool = False,
    ) -> None:
        """Show the mood of the last days."""
        guild, now = guild_of(interaction), self._services.clock.now()
        await interaction.response.defer(ephemeral=not public, thinking=True)
        settings = settings_of(guild, self._services)
        figures = await shown_summary(
            self._services.store,
            settings,
            days,
            now=now,
            correction=self._services.classifier.info.correction,
        )
        say = phrases_in(settings.language) if public else phrases_for(interaction)
        view = server_mood(figures, days, guild.name, say)
        await answer(interaction, view, ephemeral=not public)
