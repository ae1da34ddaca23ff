from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
import pytest

from bot.sandbox import Channel, Guild, Member, Sandbox
from tests.sandbox.sandbox_client import RecordingClient, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class Camp:
    """A started sandbox with one guild, one channel, one member and a connected client."""

    server: Sandbox
    guild: Guild
    channel: Channel
    alice: Member
    client: RecordingClient

    def seen_channel(self, channel: Channel | None = None) -> discord.TextChannel:
        """The channel as the client knows it."""
        found = self.client.get_channel((channel or self.channel).id)
        assert isinstance(found, discord.TextChannel)
        return found

    def seen_guild(self) -> discord.Guild:
        found = self.client.get_guild(self.guild.id)
        assert found is not None
        return found


@pytest.fixture
async def server() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def camp(server: Sandbox) -> AsyncIterator[Camp]:
    guild = server.add_guild("Study camp", locale="ko")
    channel = guild.add_channel("general", topic="anything")
    alice = guild.add_member("Alice")
    async with running(server) as client:
        yield Camp(server, guild, channel, alice, client)
