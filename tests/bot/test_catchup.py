"""What happened while nobody listened, or while the past was still being read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import snowflake_at
from bot.sandbox.faults import Abort
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from storage.open import open_store
from storage.records import MonitoredChannel
from tests.support.camp import HAPPY, SAD, be_impatient, locked, missing_table, pitch
from tests.support.running_bot import ago, monitor, running, settled, stored_ids, until

HISTORY = "GET /channels/{channel_id}/messages"


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server, tmp_path):
    return await pitch(server, tmp_path)


async def test_a_message_deleted_while_away_is_forgotten_though_the_past_was_never_read(
    server, camp
):
    """A live message is stored before the gap in front of it is closed; then the bot goes."""
    first = await camp.say(HAPPY[0])
    async with running(camp.settings) as application:
        await camp.expect(application, [first])
    missed = [await camp.say(HAPPY[0]) for _ in range(3)]
    server.delay(HISTORY, 2, times=None)
    async with running(camp.settings, caught_up=False):
        live = await camp.say(SAD[0])
        await until(lambda: camp.rows() == [(first.id,), (live.id,)])
    server.clear_faults()
    await live.delete()
    async with running(camp.settings) as application:
        await camp.expect(application, [first, *missed])


async def test_live_messages_are_stored_while_a_long_past_is_read(server, camp):
    past = [await camp.say(HAPPY[n % 4]) for n in range(350)]
    server.delay(HISTORY, 2, times=None)
    async with running(camp.settings, caught_up=False) as application:
        live = await camp.say(SAD[0])
        await until(lambda: (live.id,) in camp.rows())
        assert len(camp.rows()) < 350
        server.clear_faults()
        await camp.expect(application, [*past, live])


async def test_messages_from_before_the_bot_listened_are_left_alone(camp):
    await camp.say(HAPPY[0], at=ago(hours=2))
    later = await camp.say(HAPPY[0])
    settings = await monitor(camp.url, camp.guild, [])
    listened = MonitoredChannel(camp.channel.id, snowflake_at(ago(hours=1)))
    async with open_store(camp.url) as store:
        await store.save_settings(replace(settings, channels=(listened,)))
    async with running(camp.settings) as application:
        await camp.expect(application, [later])


async def test_messages_older_than_the_limit_are_not_read(server, camp):
    await camp.say(HAPPY[0], at=ago(days=31))
    recent = await camp.say(HAPPY[0], at=ago(days=29))
    async with running(camp.settings) as application:
        await camp.expect(application, [recent])


async def test_what_was_said_in_a_thread_that_is_archived_by_now_is_read(server, camp):
    thread = await camp.guild.add_thread(camp.channel, "help", camp.member)
    said = [await camp.say(HAPPY[0], thread) for _ in range(3)]
    await thread.archive()
    async with running(camp.settings) as application:
        await camp.expect(application, said)


async def test_threads_that_were_archived_long_before_are_not_read_again(server, camp):
    thread = await camp.guild.add_thread(camp.channel, "old", camp.member)
    said = [await camp.say(HAPPY[0], thread, at=ago(hours=5))]
    await thread.archive(at=ago(hours=4))
    async with running(camp.settings) as application:
        said.append(await camp.say(HAPPY[0]))
        await camp.expect(application, said)
    server.requests.clear()
    async with running(camp.settings) as application:
        await settled(application)
    reads = [each.path for each in server.requests if each.route == HISTORY]
    assert not [path for path in reads if str(thread.id) in path]


async def test_archived_threads_that_cannot_be_listed_hold_up_nothing(server, camp):
    server.fail("GET /channels/{channel_id}/threads/archived/public", status=403, times=None)
    said = [await camp.say(HAPPY[0])]
    async with running(camp.settings) as application:
        await camp.expect(application, said)


async def test_a_restart_without_news_reads_no_history_twice(server, camp):
    said = [await camp.say(HAPPY[0]) for _ in range(120)]
    async with running(camp.settings) as application:
        await camp.expect(application, said)
    server.requests.clear()
    async with running(camp.settings) as application:
        await camp.expect(application, said)
    assert len([each for each in server.requests if each.route == HISTORY]) == 1


async def test_a_channel_that_turns_out_to_be_forbidden_holds_up_no_other(server, camp):
    room = camp.guild.add_channel("room")
    await monitor(camp.url, camp.guild, [camp.channel, room])
    said = [await camp.say(HAPPY[0], room)]
    await camp.say(HAPPY[0])
    server.fail(HISTORY, status=403, code=50001, times=1)
    async with running(camp.settings) as application:
        await settled(application)
        stored = await stored_ids(application.services.store, camp.guild.id)
        assert len(stored) == 1
        said.append(await camp.say(HAPPY[0], room))
        await until(lambda: (said[-1].id,) in camp.rows())


async def test_a_store_that_is_locked_while_the_bot_starts_delays_only(
    server, camp, monkeypatch, caplog
):
    be_impatient(monkeypatch)
    said = [await camp.say(HAPPY[0]) for _ in range(3)]
    server.delay(HISTORY, 0.5)
    async with running(camp.settings, caught_up=False) as application:
        with locked(camp.database):
            said.append(await camp.say(HAPPY[0]))
            await until(lambda: "the store does not answer" in caplog.text)
            assert camp.rows() == []
        await camp.expect(application, said)


async def test_a_channel_added_later_is_read_from_its_start(server, camp):
    room = camp.guild.add_channel("room")
    async with running(camp.settings) as application:
        early = await camp.say(SAD[0], room)
        await server.flush()
        settings = application.services.roster.settings(camp.guild.id)
        added = MonitoredChannel(room.id, snowflake_at(early.created_at - timedelta(seconds=1)))
        assert await application.services.roster.add_channel(settings, added)
        assert not await application.services.roster.add_channel(settings, added)
        await camp.expect(application, [early])
        assert await application.services.roster.remove_channel(camp.guild.id, room.id)
        assert not await application.services.roster.remove_channel(camp.guild.id, room.id)
        await camp.say(SAD[0], room)
        last = await camp.say(SAD[0])
        await camp.expect(application, [early, last])


async def test_a_guild_that_was_out_of_order_is_looked_at_again(server, camp):
    async with running(camp.settings) as application:
        await camp.guild.set_available(False)
        missed = await camp.say(HAPPY[0])
        await camp.guild.set_available(True)
        await camp.expect(application, [missed])


async def test_history_that_may_be_read_again_is_read_at_the_next_session(server, camp):
    await camp.channel.set_permissions(camp.guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    said = [await camp.say(HAPPY[0])]
    async with running(camp.settings) as application:
        await camp.expect(application, [])
    await camp.channel.set_permissions(camp.guild.everyone)
    async with running(camp.settings) as application:
        await camp.expect(application, said)


async def test_a_channel_that_was_closed_to_the_bot_while_away_is_not_forgotten(camp):
    room = camp.guild.add_channel("room")
    await monitor(camp.url, camp.guild, [camp.channel, room])
    said = [await camp.say(HAPPY[0], room), await camp.say(HAPPY[1])]
    async with running(camp.settings) as application:
        await camp.expect(application, said)
    await room.set_permissions(camp.guild.everyone, deny=Permission.VIEW_CHANNEL)
    async with running(camp.settings) as application:
        await camp.expect(application, said)


async def test_a_channel_that_cannot_be_looked_up_is_not_forgotten_yet(server, camp, caplog):
    room = camp.guild.add_channel("room")
    await monitor(camp.url, camp.guild, [camp.channel, room])
    gone, kept = await camp.say(HAPPY[0], room), await camp.say(HAPPY[1])
    async with running(camp.settings) as application:
        await camp.expect(application, [gone, kept])
    await room.delete()
    server.abort("GET /channels/{channel_id}", Abort.BEFORE, times=None)
    async with running(camp.settings) as application:
        await until(lambda: "cannot be looked up" in caplog.text)
        assert len(camp.rows()) == 2
    server.clear_faults()
    async with running(camp.settings) as application:
        await until(lambda: camp.rows() == [(kept.id,)])


async def test_messages_that_are_deleted_in_bulk_are_forgotten(camp):
    said = [await camp.say(HAPPY[n % 4]) for n in range(10)]
    async with running(camp.settings) as application:
        await camp.expect(application, said)
        await camp.channel.delete_messages(said[:7])
        await camp.expect(application, said[7:])


async def test_a_deleted_thread_is_forgotten_once_the_store_is_back(camp, monkeypatch, caplog):
    be_impatient(monkeypatch)
    thread = await camp.guild.add_thread(camp.channel, "help", camp.member)
    said = [await camp.say(HAPPY[0]), await camp.say(HAPPY[1], thread)]
    async with running(camp.settings) as application:
        await camp.expect(application, said)
        with locked(camp.database):
            await thread.delete()
            await until(lambda: "a deletion waits for the store" in caplog.text)
        await camp.expect(application, said[:1])


async def test_marks_that_cannot_be_read_delay_the_past_only(camp, caplog):
    said = [await camp.say(HAPPY[0])]
    with missing_table(camp.database, "watermark"):
        async with running(camp.settings, caught_up=False):
            await until(lambda: "a look for gaps waits for the store" in caplog.text)
            assert camp.rows() == []
    async with running(camp.settings) as application:
        await camp.expect(application, said)
