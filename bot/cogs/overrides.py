"""What a server's administrators chose under Integrations: who may use which command, and where.

A bot may read these overrides with its token; to change them it would need somebody's own grant.
They can take a command away. What they grant beyond the permissions that a command asks for is of
no use here: every command looks again at who manages the server.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import discord

log = logging.getLogger(__name__)

PATIENCE: Final = 5.0
"""Seconds for Discord's answer, for which the library would try again much longer."""

_ROLE: Final = discord.AppCommandPermissionType.role.value
_USER: Final = discord.AppCommandPermissionType.user.value
_CHANNEL: Final = discord.AppCommandPermissionType.channel.value

Entries = Mapping[tuple[int, int], bool]
"""(kind, id) of a role, user or channel -> whether it is allowed."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where.

    Attributes:
        guild_id: The server; as a role everybody, and less one every channel.
        user_id: Who.
        roles: Ids of their roles.
        channel_id: Where: for a thread, its parent.
        administrator: Whether nothing can be taken away from them.
    """

    guild_id: int
    user_id: int
    roles: Sequence[int]
    channel_id: int
    administrator: bool

    @classmethod
    def of(cls, interaction: discord.Interaction, guild_id: int) -> Asker:
        """Return who asks by an interaction in a server."""
        user, channel = interaction.user, interaction.channel
        place = channel.parent_id if isinstance(channel, discord.Thread) else None
        return cls(
            guild_id,
            user.id,
            tuple(role.id for role in user.roles) if isinstance(user, discord.Member) else (),
            place or interaction.channel_id or 0,
            interaction.permissions.administrator,
        )


@dataclass(frozen=True, slots=True)
class Overrides:
    """The overrides of one server.

    Attributes:
        application_id: The id under which those of all commands stand.
        entries: Id of a command, or of the application -> what is chosen.
        known: False where Discord did not tell.
    """

    application_id: int
    entries: Mapping[int, Entries] = field(default_factory=dict)
    known: bool = True

    def deny(self, command_id: int | None, asker: Asker) -> bool:
        """Tell whether a command was taken away from somebody in their channel.

        What is said of the command goes before what is said of all commands.
        """
        if asker.administrator or command_id is None:
            return False
        levels = [self.entries.get(each, {}) for each in (command_id, self.application_id)]
        here = _first_said(_place(level, asker) for level in levels)
        person = _first_said(_person(level, asker) for level in levels)
        return False in (here, person)


async def overrides_in(interaction: discord.Interaction[Any], guild_id: int) -> Overrides:
    """Return the overrides of a server, as Discord tells them now; 0 is a direct message."""
    application_id = interaction.application_id
    if not guild_id:
        return Overrides(application_id)
    try:
        # The library reads them in one request only here; in public it asks once a command.
        request = interaction.client.http.get_guild_application_command_permissions
        async with asyncio.timeout(PATIENCE):
            told = await request(application_id, guild_id)
    except (discord.HTTPException, TimeoutError) as error:
        log.warning("who may use which command was not told: %s", type(error).__name__)
        return Overrides(application_id, known=False)
    entries = {
        int(each["id"]): {
            (said["type"], int(said["id"])): said["permission"] for said in each["permissions"]
        }
        for each in told
    }
    return Overrides(application_id, entries)


def _place(entries: Entries, asker: Asker) -> bool | None:
    everywhere = entries.get((_CHANNEL, asker.guild_id - 1))
    return entries.get((_CHANNEL, asker.channel_id), everywhere)


def _person(entries: Entries, asker: Asker) -> bool | None:
    if (_USER, asker.user_id) in entries:
        return entries[_USER, asker.user_id]
    keys = [(_ROLE, role) for role in asker.roles if role != asker.guild_id]
    said = [entries[key] for key in keys if key in entries]
    # One role that is allowed is enough.
    return any(said) if said else entries.get((_ROLE, asker.guild_id))


def _first_said(answers: Iterable[bool | None]) -> bool | None:
    return next((answer for answer in answers if answer is not None), None)
