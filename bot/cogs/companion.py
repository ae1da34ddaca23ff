"""`/companion`: administrators decide whether the bot answers, and name the country."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import answer, guild_of, require_manager
from bot.cogs.listening import default_settings, settings_of
from bot.command_errors import Refusal
from bot.companion.helplines import Where, country_of, shipped
from bot.i18n import phrases_for
from bot.services import Services
from bot.views import companion as views
from storage.companion_settings import CompanionSettings

MOST_CHOICES = 25


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class CompanionCog(
    commands.GroupCog,
    group_name="companion",
    group_description=locale_str("Decide whether I answer members who speak to me"),
):
    """Switches conversations on and off."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(
        name="on", description=locale_str("Answer members who use /talk or mention me")
    )
    @app_commands.describe(mentions=locale_str("Whether I also answer mentions, in the channel"))
    async def on(self, interaction: discord.Interaction, mentions: bool = True) -> None:
        """Switch conversations on."""
        await self._change(interaction, lambda found: replace(found, talk=True, mentions=mentions))

    @app_commands.command(
        name="off", description=locale_str("Stop answering members who speak to me")
    )
    async def off(self, interaction: discord.Interaction) -> None:
        """Switch conversations off."""
        await self._change(interaction, lambda found: replace(found, talk=False))

    @app_commands.command(
        name="country", description=locale_str("Choose the country whose helplines I name")
    )
    @app_commands.describe(country=locale_str("Leave it out to go by timezone and language"))
    async def country(self, interaction: discord.Interaction, country: str | None = None) -> None:
        """Choose the country of the helplines."""
        code = None if country is None else country.strip().upper()
        require_manager(interaction)
        if code is not None and shipped().of(code) is None:
            raise Refusal(views.unknown_country(phrases_for(interaction)))
        await self._change(interaction, lambda found: replace(found, country=code))

    @country.autocomplete("country")
    async def _countries(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        del interaction
        known = [code for code in shipped().countries if typed.upper() in code]
        return [
            app_commands.Choice(
                name=f"{code}: {shipped().countries[code].lines[0].number}", value=code
            )
            for code in known[:MOST_CHOICES]
        ]

    @app_commands.command(
        name="status", description=locale_str("Show whether I answer, and which helplines I name")
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Show what holds."""
        require_manager(interaction)
        await self._show(interaction)

    async def _change(
        self,
        interaction: discord.Interaction,
        edit: Callable[[CompanionSettings], CompanionSettings],
    ) -> None:
        require_manager(interaction)
        guild = guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._services.roster.change(
            guild.id,
            lambda settings: replace(settings, companion=edit(settings.companion)),
            default_settings(guild, self._services),
            by=interaction.user.id,
        )
        await self._show(interaction)

    async def _show(self, interaction: discord.Interaction) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        settings = settings_of(guild, self._services)
        where = Where(None, settings.timezone, (str(guild.preferred_locale),), settings.language)
        country = shipped().of(country_of(where))
        code = None if country is None else country.code
        await answer(interaction, views.status(settings.companion, code, say))
