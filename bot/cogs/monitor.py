"""`/monitor`: which channels are listened to."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import answer, guild_of, require_manager
from bot.cogs.listened_option import complete_listened, listened_channel
from bot.cogs.listening import Addition, Listening, reading_lacks, settings_of
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.views.channels import channel_list
from bot.views.setup import LISTENABLE_TYPES, missing_line


class ListenableChannel(app_commands.Transformer):
    """A channel option that offers what can be listened to, also where the bot cannot look."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """Tell Discord what is chosen."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Tell Discord what to offer."""
        return list(LISTENABLE_TYPES)

    async def transform(
        self, interaction: discord.Interaction, value: app_commands.AppCommandChannel
    ) -> int:
        """Return the id of the channel."""
        del interaction
        return value.id


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class MonitorCog(
    commands.GroupCog,
    group_name="monitor",
    group_description=locale_str("Choose the channels that Nunchi listens to"),
):
    """Adds, removes and lists channels."""

    def __init__(self, services: Services, listening: Listening) -> None:
        self._services = services
        self._listening = listening

    @app_commands.command(name="add", description=locale_str("Listen to a channel"))
    @app_commands.describe(channel=locale_str("Text, announcement, forum or voice channel"))
    async def add(
        self,
        interaction: discord.Interaction,
        channel: app_commands.Transform[int, ListenableChannel],
    ) -> None:
        """Listen to one more channel."""
        require_manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        addition = await self._listening.add(guild_of(interaction), channel, by=interaction.user.id)
        await answer(interaction, _added(addition, phrases_for(interaction)))

    @app_commands.command(name="remove", description=locale_str("Stop listening to a channel"))
    @app_commands.describe(channel=locale_str("A channel that Nunchi listens to"))
    @app_commands.autocomplete(channel=complete_listened)
    async def remove(self, interaction: discord.Interaction, channel: str) -> None:
        """Stop listening to a channel."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        chosen = listened_channel(channel, guild, settings_of(guild, self._services), say)
        await interaction.response.defer(ephemeral=True, thinking=True)
        removed = await self._listening.remove(guild, chosen, by=interaction.user.id)
        await answer(interaction, _removed(chosen, say, removed=removed))

    @app_commands.command(
        name="list", description=locale_str("Show the channels that Nunchi listens to")
    )
    async def list_channels(self, interaction: discord.Interaction) -> None:
        """Show what is listened to and what is missing; post the notices that still fail."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        notices = await self._listening.notify(guild)
        settings = settings_of(guild, self._services)
        problems = [
            missing_line(lack.channel_id, lack.permissions, say)
            for lack in [*reading_lacks(guild, settings), *notices]
        ]
        channels = [each.channel_id for each in settings.channels]
        await answer(interaction, channel_list(channels, problems, say))


def _added(addition: Addition, say: Phrases) -> str:
    channel = f"<#{addition.channel_id}>"
    if addition.refused is not None:
        need = missing_line(addition.channel_id, addition.refused.permissions, say)
        return say("Nothing was changed.") + "\n• " + need
    if addition.added:
        done = say("I listen to {channel} from now on.", channel=channel)
    else:
        done = say("I listen to {channel} already.", channel=channel)
    if addition.notice is None:
        return done
    need = missing_line(addition.channel_id, addition.notice.permissions, say)
    failed = say("I could not post the notice for its members:")
    return f"{done}\n{failed}\n• {need}"


def _removed(channel_id: int, say: Phrases, *, removed: bool) -> str:
    channel = f"<#{channel_id}>"
    if not removed:
        return say("I do not listen to {channel}.", channel=channel)
    return say(
        "I no longer listen to {channel}. The numbers so far are kept for the reports; "
        "members can delete theirs with `/privacy delete`.",
        channel=channel,
    )
