"""Reading back beside live messages, on both stores, and over the death of the process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.application import Application
from bot.backfill import PREFIX, Backfill, Place, State
from bot.clock import snowflake_at
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from storage.open import open_store
from storage.readings import Reading
from storage.records import ConsentMode, GuildSettings, MonitoredChannel
from tests.support.camp import HAPPY, SAD, Camp, pitch
from tests.support.mongodb_server import any_server, fresh_database, store_url
from tests.support.running_bot import (
    BotProcess,
    running,
    settled,
    stored_ids,
    until,
)

HISTORY = "GET /channels/{channel_id}/messages"
TEXTS = HAPPY + SAD
BEGIN = datetime.now(UTC) - timedelta(days=10)


@pytest.fixture
async def server() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with any_server(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


async def camp_of(
    server: Sandbox, folder: Path, count: int, **changes: Any
) -> tuple[Camp, list[Message]]:
    """A camp whose channel is listened to from after its first messages on."""
    camp = await pitch(server, folder, **changes)
    said = [
        await camp.say(TEXTS[number % 8], at=BEGIN + timedelta(minutes=number))
        for number in range(count)
    ]
    await listen(camp, said[-1].id)
    return camp, said


async def listen(camp: Camp, since: int, **changes: Any) -> None:
    listened = (MonitoredChannel(camp.channel.id, since),)
    async with open_store(camp.url) as store:
        await store.save_settings(GuildSettings(camp.guild.id, channels=listened, **changes))


async def begun(application: Application, camp: Camp) -> Backfill:
    assert application.client is not None
    backfill = await application.client.backfill.begin(
        camp.guild.id,
        camp.channel.id,
        BEGIN - timedelta(days=1),
        language="en",
        asked_in=camp.channel.id,
    )
    assert backfill is not None
    return backfill


async def ended(application: Application, backfill: Backfill) -> None:
    """Wait until it has ended and its end is kept."""
    client = application.client
    assert client is not None
    await until(lambda: client.backfill.running(backfill.place.channel_id) is None)
    assert backfill.ended


@pytest.mark.parametrize("back_end", ["sqlite", "mongodb"])
async def test_everything_once_and_no_watermark_moved(
    server: Sandbox, tmp_path: Path, request: pytest.FixtureRequest, back_end: str
) -> None:
    changes = {}
    if back_end == "mongodb":
        address = request.getfixturevalue("mongodb")
        changes["store"] = store_url(address, fresh_database(), "")
    camp, said = await camp_of(server, tmp_path, 230, **changes)
    async with running(camp.settings) as application:
        store = application.services.store
        marks = await store.watermarks(camp.guild.id)
        for _ in range(2):
            backfill = await begun(application, camp)
            assert backfill.place.until == said[-1].id
            await ended(application, backfill)
            assert backfill.state is State.DONE
            assert backfill.place.read == 230
            await settled(application)
            assert await stored_ids(store, camp.guild.id) == [each.id for each in said]
        assert await store.watermarks(camp.guild.id) == marks
        assert await store.readings(camp.guild.id) == []


async def test_one_at_a_time_and_live_messages_do_not_wait(server: Sandbox, tmp_path: Path) -> None:
    camp, said = await camp_of(server, tmp_path, 250)
    async with running(camp.settings) as application:
        server.delay(HISTORY, 0.4, times=None)
        backfill = await begun(application, camp)
        client = application.client
        assert client is not None
        again = await client.backfill.begin(
            camp.guild.id, camp.channel.id, BEGIN, language="en", asked_in=0
        )
        assert again is None
        live = await camp.say(HAPPY[0])

        async def heard() -> bool:
            found = await application.services.store.records(camp.guild.id, [live.id])
            return len(found) == 1

        await until(heard)
        assert not backfill.ended, "the live message was stored before the history was read"
        server.clear_faults()
        await ended(application, backfill)
        await camp.expect(application, [*said, live])


async def test_messages_that_were_deleted_meanwhile_stay_gone(
    server: Sandbox, tmp_path: Path
) -> None:
    camp, said = await camp_of(server, tmp_path, 150)
    async with running(camp.settings) as application:
        server.delay(HISTORY, 0.3, times=None)
        backfill = await begun(application, camp)
        await until(lambda: backfill.place.read == 100)
        await said[10].delete()
        await said[140].delete()
        server.clear_faults()
        await ended(application, backfill)
        rest = [each for number, each in enumerate(said) if number not in (10, 140)]
        await camp.expect(application, rest)


async def test_nobody_is_measured_without_the_consent_that_is_asked_for(
    server: Sandbox, tmp_path: Path
) -> None:
    camp, said = await camp_of(server, tmp_path, 20)
    await listen(camp, said[-1].id, consent=ConsentMode.EXPLICIT)
    async with running(camp.settings) as application:
        author = application.services.roster.author(camp.guild.id, camp.member.user.id)
        agreed = BEGIN + timedelta(minutes=9, seconds=30)
        await application.services.store.consent(camp.guild.id, author, agreed)
        await application.services.roster.load()
        backfill = await begun(application, camp)
        await ended(application, backfill)
        await camp.expect(application, said[10:])


async def test_a_history_that_fails_is_asked_for_again(server: Sandbox, tmp_path: Path) -> None:
    camp, said = await camp_of(server, tmp_path, 120)
    async with running(camp.settings) as application:
        server.fail(HISTORY, status=400, times=2)
        backfill = await begun(application, camp)
        await ended(application, backfill)
        await camp.expect(application, said)


async def test_a_channel_that_is_closed_meanwhile_ends_it(server: Sandbox, tmp_path: Path) -> None:
    camp, _ = await camp_of(server, tmp_path, 250)
    async with running(camp.settings) as application:
        server.delay(HISTORY, 0.3, times=None)
        backfill = await begun(application, camp)
        await until(lambda: backfill.place.read == 100)
        server.clear_faults()
        server.fail(HISTORY, status=403, code=50001)
        await ended(application, backfill)
        assert backfill.state is State.UNREADABLE
        assert await application.services.store.readings(camp.guild.id) == []


async def test_a_killed_process_goes_on_where_it_stopped(server: Sandbox, tmp_path: Path) -> None:
    camp, said = await camp_of(server, tmp_path, 450)
    place = Place(
        camp.guild.id,
        camp.channel.id,
        snowflake_at(BEGIN) - 1,
        said[-1].id,
        asked_in=camp.channel.id,
    )
    key = f"{PREFIX}{camp.channel.id}"
    async with open_store(camp.url) as store:
        await store.save_reading(
            Reading(camp.guild.id, key, json.dumps(asdict(place)), datetime.now(UTC))
        )
    bot = BotProcess(camp.settings)

    def rows() -> int:
        return len(camp.rows())

    server.delay(HISTORY, 0.3, times=None)
    try:
        await bot.start()
        await until(lambda: rows() >= 200)
        await bot.kill()
        assert 200 <= rows() < 450
        server.clear_faults()
        server.requests.clear()
        await bot.start()
        await until(lambda: rows() == 450)
        pages = [each for each in server.requests if each.route == HISTORY]
        assert len(pages) <= 5, "what was read before is not read again, but for a page"
        posts = server.posts(camp.channel)
        await until(lambda: any("Done" in each.text for each in posts))
        assert any("450 messages read" in each.text for each in posts)
        assert await bot.stop() == 0
    finally:
        await bot.kill()
    assert [row[0] for row in camp.rows()] == [each.id for each in said]
    async with open_store(camp.url) as store:
        assert await store.readings(camp.guild.id) == []
