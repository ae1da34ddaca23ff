"""`/monitor kind`: what is written in a channel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.cogs.answers import answer, guild_of, require_manager
from bot.cogs.listening import Listening
from bot.cogs.monitor import ListenableChannel
from bot.command_errors import Refusal
from bot.i18n import mark, phrases_for
from bot.services import Services
from bot.views.setup import missing_line
from storage.records import GuildSettings
from storage.retrospectives import ChannelKind

PLAIN = mark("Conversation")
RETROSPECTIVE = mark("Retrospectives")


def kind_command(services: Services, listening: Listening) -> app_commands.Command[Any, Any, None]:
    """Return the command, to be added to the group `/monitor`."""

    @app_commands.command(
        name="kind", description=locale_str("Say what a channel is for: talk, or retrospectives")
    )
    @app_commands.describe(
        channel=locale_str("Text, announcement, forum or voice channel"),
        kind=locale_str("In a forum of retrospectives, each post is one"),
    )
    @app_commands.choices(
        kind=[
            Choice(name=locale_str(PLAIN), value=ChannelKind.PLAIN.value),
            Choice(name=locale_str(RETROSPECTIVE), value=ChannelKind.RETROSPECTIVE.value),
        ]
    )
    async def kind_of(
        interaction: discord.Interaction,
        channel: app_commands.Transform[int, ListenableChannel],
        kind: Choice[str],
    ) -> None:
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen = ChannelKind(kind.value)
        if services.roster.since(guild.id, channel) is None:
            addition = await listening.add(guild, channel, by=interaction.user.id)
            if addition.refused is not None:
                raise Refusal(missing_line(channel, addition.refused.permissions, say))

        def edit(settings: GuildSettings) -> GuildSettings:
            channels = tuple(
                replace(each, kind=chosen) if each.channel_id == channel else each
                for each in settings.channels
            )
            return replace(settings, channels=channels)

        await services.roster.change(guild.id, edit, by=interaction.user.id)
        place = f"<#{channel}>"
        if chosen is ChannelKind.PLAIN:
            await answer(interaction, say("{channel} is a channel for talk.", channel=place))
            return
        await answer(
            interaction,
            say(
                "{channel} is a channel for retrospectives. I read the usual forms section by "
                "section, from now on; `/retro form` chooses one, `/retro write` fills it in.",
                channel=place,
            ),
        )

    return kind_of
