from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox import Sandbox
from tests.sandbox.sandbox_client import Camp, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


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
