"""Whatever happens to the connection: nothing is lost, nothing is stored twice, the bot lives."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest

from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from storage.open import open_store
from tests.support.running_bot import (
    ago,
    monitor,
    running,
    settings_for,
    settled,
    stored_ids,
    until,
)

TEXTS = ("오늘 정말 뿌듯했다", "so tired today...", "ㅋㅋㅋ", "내일 봐요")


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server, tmp_path):
    guild = server.add_guild("Camp")
    channel = guild.add_channel("general")
    member = guild.add_member("Haru")
    settings = settings_for(server, tmp_path)
    await monitor(settings.store.get_secret_value(), guild, [channel])

    async def say(count, place=channel, **options):
        return [
            (await guild.say(member, place, TEXTS[n % len(TEXTS)], **options)).id
            for n in range(count)
        ]

    class Camp:
        pass

    it = Camp()
    it.guild, it.channel, it.member, it.settings, it.say = guild, channel, member, settings, say
    return it


async def expect(application, camp, ids):
    store = application.services.store

    async def complete():
        return len(await stored_ids(store, camp.guild.id)) >= len(ids)

    await until(complete)
    await settled(application)
    assert sorted(await stored_ids(store, camp.guild.id)) == sorted(ids)


async def test_messages_are_stored_within_a_second(server, camp):
    async with running(camp.settings) as application:
        ids: list[int] = []

        async def complete():
            return len(await stored_ids(application.services.store, camp.guild.id)) == len(ids)

        # A busy machine may need longer now and then, and nothing else may.
        for _ in range(5):
            ids += await camp.say(30)
            with contextlib.suppress(TimeoutError):
                await until(complete, 1)
                break
            await expect(application, camp, ids)
        else:
            pytest.fail("five times it took longer than a second")
        await expect(application, camp, ids)


async def test_what_was_written_before_the_start_is_caught_up(server, camp):
    ids = await camp.say(250)
    async with running(camp.settings) as application:
        await expect(application, camp, ids)


@pytest.mark.parametrize("close", ["abort", "op 7", "op 9 true", "1000", "4000"])
async def test_a_broken_connection_is_resumed(server, camp, close):
    async with running(camp.settings) as application:
        ids = await camp.say(20)
        await server.flush()
        if close == "abort":
            await server.drop_connections()
        elif close == "op 7":
            await server.request_reconnect()
        elif close == "op 9 true":
            await server.invalidate_sessions(resumable=True)
        else:
            await server.drop_connections(int(close))
        ids += await camp.say(20)
        await until(lambda: server.gateway_counts["resumed"] >= 1)
        ids += await camp.say(20)
        await expect(application, camp, ids)


async def test_a_session_that_cannot_be_resumed_is_caught_up(server, camp):
    async with running(camp.settings) as application:
        ids = await camp.say(20)
        await server.flush()
        await server.invalidate_sessions(resumable=False)
        ids += await camp.say(120)
        await until(lambda: server.gateway_counts["identify"] >= 2)
        ids += await camp.say(5)
        await expect(application, camp, ids)


async def test_a_malformed_event_breaks_nothing(server, camp):
    async with running(camp.settings) as application:
        ids = await camp.say(10)
        await server.flush()
        await server.send_raw("MESSAGE_CREATE", {"id": "1"})
        ids += await camp.say(10)
        await until(lambda: server.gateway_counts["identify"] >= 2)
        ids += await camp.say(10)
        await expect(application, camp, ids)


async def test_rate_limits_on_the_history_only_delay(server, camp):
    ids = await camp.say(450)
    server.limit("GET /channels/{channel_id}/messages", requests=2, per=0.3)
    async with running(camp.settings) as application:
        await expect(application, camp, ids)
    assert server.rate_limited == 0 or server.rate_limited < 10


async def test_errors_of_the_history_are_tried_again(server, camp):
    ids = await camp.say(30)
    server.fail("GET /channels/{channel_id}/messages", status=500, times=2)
    server.abort("GET /channels/{channel_id}/messages", times=1, skip=2)
    async with running(camp.settings) as application:
        await expect(application, camp, ids)


async def test_edits_and_deletions_are_followed(server, camp):
    async with running(camp.settings) as application:
        message = await camp.guild.say(camp.member, camp.channel, "오늘 진짜 최고였어 ㅎㅎ")
        gone = await camp.guild.say(camp.member, camp.channel, "실수")
        await expect(application, camp, [message.id, gone.id])
        await message.edit("오늘 너무 슬프다 ㅠㅠ")
        await gone.delete()
        store = application.services.store

        async def followed():
            async for columns in store.scan(camp.guild.id, ago(days=1), ago(days=-1)):
                return len(columns) == 1 and columns.valence[0] < 0
            return False

        await until(followed)


async def test_edits_and_deletions_while_away_are_followed(server, camp):
    async with running(camp.settings) as application:
        kept = await camp.guild.say(camp.member, camp.channel, "오늘 진짜 최고였어 ㅎㅎ")
        gone = await camp.guild.say(camp.member, camp.channel, "실수")
        await expect(application, camp, [kept.id, gone.id])
    await kept.edit("오늘 너무 슬프다 ㅠㅠ")
    await gone.delete()
    async with running(camp.settings) as application:
        store = application.services.store

        async def followed():
            async for columns in store.scan(camp.guild.id, ago(days=1), ago(days=-1)):
                return len(columns) == 1 and columns.valence[0] < 0
            return False

        await until(followed)


async def test_threads_and_forum_posts_belong_to_their_channel(server, camp):
    forum = camp.guild.add_forum("questions")
    await monitor(camp.settings.store.get_secret_value(), camp.guild, [camp.channel, forum])
    early = await camp.guild.add_thread(camp.channel, "early", camp.member)
    ids = await camp.say(3, early)
    async with running(camp.settings) as application:
        thread = await camp.guild.add_thread(camp.channel, "late", camp.member)
        post = await camp.guild.add_post(forum, "How?", camp.member, "도와주세요 ㅠㅠ")
        ids += await camp.say(3, thread)
        ids += await camp.say(2, post)
        ids += [message.id for message in post.history if message.id not in ids]
        await expect(application, camp, ids)


async def test_a_store_that_is_lost_for_long_loses_nothing(server, camp):
    """Another process holds the database: the queue fills, messages are dropped and read anew."""
    settings = camp.settings.model_copy(update={"queue_size": 64, "batch_size": 64})
    path = settings.store.get_secret_value().removeprefix("sqlite:///")
    async with running(settings) as application:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ids = await camp.say(300)
        counters = application.services.pipeline.counters
        await until(lambda: counters.overflowed > 0 and counters.retries > 0)
        ids += await camp.say(20)
        other.execute("ROLLBACK")
        other.close()
        await expect(application, camp, ids)


async def test_a_deleted_channel_is_forgotten(server, camp):
    async with running(camp.settings) as application:
        await camp.say(5)
        await until(lambda: application.services.pipeline.counters.stored == 5)
        await camp.channel.delete()

        async def empty():
            return not await stored_ids(application.services.store, camp.guild.id)

        await until(empty)
        assert not application.services.roster.monitors(camp.channel.id)


async def test_a_channel_deleted_while_away_is_forgotten_and_a_closed_one_is_not(server, camp):
    closed = camp.guild.add_channel("closed")
    url = camp.settings.store.get_secret_value()
    await monitor(url, camp.guild, [camp.channel, closed])
    async with running(camp.settings) as application:
        gone, kept = await camp.say(4), await camp.say(3, closed)
        await expect(application, camp, gone + kept)
    await camp.channel.delete()
    await closed.set_permissions(camp.guild.everyone, deny=Permission.VIEW_CHANNEL)
    async with running(camp.settings) as application:

        async def only_the_closed_one():
            return await stored_ids(application.services.store, camp.guild.id) == kept

        await until(only_the_closed_one)
        assert application.services.roster.monitors(closed.id)
        assert not application.services.roster.monitors(camp.channel.id)


async def test_a_guild_that_removes_the_bot_is_forgotten(server, camp):
    async with running(camp.settings.model_copy(update={"left_grace_days": 0})) as application:
        await camp.say(5)
        await until(lambda: application.services.pipeline.counters.stored == 5)
        await camp.guild.kick_bot()

        async def empty():
            settings = await application.services.store.settings(camp.guild.id)
            return settings is None and not await stored_ids(
                application.services.store, camp.guild.id
            )

        await until(empty)


async def test_a_channel_without_history_permission_is_listened_to_all_the_same(server, camp):
    await camp.channel.set_permissions(camp.guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    await camp.say(3)
    async with running(camp.settings) as application:
        ids = await camp.say(4)
        await until(lambda: application.services.pipeline.counters.stored == 4)
        assert await stored_ids(application.services.store, camp.guild.id) == ids
        assert all(request.status != 403 for request in server.requests)


async def test_a_wide_gap_is_read_page_by_page_and_fairly(server, camp):
    channels = [camp.guild.add_channel(f"room-{n}") for n in range(5)]
    await monitor(camp.settings.store.get_secret_value(), camp.guild, channels)
    ids = []
    for channel in channels:
        ids += await camp.say(230, channel)
    async with running(camp.settings) as application:
        await expect(application, camp, ids)


async def test_stopping_stores_what_was_received(server, camp):
    async with running(camp.settings):
        ids = await camp.say(200)
        await server.flush()
    await asyncio.sleep(0)
    async with open_store(camp.settings.store.get_secret_value()) as store:
        assert sorted(await stored_ids(store, camp.guild.id)) == ids
