"""A real discord.py client that notes what it is told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.sandbox import Channel, Guild, Member, Sandbox, point_discord_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

UNPRIVILEGED_MEMBERS = discord.Intents(
    guilds=True, guild_messages=True, dm_messages=True, message_content=True
)


class RecordingClient(discord.Client):
    """Notes every event by name, with what it carried."""

    def __init__(self, intents: discord.Intents = UNPRIVILEGED_MEMBERS, **options: Any) -> None:
        options.setdefault("guild_ready_timeout", 0.05)
        super().__init__(
            intents=intents,
            max_messages=None,
            chunk_guilds_at_startup=False,
            enable_debug_events=False,
            **options,
        )
        self.tree = app_commands.CommandTree(self)
        self.events: list[tuple[str, tuple[Any, ...]]] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once: the sandbox has no limit on it."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.events.append((event, args))
        super().dispatch(event, *args, **kwargs)

    def of(self, event: str) -> list[Any]:
        """The first argument of every event of that name."""
        return [args[0] if args else None for name, args in self.events if name == event]

    def contents(self) -> list[str]:
        """The texts of all messages that arrived."""
        return [message.content for message in self.of("message")]


@asynccontextmanager
async def running(
    server: Sandbox, make: Callable[[], RecordingClient] = RecordingClient
) -> AsyncIterator[RecordingClient]:
    """A client that is logged in and knows its guilds."""
    with point_discord_at(server):
        client = make()
        task = asyncio.create_task(client.start(server.token))
        try:
            await server.wait_ready()
            await client.wait_until_ready()
            yield client
        finally:
            await client.close()
            await task


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
