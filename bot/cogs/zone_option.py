"""The timezone option that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cogs.timezones import label_of, suggestions
from bot.i18n import phrases_for

if TYPE_CHECKING:
    from bot.client import NunchiClient

_LABEL_LIMIT = 100
"""Discord's limit for the name of a choice."""


async def complete_timezone(
    interaction: discord.Interaction[NunchiClient], typed: str
) -> list[app_commands.Choice[str]]:
    """Offer the timezones that fit what was typed so far."""
    say, now = phrases_for(interaction), interaction.client.services.clock.now()
    return [
        app_commands.Choice(name=label_of(zone, now, say)[:_LABEL_LIMIT], value=zone)
        for zone in suggestions(typed, say)
    ]
