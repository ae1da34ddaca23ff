"""`/help`: what this person can do here, by permissions, place and what is switched on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_of
from bot.cogs.listening import settings_of
from bot.cogs.mentions import CommandMentions
from bot.cogs.overrides import Asker, overrides_in
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.views import help as views
from bot.views.listeners import ButtonEar, Listener
from storage.records import GuildSettings
from storage.retrospectives import ChannelKind

Slash = app_commands.Command[Any, ..., Any]

OWN: Final = frozenset({"privacy"})
"""Groups, and below commands, that are about the reader's own data."""

RETROSPECTIVE_MENU: Final = "Retrospective arc"
"""The entry of a message's menu that works on retrospectives only."""

OWN_COMMANDS: Final = frozenset({"mood me", "analyze text"})

CHECKED_INSIDE: Final = {"retro form": "manage_guild", "retro remind": "manage_guild"}
"""Commands for managers within groups that everybody may use."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks.

    Attributes:
        guild: The server; ``None`` in a direct message.
        settings: What holds there; ``None`` in a direct message.
    """

    guild: discord.Guild | None
    settings: GuildSettings | None

    @property
    def for_retrospectives(self) -> bool:
        """Whether a channel is for retrospectives."""
        channels = self.settings.channels if self.settings is not None else ()
        return any(each.kind is ChannelKind.RETROSPECTIVE for each in channels)

    @property
    def talks(self) -> bool:
        """Whether conversations are switched on."""
        return self.settings is None or self.settings.companion.talk


class HelpDesk:
    """Finds out what somebody can do, anew at every click: permissions come and go."""

    def __init__(
        self,
        services: Services,
        tree: app_commands.CommandTree[Any],
        mentions: CommandMentions,
    ) -> None:
        self._services = services
        self._tree = tree
        self._mentions = mentions

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(views.MEMBERS, self._turn_to_members),
            ButtonEar(views.RUNNING, self._turn_to_running),
        )

    async def show(self, interaction: discord.Interaction) -> None:
        """Answer with the first page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._found(interaction)
        await answer(interaction, views.for_members(found, phrases_for(interaction)))

    async def _turn_to_members(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        view = views.for_members(await self._found(interaction), phrases_for(interaction))
        await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)

    async def _turn_to_running(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        found, say = await self._found(interaction), phrases_for(interaction)
        page = views.for_managers if found.running else views.for_members
        await interaction.edit_original_response(view=page(found, say), allowed_mentions=NOBODY)

    async def _found(self, interaction: discord.Interaction) -> views.Help:
        place, say = self._place(interaction), phrases_for(interaction)
        guild_id = 0 if place.guild is None else place.guild.id
        asker = Asker.of(interaction, guild_id)
        overrides = await overrides_in(interaction, guild_id)
        usable = [
            each
            for each in self._commands()
            if _is_usable(each, interaction, place)
            and not overrides.deny(self._mentions.id_of(each.qualified_name), asker)
        ]
        running = [each for each in usable if _is_for_managers(each)]
        own = [each for each in usable if each not in running and _is_own(each)]
        rest = [each for each in usable if each not in running and each not in own]
        return views.Help(
            server=None if place.guild is None else place.guild.name,
            state=tuple(self._state(interaction, place, say)),
            everybody=[self._entry(each, say) for each in rest],
            menus=[
                say(name)
                for name in self._menus(place)
                if not overrides.deny(self._mentions.menu_id_of(name), asker)
            ],
            certain=overrides.known,
            own=[self._entry(each, say) for each in own],
            running=self._topics(running, say),
            links=views.Links(
                self._services.settings.guide_url, self._services.settings.policy_url
            ),
        )

    def _place(self, interaction: discord.Interaction) -> Place:
        if interaction.guild_id is None:
            return Place(None, None)
        guild = guild_of(interaction)
        return Place(guild, settings_of(guild, self._services))

    def _commands(self) -> Iterator[Slash]:
        for command in self._tree.walk_commands():
            if isinstance(command, app_commands.Command):
                yield command

    def _entry(self, command: Slash, say: Phrases) -> views.Entry:
        shown = self._mentions.of(command.qualified_name)
        return views.Entry(shown, say(command.description))

    def _topics(self, found: Sequence[Slash], say: Phrases) -> list[views.Topic]:
        """Return commands by their groups, in which they stand next to each other."""
        return [
            views.Topic(
                "" if group is None else say(group.description),
                [self._entry(each, say) for each in members],
            )
            for group, members in groupby(found, key=lambda each: each.root_parent)
        ]

    def _menus(self, place: Place) -> list[str]:
        if place.guild is None:
            return []
        entries = self._tree.get_commands(type=discord.AppCommandType.message)
        return [
            entry.name
            for entry in entries
            if place.for_retrospectives or entry.name != RETROSPECTIVE_MENU
        ]

    def _state(self, interaction: discord.Interaction, place: Place, say: Phrases) -> Iterator[str]:
        """Yield what holds here, a sentence each."""
        if place.guild is None or place.settings is None:
            yield say("Most of what I do, I do in servers. There `/help` shows more.")
            return
        if not place.settings.channels:
            yield say("I am not set up in this server yet, so I read nothing.")
            return
        yield self._here(interaction, say)
        yield self._measured(interaction, place.guild, say)
        yield from _posts(interaction, place.guild, place.settings, say)
        companion = place.settings.companion
        if self._services.companion is not None and companion.talk and companion.mentions:
            yield say("Mention me, and I answer in the channel.")

    def _here(self, interaction: discord.Interaction, say: Phrases) -> str:
        channel = interaction.channel
        channel_id = channel.parent_id if isinstance(channel, discord.Thread) else None
        if self._services.roster.monitors(channel_id or interaction.channel_id or 0):
            return say("I listen to this channel.")
        return say("I do not listen to this channel, but to others.")

    def _measured(
        self,
        interaction: discord.Interaction,
        guild: discord.Guild,
        say: Phrases,
    ) -> str:
        roster, user_id = self._services.roster, interaction.user.id
        author = roster.author(guild.id, user_id)
        if roster.refuses(guild.id, author):
            return say("You have opted out: none of your messages is measured.")
        if roster.accepts(guild.id, author, interaction.id):
            return say("Your messages count for the mood of the server; no text is kept.")
        return say("Your messages are not measured, because you have not agreed to it.")


class HelpCog(commands.Cog):
    """The command."""

    def __init__(self, desk: HelpDesk) -> None:
        self._desk = desk

    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.command(name="help", description=locale_str("See what you can do here"))
    async def help(self, interaction: discord.Interaction) -> None:
        """Show what this person can do here."""
        await self._desk.show(interaction)


def _posts(
    interaction: discord.Interaction,
    guild: discord.Guild,
    settings: GuildSettings,
    say: Phrases,
) -> Iterator[str]:
    """Yield where what is posted regularly appears, as far as the reader can see it."""
    if _sees(interaction, guild, settings.report.channel_id):
        place = f"<#{settings.report.channel_id}>"
        yield say("The weekly report appears in {channel}.", channel=place)
    if _sees(interaction, guild, settings.checkins.channel_id):
        place = f"<#{settings.checkins.channel_id}>"
        yield say("Check-ins, if you like to answer: {channel}.", channel=place)
    for each in settings.channels:
        if each.kind is ChannelKind.RETROSPECTIVE and _sees(interaction, guild, each.channel_id):
            yield say("Retrospectives are written in {channel}.", channel=f"<#{each.channel_id}>")
            return


def _sees(interaction: discord.Interaction, guild: discord.Guild, channel_id: int | None) -> bool:
    channel = guild.get_channel(channel_id or 0)
    member = interaction.user
    if channel is None or not isinstance(member, discord.Member):
        return False
    return channel.permissions_for(member).view_channel


def _is_usable(command: Slash, interaction: discord.Interaction, place: Place) -> bool:
    """Tell whether Discord offers a command to somebody here, and what it needs is switched on."""
    root = command.root_parent or command
    if place.guild is None and not _works_in_private(root):
        return False
    if not interaction.permissions.is_superset(_needed(command)):
        return False
    if root.name == "talk":
        return place.talks
    if command.qualified_name in {"retro write", "retro status"}:
        return place.for_retrospectives
    return root.name != "help"


def _works_in_private(root: Slash | app_commands.Group) -> bool:
    contexts = root.allowed_contexts
    return not root.guild_only if contexts is None else bool(contexts.dm_channel)


def _needed(command: Slash) -> discord.Permissions:
    """Return the permissions that a command asks for."""
    root = command.root_parent or command
    inside = CHECKED_INSIDE.get(command.qualified_name)
    needed = root.default_permissions or discord.Permissions.none()
    return needed if inside is None else needed | discord.Permissions(**{inside: True})


def _is_for_managers(command: Slash) -> bool:
    return _needed(command).value != 0


def _is_own(command: Slash) -> bool:
    root = command.root_parent or command
    return root.name in OWN or command.qualified_name in OWN_COMMANDS
