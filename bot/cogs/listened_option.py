"""The option of a channel that is listened to: only those are offered, also ones that are gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands

from bot.cogs.listening import settings_of
from bot.command_errors import Refusal
from bot.i18n import Phrases, phrases_for
from bot.views.layout import plain, shortened
from storage.records import GuildSettings

if TYPE_CHECKING:
    from bot.client import NunchiClient

OFFERED: Final = 25
"""Discord's limit of choices in an autocompletion."""

_LABEL_LIMIT: Final = 100
_ID: Final = re.compile(r"(?:<#)?(\d{1,20})>?")


async def complete_listened(
    interaction: discord.Interaction[NunchiClient], typed: str
) -> list[app_commands.Choice[str]]:
    """Offer the channels that are listened to and fit what was typed so far."""
    guild = interaction.guild
    if guild is None or not interaction.permissions.manage_guild:
        return []
    say, wanted = phrases_for(interaction), _folded(typed)
    settings = settings_of(guild, interaction.client.services)
    labels = [(_label(guild, c.channel_id, say), str(c.channel_id)) for c in settings.channels]
    return [
        app_commands.Choice(name=label[:_LABEL_LIMIT], value=value)
        for label, value in labels
        if wanted in _folded(label) or wanted == value
    ][:OFFERED]


def listened_channel(
    typed: str, guild: discord.Guild, settings: GuildSettings, say: Phrases
) -> int:
    """Return the id of the channel that was chosen, or meant by what was typed.

    Raises:
        Refusal: Nothing that is listened to is called so.
    """
    found = _ID.fullmatch(typed.strip())
    if found:
        return int(found[1])
    for each in settings.channels:
        channel = guild.get_channel(each.channel_id)
        if channel is not None and _folded(channel.name) == _folded(typed):
            return each.channel_id
    name = plain(shortened(typed, _LABEL_LIMIT))
    raise Refusal(say("I listen to no channel called {name}. See `/monitor list`.", name=name))


def _label(guild: discord.Guild, channel_id: int, say: Phrases) -> str:
    channel = guild.get_channel(channel_id)
    if channel is None:
        return say("a channel that is gone ({id})", id=channel_id)
    return f"#{channel.name}"


def _folded(name: str) -> str:
    return name.strip().removeprefix("#").casefold()
