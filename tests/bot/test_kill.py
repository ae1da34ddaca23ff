"""Whatever is killed, and whenever: every message is stored once, judged by its own words."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from storage.open import open_store
from tests.support.camp import HAPPY, SAD, Camp, pitch, same_scores, stored_scores, verdicts
from tests.support.mongodb_server import running_server
from tests.support.running_bot import (
    BotProcess,
    monitor,
    running,
    settled,
    until,
)

pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]

RATE = 200
"""Messages a second."""

STILL = 60.0
"""Seconds in which nothing may happen before the bot is thought to be done."""

NEWEST = 30
"""Deletions and edits meet the newest messages of a channel, as they do among people."""


class Crowd:
    """Members who talk without a pause in four channels, and now and then edit or delete."""

    def __init__(self, camp: Camp, seed: int) -> None:
        self.random = random.Random(seed)
        self.camp = camp
        self.channels = [camp.channel, *(camp.guild.add_channel(f"room-{n}") for n in range(3))]
        self.members = [camp.guild.add_member(f"Member {n}") for n in range(6)]
        self.alive: dict[int, Message] = {}
        self.edits = self.deletions = 0

    async def talk(self) -> None:
        """Keep to the rate, whatever the machine is busy with."""
        clock = asyncio.get_running_loop().time
        start, sent = clock(), 0
        while True:
            while sent < (clock() - start) * RATE:
                await self._act()
                sent += 1
            await asyncio.sleep(0.005)

    async def _act(self) -> None:
        channel = self.random.choice(self.channels)
        text = self.random.choice(HAPPY + SAD)
        message = await self.camp.guild.say(self.random.choice(self.members), channel, text)
        self.alive[message.id] = message
        dice = self.random.random()
        if dice < 0.02:
            await self._edit(self._recent(channel))
        elif dice < 0.04:
            await self._delete(self._recent(channel))

    def _recent(self, channel) -> Message:
        newest = [
            each for each in list(self.alive.values())[-8 * NEWEST :] if each.channel is channel
        ]
        return self.random.choice(newest[-NEWEST:])

    async def _edit(self, message: Message) -> None:
        self.edits += 1
        await message.edit(self.random.choice(HAPPY if message.content in SAD else SAD))

    async def _delete(self, message: Message) -> None:
        self.deletions += 1
        del self.alive[message.id]
        await message.delete()

    async def be_listened_to(self) -> None:
        await monitor(self.camp.url, self.camp.guild, self.channels)


@contextlib.asynccontextmanager
async def talking(crowd: Crowd):
    task = asyncio.create_task(crowd.talk())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def assert_everything_is_stored(url: str, crowd: Crowd) -> None:
    expected = await verdicts(HAPPY + SAD)
    clock = asyncio.get_running_loop().time
    async with open_store(url) as store:
        stored = await stored_scores(store, crowd.camp.guild.id)
        since = clock()
        # A slow machine has much to catch up on: as long as it goes on, it is not late.
        while stored.keys() != crowd.alive.keys() and clock() - since < STILL:
            await asyncio.sleep(0.1)
            stored, before = await stored_scores(store, crowd.camp.guild.id), stored
            if stored.keys() != before.keys():
                since = clock()
    assert sorted(crowd.alive.keys() - stored.keys()) == [], "missing"
    assert sorted(stored.keys() - crowd.alive.keys()) == [], "deleted by its author, still stored"
    wrong = [
        message_id
        for message_id, scores in stored.items()
        if not same_scores(scores, expected[crowd.alive[message_id].content])
    ]
    assert wrong == [], "judged by other words than those that are there now"


async def test_the_bot_killed_at_20_random_moments(tmp_path):
    async with Sandbox() as server:
        camp = await pitch(server, tmp_path)
        crowd = Crowd(camp, seed=20)
        await crowd.be_listened_to()
        bot = BotProcess(camp.settings)
        async with talking(crowd):
            for turn in range(20):
                known = server.gateway_counts["identify"]
                await bot.start()
                if turn % 2:  # however slow the machine: half of them die at work
                    await until(lambda known=known: server.gateway_counts["identify"] > known)
                    await asyncio.sleep(crowd.random.uniform(0.0, 2.5))
                else:
                    await asyncio.sleep(crowd.random.uniform(0.5, 4.5))
                await bot.kill()
        await bot.start()
        try:
            await assert_everything_is_stored(camp.url, crowd)
            assert await bot.stop() == 0
        finally:
            await bot.kill()
        assert server.gateway_counts["identify"] > 10, "half of the kills met a connected bot"
        assert len(crowd.alive) > 5000
        assert crowd.edits > 50
        assert crowd.deletions > 50


async def test_the_server_of_the_store_killed_while_the_bot_lives(tmp_path):
    with running_server(tmp_path / "mongodb") as mongodb:
        async with Sandbox() as server:
            camp = await pitch(server, tmp_path, store=mongodb.url())
            crowd = Crowd(camp, seed=5)
            await crowd.be_listened_to()
            async with running(camp.settings) as application:
                async with talking(crowd):
                    for _ in range(5):
                        await asyncio.sleep(crowd.random.uniform(0.3, 2.0))
                        mongodb.kill()
                        await asyncio.sleep(crowd.random.uniform(0.1, 1.5))
                        await asyncio.to_thread(mongodb.start)
                await server.flush()
                await settled(application)
                await assert_everything_is_stored(camp.url, crowd)
                assert application.services.pipeline.counters.retries > 0
