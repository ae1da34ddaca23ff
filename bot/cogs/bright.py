"""A member's choice whether the weekly report may link to their joyful messages."""

from __future__ import annotations

import discord

from bot.cogs.answers import NOBODY, answer, guild_of
from bot.cogs.listening import settings_of
from bot.i18n import phrases_for
from bot.services import Services
from bot.views import bright as views
from bot.views.buttons import BRIGHT
from bot.views.layout import Layout
from bot.views.listeners import ButtonEar, Listener


class BrightDesk:
    """Answers the buttons; every answer is for the one who clicked, about them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(BRIGHT, self._asked),
            ButtonEar(views.ALLOW, self._allowed),
            ButtonEar(views.DENY, self._denied),
        )

    async def _asked(self, interaction: discord.Interaction) -> None:
        guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, await self._view(interaction))

    async def _allowed(self, interaction: discord.Interaction) -> None:
        guild = guild_of(interaction)
        await interaction.response.defer()
        now = self._services.clock.now()
        await self._services.privacy.allow_links(guild.id, interaction.user.id, now)
        await self._show(interaction)

    async def _denied(self, interaction: discord.Interaction) -> None:
        guild = guild_of(interaction)
        await interaction.response.defer()
        await self._services.privacy.deny_links(guild.id, interaction.user.id)
        await self._show(interaction)

    async def _show(self, interaction: discord.Interaction) -> None:
        view = await self._view(interaction)
        await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)

    async def _view(self, interaction: discord.Interaction) -> Layout:
        guild, say = guild_of(interaction), phrases_for(interaction)
        choices = await self._services.privacy.choices(guild.id, interaction.user.id)
        switched_on = settings_of(guild, self._services).report.bright
        return views.bright_choice(choices, switched_on=switched_on, say=say)
