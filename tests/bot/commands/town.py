"""What the tests of the commands hold in hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bot.application import Application, opened, serve
from bot.clock import SystemClock
from bot.sandbox import Channel, Guild, Interaction, Member, Permission, Sandbox
from bot.sandbox.components import walk
from bot.sandbox.jsontypes import JsonObject
from bot.sandbox.messages import Message
from bot.services import Services
from bot.settings import Settings
from storage.records import GuildSettings

NAMES = count()
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)


@dataclass
class Town:
    """A guild with an administrator, an ordinary member and one channel, seen by a running bot."""

    server: Sandbox
    application: Application
    guild: Guild
    general: Channel
    admin: Member
    member: Member

    @property
    def services(self) -> Services:
        return self.application.services

    @property
    def settings(self) -> GuildSettings:
        found = self.services.roster.settings(self.guild.id)
        assert found is not None
        return found

    @property
    def monitored(self) -> set[int]:
        return {channel.channel_id for channel in self.settings.channels}

    async def run(
        self, who: Member, command: str, /, *, where: Channel | None = None, **options: object
    ) -> Interaction:
        return await self.guild.run_command(who, command, options, channel=where or self.general)

    async def choose(self, shown: Interaction, select: str, *values: object) -> Interaction:
        """Choose in the panel of `/setup`, and wait until it is drawn anew."""
        return await (await shown.select(select, *values)).changed()

    async def press(self, shown: Interaction, button: str) -> Interaction:
        """Press a button that changes the message it is on."""
        return await (await shown.click(button)).changed()

    async def closed_channel(self, name: str, *, denied: Permission) -> Channel:
        channel = self.guild.add_channel(name)
        await channel.set_permissions(self.guild.me, deny=denied)
        await self.server.flush()
        return channel

    async def heard(self) -> None:
        """Wait until the bot has stored everything that happened."""
        await self.server.flush()
        await self.services.pipeline.drained()

    async def records(self) -> int:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        scan = self.services.store.scan(self.guild.id, FIRST_DAY, tomorrow)
        return sum([len(columns) async for columns in scan])


@dataclass
class World:
    """A sandbox and the bot that is connected to it."""

    server: Sandbox
    application: Application


@asynccontextmanager
async def bot_at(server: Sandbox, folder: Path) -> AsyncIterator[Application]:
    settings = Settings.model_validate(
        {
            "discord_token": server.token,
            "data_dir": folder,
            "store": f"sqlite:///{folder / 'store.sqlite3'}",
        }
    )
    async with opened(settings, SystemClock()) as application:
        serving = asyncio.create_task(serve(application, server.token))
        await server.wait_ready(30)
        await server.wait_until(application.connected, 30)
        yield application
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def founded(world: World, locale: str) -> Town:
    server = world.server
    guild = server.add_guild(f"Study camp {next(NAMES)}", locale=locale)
    # The welcome goes to the owner: there is no channel yet.
    await server.wait_until(lambda: bool(server.posts(server.direct_channel(guild.owner))))
    general = guild.add_channel("general")
    admin = guild.add_member("Ada", administrator=True, locale=locale)
    member = guild.add_member("Mina", locale=locale)
    client = world.application.client
    assert client is not None
    await server.flush()
    await server.wait_until(lambda: client.get_guild(guild.id) is not None)
    return Town(server, world.application, guild, general, admin, member)


def part(message: Message | None, custom_id: str) -> JsonObject:
    """Return the component with a custom id."""
    assert message is not None
    return next(each for each in walk(message.components) if each.get("custom_id") == custom_id)


def chosen(message: Message | None, custom_id: str) -> list[str]:
    """Return the values that a select menu shows as chosen."""
    select = part(message, custom_id)
    options = [each["value"] for each in select.get("options", ()) if each.get("default")]
    return options + [str(each["id"]) for each in select.get("default_values", ())]
