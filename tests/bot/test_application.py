"""Starting, stopping, and telling how it is: what an operator meets."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

import bot.application
from bot.application import Application, opened
from bot.clock import SystemClock
from bot.errors import StartFailed
from bot.sandbox.server import Sandbox
from storage.errors import KeyUnusable
from storage.open import open_store
from tests.support.camp import HAPPY, be_impatient, locked, missing_table, pitch
from tests.support.mongodb_server import free_port
from tests.support.running_bot import BotProcess, monitor, running, until, until_ended


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server, tmp_path):
    return await pitch(server, tmp_path, health_port=free_port())


async def run_and(camp, act: Callable[[Application], Awaitable[None]] | None = None) -> None:
    async with running(camp.settings) as application:
        if act is not None:
            await act(application)


async def health(camp) -> tuple[int, dict[str, object]]:
    url = f"http://127.0.0.1:{camp.settings.health_port}/health"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()


async def test_health_says_that_all_is_well_and_counts(camp):
    async with running(camp.settings) as application:
        await camp.expect(application, [await camp.say(HAPPY[0])])
        status, body = await health(camp)
    assert status == 200
    assert body == {"gateway": True, "store": True, "waiting": 0, "received": 1, "stored": 1}


async def test_health_says_when_discord_is_away(server, camp):
    async with running(camp.settings):
        server.delay("GET /gateway/bot", 1.0, times=None)
        server.delay("GET /users/@me", 1.0, times=None)
        await server.send_raw("GUILD_CREATE", {})  # breaks the client: it must connect anew

        async def unwell() -> bool:
            return (await health(camp))[0] == 503

        await until(unwell)
        assert (await health(camp))[1]["gateway"] is False
        server.clear_faults()

        async def well() -> bool:
            return (await health(camp))[0] == 200

        await until(well)


async def test_health_says_when_the_store_is_away(camp, monkeypatch):
    be_impatient(monkeypatch)
    async with running(camp.settings):
        with locked(camp.database):
            status, body = await health(camp)
        assert status == 503
        assert body["store"] is False
        assert body["gateway"] is True


async def test_a_health_port_that_is_taken_is_told_by_its_setting(camp):
    with (
        socket.create_server(("127.0.0.1", camp.settings.health_port)),
        pytest.raises(StartFailed, match="NUNCHI_HEALTH_PORT="),
    ):
        await run_and(camp)


async def test_a_key_that_cannot_be_used_is_told_before_anything_starts(camp, tmp_path):
    (tmp_path / "pseudonym.key").write_bytes(b"short")
    with pytest.raises(KeyUnusable):
        async with opened(camp.settings, SystemClock()):
            pass


async def test_what_another_process_changes_is_noticed(camp, monkeypatch):
    monkeypatch.setattr(bot.application, "ROSTER_EVERY", 0.1)
    async with running(camp.settings) as application:
        room = camp.guild.add_channel("room")
        await camp.server.flush()
        await monitor(camp.url, camp.guild, [camp.channel, room])
        roster = application.services.roster
        await until(lambda: roster.monitors(room.id))
        said = await camp.say(HAPPY[0], room)
        async with open_store(camp.url) as store:
            author = roster.author(camp.guild.id, camp.member.id)
            await store.opt_out(camp.guild.id, author, SystemClock().now())
        await until(lambda: roster.refuses(camp.guild.id, author))
        assert said.id not in dict.fromkeys(row[0] for row in camp.rows())


async def test_settings_that_cannot_be_read_for_a_while_stay_as_they_were(
    camp, monkeypatch, caplog
):
    monkeypatch.setattr(bot.application, "ROSTER_EVERY", 0.1)
    async with running(camp.settings) as application:
        with missing_table(camp.database, "settings"):
            await until(lambda: "cannot be read anew" in caplog.text)
            assert application.services.roster.monitors(camp.channel.id)
        await camp.expect(application, [await camp.say(HAPPY[0])])


async def test_a_stop_on_request_stores_what_was_received(server, camp):
    bot_process = BotProcess(camp.settings)
    try:
        await bot_process.start()
        await server.wait_ready(30)
        said = [(await camp.say(HAPPY[n % 4])).id for n in range(400)]
        await server.flush()
        assert await bot_process.stop() == 0
    finally:
        await bot_process.kill()
    assert [row[0] for row in camp.rows()] == said
    assert "Traceback" not in bot_process.log


async def test_a_stop_does_not_wait_for_a_store_for_ever(camp, monkeypatch, caplog):
    monkeypatch.setattr(bot.application, "GRACE", 0.3)
    be_impatient(monkeypatch)
    with contextlib.ExitStack() as stack:
        async with running(camp.settings):
            stack.enter_context(locked(camp.database))
            said = await camp.say(HAPPY[0])
            await camp.server.flush()
    assert "stopping before everything was stored" in caplog.text
    async with running(camp.settings) as application:
        await camp.expect(application, [said])


async def test_an_error_in_the_heart_of_the_bot_ends_it_soon(camp):
    """Nothing can work without the pipeline: better to end, and be started again."""

    async def broken(batch: object) -> int:
        raise ZeroDivisionError

    async def break_it(application: Application) -> None:
        application.services.store.apply = broken
        await camp.say(HAPPY[0])
        await until_ended()

    with pytest.raises(ExceptionGroup):
        await run_and(camp, break_it)
