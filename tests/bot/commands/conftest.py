"""The real bot, connected to a loopback Discord; every test has a guild of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox import Sandbox, point_discord_at
from tests.bot.commands.town import Town, World, bot_at, founded


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with Sandbox() as server:
        server.add_guild("Home")
        with point_discord_at(server):
            async with bot_at(server, tmp_path_factory.mktemp("nunchi")) as application:
                yield World(server, application)


@pytest_asyncio.fixture(loop_scope="module")
async def town(world: World) -> Town:
    return await founded(world, "en-US")


@pytest_asyncio.fixture(loop_scope="module")
async def korean_town(world: World) -> Town:
    return await founded(world, "ko")
