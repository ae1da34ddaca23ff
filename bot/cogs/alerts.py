"""`/alerts` and the buttons under an alert: for moderators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.alerts_place import obstacle_in
from bot.cogs.answers import answer, guild_of
from bot.cogs.listening import default_settings, settings_of
from bot.command_errors import Refusal
from bot.i18n import phrases_for
from bot.services import Services
from bot.views import alerts as views
from bot.views.listeners import ButtonEar, Listener
from storage.records import AlertSettings

QUIET_FOR: Final = timedelta(days=7)


class AlertsDesk:
    """Does what moderators decide about alerts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(views.QUIET, self._quiet_clicked),
            ButtonEar(views.OFF, self.switch_off),
            ButtonEar(views.HOW, self._how_clicked),
            check=require_moderator,
        )

    async def switch_on(
        self, interaction: discord.Interaction, channel: discord.TextChannel
    ) -> None:
        """Send alerts into a channel from now on."""
        guild, say = guild_of(interaction), phrases_for(interaction)
        chosen = AlertSettings(
            channel.id, since=self._services.clock.now(), switched_on_by=interaction.user.id
        )
        obstacle = obstacle_in(guild, channel.id)
        if obstacle is not None:
            raise Refusal(obstacle.said(say))
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._change(interaction, lambda _: chosen)
        await answer(interaction, views.switched_on(channel.id, say))

    async def switch_off(self, interaction: discord.Interaction) -> None:
        """Send no more alerts."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._change(interaction, lambda _: AlertSettings())
        await answer(interaction, views.switched_off(phrases_for(interaction)))

    async def show(self, interaction: discord.Interaction) -> None:
        """Show whether alerts are on."""
        guild, say = guild_of(interaction), phrases_for(interaction)
        alerts = settings_of(guild, self._services).alerts
        obstacle = None if alerts.channel_id is None else obstacle_in(guild, alerts.channel_id)
        quiet = alerts.quiet_until
        if quiet is not None and quiet <= self._services.clock.now():
            quiet = None
        reason = None if obstacle is None else obstacle.said(say)
        await answer(interaction, views.status(alerts.channel_id, quiet, reason, say))

    async def _quiet_clicked(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        until = self._services.clock.now() + QUIET_FOR
        await self._change(interaction, lambda found: replace(found, quiet_until=until))
        await answer(interaction, views.quieted(until, phrases_for(interaction)))

    async def _how_clicked(self, interaction: discord.Interaction) -> None:
        minimum = settings_of(guild_of(interaction), self._services).minimum_group
        await answer(interaction, views.how(phrases_for(interaction), minimum))

    async def _change(
        self,
        interaction: discord.Interaction,
        edit: Callable[[AlertSettings], AlertSettings],
    ) -> None:
        guild = guild_of(interaction)
        await self._services.roster.change(
            guild.id,
            lambda settings: replace(settings, alerts=edit(settings.alerts)),
            default_settings(guild, self._services),
            by=interaction.user.id,
        )


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class AlertsCog(
    commands.GroupCog,
    group_name="alerts",
    group_description=locale_str("Tell moderators of a sudden shift of a channel's mood"),
):
    """Switches alerts on and off."""

    def __init__(self, desk: AlertsDesk) -> None:
        self._desk = desk

    @app_commands.command(name="on", description=locale_str("Send alerts to a moderators' channel"))
    @app_commands.describe(channel=locale_str("A channel that only moderators can read"))
    async def on(self, interaction: discord.Interaction, channel: discord.TextChannel) -> None:
        """Switch alerts on, or send them elsewhere."""
        require_moderator(interaction)
        await self._desk.switch_on(interaction, channel)

    @app_commands.command(name="off", description=locale_str("Send no more alerts"))
    async def off(self, interaction: discord.Interaction) -> None:
        """Switch alerts off."""
        require_moderator(interaction)
        await self._desk.switch_off(interaction)

    @app_commands.command(
        name="status", description=locale_str("Show whether alerts are on, and where they go")
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Show whether alerts are on."""
        require_moderator(interaction)
        await self._desk.show(interaction)


def require_moderator(interaction: discord.Interaction) -> None:
    """Let only people pass who manage the server or its messages.

    Raises:
        Refusal: They do neither.
    """
    if not (interaction.permissions.manage_guild or interaction.permissions.manage_messages):
        raise Refusal(views.not_a_moderator(phrases_for(interaction)))
