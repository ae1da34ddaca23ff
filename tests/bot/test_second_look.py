"""Deletions that happened while the bot was away, further back than a start looks."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest

from bot.application import Application
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from bot.second_look import SecondLook
from tests.support.camp import HAPPY, Camp, pitch
from tests.support.running_bot import running, until
from tests.support.town import Shifted

MANY = 420
HISTORY = "GET /channels/{channel_id}/messages"


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server: Sandbox, tmp_path: Path) -> Camp:
    return await pitch(server, tmp_path)


@pytest.fixture(autouse=True)
def by_hand_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot's own walk not come between, however long a test takes."""
    monkeypatch.setattr("bot.client.SecondLook", lambda *args: SecondLook(*args, pace=3600))


def look(application: Application, owner: str = "here") -> SecondLook:
    services, client = application.services, application.client
    assert client is not None
    return SecondLook(
        client.history,
        services.store,
        services.pipeline,
        services.roster,
        services.clock,
        owner,
        pace=0,
    )


async def walk(second: SecondLook, guild_id: int) -> None:
    while await second.step(guild_id):
        pass


async def said(camp: Camp, count: int, place=None):
    return [await camp.say(HAPPY[n % 4], place) for n in range(count)]


async def test_everything_deleted_while_away_is_gone_after_one_walk(camp: Camp) -> None:
    """40 of 420 deleted while away: the start finds those among the newest hundred, a walk all."""
    messages = await said(camp, MANY)
    async with running(camp.settings) as application:
        await camp.expect(application, messages)
    gone = random.Random(7).sample(messages, 40)
    for message in gone:
        await message.delete()
    rest = [message for message in messages if message not in gone]
    recent = sum(message in messages[-110:] for message in gone)
    async with running(camp.settings) as application:
        after_start = len(camp.rows())
        assert MANY - recent <= after_start < MANY
        second = look(application)
        await walk(second, camp.guild.id)
        await camp.expect(application, rest)
        assert second.gone == after_start - len(rest)
        assert second.requests <= MANY // 100 + 1


async def test_nothing_is_deleted_that_still_exists(camp: Camp) -> None:
    thread = await camp.guild.add_thread(camp.channel, "side", camp.member)
    places = [camp.channel, thread]
    messages = [each for place in places for each in await said(camp, 120, place)]
    async with running(camp.settings) as application:
        await camp.expect(application, messages)
        second = look(application)
        await walk(second, camp.guild.id)
        await camp.expect(application, messages)
        assert second.gone == 0


async def test_a_channel_that_was_closed_to_the_bot_keeps_its_records(camp: Camp) -> None:
    messages = await said(camp, 20)
    async with running(camp.settings) as application:
        await camp.expect(application, messages)
        await messages[0].delete()
        await camp.expect(application, messages[1:])
        await camp.channel.set_permissions(camp.guild.me, deny=Permission.READ_MESSAGE_HISTORY)
        await camp.server.flush()
        second = look(application)
        await walk(second, camp.guild.id)
        assert second.requests == 0
        assert len(camp.rows()) == 19


async def test_a_walk_rests_for_a_day_and_one_process_walks(camp: Camp) -> None:
    messages = await said(camp, 10)
    async with running(camp.settings) as application:
        await camp.expect(application, messages)
        first, other = look(application, "one"), look(application, "two")
        clock = Shifted(application.services.clock.now() + timedelta(minutes=1))
        first._clock = other._clock = clock
        await walk(first, camp.guild.id)
        assert first.requests == 1
        for _ in range(3):
            await walk(first, camp.guild.id)
            await walk(other, camp.guild.id)
        assert (first.requests, other.requests) == (1, 0)
        clock.set(clock.now() + timedelta(days=1, minutes=1))
        await walk(other, camp.guild.id)
        assert (first.requests, other.requests) == (1, 1)


async def test_a_walk_goes_on_where_it_ended(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.second_look.CHUNK", 50)
    messages = []
    for number in range(150):
        messages.append(await camp.say(HAPPY[number % 4]))
        await asyncio.sleep(0.002)  # messages of one millisecond are looked up together
    async with running(camp.settings) as application:
        await camp.expect(application, messages)
        await look(application, "one").step(camp.guild.id)
        other = look(application, "two")
        await walk(other, camp.guild.id)
        assert other.requests == 2


async def test_the_bot_walks_by_itself(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = await said(camp, 230)
    async with running(camp.settings) as application:
        await camp.expect(application, messages)
    await messages[3].delete()
    monkeypatch.setattr("bot.client.SecondLook", _eager)
    async with running(camp.settings):
        await until(lambda: (messages[3].id,) not in camp.rows())
        assert len(camp.rows()) == 229


def _eager(*args: object) -> SecondLook:
    return SecondLook(*args, pace=0.01)
