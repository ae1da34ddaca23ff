"""The connection: what breaks it is survived, what forbids it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import discord
import pytest
from pydantic import SecretStr

from bot.application import run
from bot.backoff import Backoff
from bot.client import intents
from bot.errors import IntentNotGranted, TokenRefused
from bot.history import History
from bot.sandbox.events import Intent
from bot.sandbox.server import Sandbox
from bot.supervisor import supervise
from tests.support.camp import HAPPY, pitch
from tests.support.running_bot import running, until, until_ended


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server, tmp_path):
    return await pitch(server, tmp_path)


async def run_and(camp, act: Awaitable[None] | None = None) -> None:
    async with running(camp.settings):
        if act is not None:
            await act
            await until_ended()


async def test_a_refused_token_ends_the_bot(camp):
    camp.settings = camp.settings.model_copy(update={"discord_token": SecretStr("wrong")})
    with pytest.raises(TokenRefused):
        await run_and(camp)


async def test_an_intent_that_is_not_granted_ends_the_bot(server, camp):
    server.granted_intents = Intent.NONE
    with pytest.raises(IntentNotGranted):
        await run_and(camp)


@pytest.mark.parametrize(("code", "error"), [(4004, TokenRefused), (4014, IntentNotGranted)])
async def test_a_refusal_in_the_middle_ends_the_bot(server, camp, code, error):
    with pytest.raises(error):
        await run_and(camp, server.drop_connections(code))


async def test_any_other_close_leads_to_a_new_connection(server, camp):
    async with running(camp.settings) as application:
        said = [await camp.say(HAPPY[0])]
        await server.flush()
        await server.drop_connections(4013, resumable=False)
        said.append(await camp.say(HAPPY[1]))
        await until(lambda: server.gateway_counts["identify"] == 2)
        await until(application.connected)
        await camp.expect(application, said)


async def test_an_error_that_nobody_foresaw_while_reading_the_past_leads_to_a_new_connection(
    server, camp, monkeypatch
):
    said = [await camp.say(HAPPY[n % 4]) for n in range(150)]
    read, failures = History.after, iter([True])

    async def after(self, container, message_id):
        if next(failures, False):
            raise ZeroDivisionError
        return await read(self, container, message_id)

    monkeypatch.setattr(History, "after", after)
    async with running(camp.settings, caught_up=False) as application:
        await until(lambda: server.gateway_counts["identify"] == 2)
        await until(application.connected)
        said.append(await camp.say(HAPPY[0]))
        await camp.expect(application, said)


class Fragile(discord.Client):
    """A client whose connection does not hold."""

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        await asyncio.sleep(0.01)


async def test_a_discord_that_cannot_be_reached_is_one_line_for_each_attempt(server, camp, caplog):
    await server.stop()
    caplog.set_level("INFO", "bot.supervisor")
    task = asyncio.create_task(run(camp.settings))
    await until(lambda: "connecting anew" in caplog.text)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    said = [record for record in caplog.records if record.name == "bot.supervisor"]
    assert said[0].getMessage().startswith("Discord cannot be reached: ")
    assert all(record.exc_info is None for record in said), "no traceback for a cable"


async def test_a_connection_that_held_for_a_while_is_followed_by_the_next_at_once():
    waits: list[int] = []

    class Counting(Backoff):
        async def wait(self) -> None:
            waits.append(self._failures)
            self._failures += 1

    async def connect_for_a_while(stable: float) -> list[int]:
        waits.clear()
        work = supervise(lambda: Fragile(intents=intents()), "token", Counting(), stable=stable)
        task = asyncio.create_task(work)
        await until(lambda: len(waits) >= 3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return waits[:3]

    assert await connect_for_a_while(stable=0.005) == [0, 0, 0]
    assert await connect_for_a_while(stable=60.0) == [0, 1, 2]


async def test_waiting_grows_to_a_limit_and_starts_again_after_a_success():
    backoff, loop = Backoff(first=0.01, most=0.04), asyncio.get_running_loop()

    async def waited() -> float:
        start = loop.time()
        await backoff.wait()
        return loop.time() - start

    spans = [await waited() for _ in range(5)]
    assert 0.004 <= spans[0] < 0.02
    assert all(0.019 <= span < 0.08 for span in spans[2:])
    backoff.reset()
    assert await waited() < 0.02
