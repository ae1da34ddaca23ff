"""The few things that every command does: who asks, may they, and how the answer is sent."""

from __future__ import annotations

from typing import Final

import discord
from discord import app_commands

from bot.command_errors import Refusal
from bot.i18n import phrases_for

NOBODY: Final = discord.AllowedMentions.none()


def guild_of(interaction: discord.Interaction) -> discord.Guild:
    """Return the server in which somebody typed or clicked.

    Raises:
        discord.app_commands.NoPrivateMessage: It was in a direct message.
        Refusal: Discord has not told us about the server yet.
    """
    if interaction.guild is None:
        raise app_commands.NoPrivateMessage
    if interaction.guild.unavailable:
        say = phrases_for(interaction)
        raise Refusal(say("I am just connecting to this server. Please try again in a minute."))
    return interaction.guild


def guild_id_of(interaction: discord.Interaction) -> int:
    """Return the id of the server, also of one that Discord has not told us about yet.

    Raises:
        discord.app_commands.NoPrivateMessage: It was in a direct message.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild_id


def require_manager(interaction: discord.Interaction) -> None:
    """Let only people pass who manage the server, whatever overrides allow them to type.

    Raises:
        discord.app_commands.MissingPermissions: They do not.
    """
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


async def answer(
    interaction: discord.Interaction,
    content: str | discord.ui.LayoutView,
    *,
    ephemeral: bool = True,
) -> None:
    """Answer an interaction, whether it was deferred before or not."""
    deferred = interaction.response.is_done()
    if isinstance(content, str):
        send = interaction.followup.send if deferred else interaction.response.send_message
        await send(content, ephemeral=ephemeral, allowed_mentions=NOBODY)
    elif deferred:
        await interaction.followup.send(view=content, ephemeral=ephemeral, allowed_mentions=NOBODY)
    else:
        await interaction.response.send_message(
            view=content, ephemeral=ephemeral, allowed_mentions=NOBODY
        )
