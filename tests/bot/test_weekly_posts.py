"""The weekly report: in the right words, in the right place, and exactly once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio

from bot.application import Application
from bot.reporter import LEASE
from bot.sandbox.channels import Channel
from bot.sandbox.clock import Clock as SandboxClock
from bot.sandbox.faults import Abort
from bot.sandbox.guilds import Guild
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from reports.period import Week, zone_of
from storage.open import open_store
from storage.records import ClaimState, GuildSettings, ReportClaim, ReportSchedule
from tests.support.camp import SandboxTime
from tests.support.running_bot import BotProcess, running, scheduled, settings_for, until
from tests.support.town import DUE, GRACE, WEEK, Shifted, Town, live

POST = "POST /channels/{channel_id}/messages"
HISTORY = "GET /channels/{channel_id}/messages"

in_the_module = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=SandboxClock(DUE)) as running_server:
        running_server.add_guild("Home")
        yield running_server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def application(server, tmp_path_factory) -> AsyncIterator[Application]:
    settings = settings_for(server, tmp_path_factory.mktemp("nunchi"))
    async with running(settings, SandboxTime(server)) as running_application:
        # The tests say themselves when it is time to look.
        running_application.services.schedule.stop()
        yield running_application


@pytest_asyncio.fixture(loop_scope="module")
async def town(server, application) -> AsyncIterator[Town]:
    server.clock.set(DUE + timedelta(seconds=10))
    guild = server.add_guild("Town")
    channel = guild.add_channel("reports")
    await server.flush()
    it = Town(server, application, guild, channel)
    await it.choose(report=replace(scheduled(channel), since=DUE - timedelta(days=2)))
    yield it
    server.clear_faults()
    await it.choose(report=ReportSchedule())


@pytest_asyncio.fixture(loop_scope="module")
async def lively(town) -> Town:
    await live(town.store, town.server, town.guild, WEEK)
    return town


@in_the_module
async def test_a_report_that_is_due_is_posted_once(lively):
    assert await lively.post_due() == 1
    assert await lively.post_due() == 0
    await lively.assert_posted_once()
    post = lively.posts[0]
    assert len(post.files) == 2
    assert all(WEEK.key in file.filename for file in post.files)
    assert WEEK.key in post.text
    assert " late." not in post.text


@in_the_module
async def test_a_report_is_not_posted_before_its_hour(lively):
    lively.at(DUE - timedelta(seconds=1))
    assert await lively.post_due() == 0
    assert lively.posts == []
    assert await lively.claims() == []


@in_the_module
async def test_a_report_that_downtime_delayed_says_so(lively):
    lively.at(DUE + timedelta(hours=27))
    assert await lively.post_due() == 1
    assert "This report is 1 day late." in lively.posts[0].text


@in_the_module
async def test_a_report_that_is_too_late_is_not_posted(lively):
    lively.at(DUE + GRACE + timedelta(minutes=1))
    assert await lively.post_due() == 0
    assert lively.posts == []
    assert [claim.period for claim in await lively.claims()] == ["2026-W47"]


@in_the_module
@pytest.mark.parametrize(
    "report",
    [
        {"paused": True},
        {"since": None},
        {"channel_id": None},
        {"since": DUE + timedelta(days=1)},
    ],
    ids=["paused", "never scheduled", "no channel", "scheduled after the week"],
)
async def test_a_guild_that_wants_no_report_gets_none(lively, report):
    settings = replace(scheduled(lively.channel), **report)
    await lively.choose(report=settings)
    assert await lively.post_due() == 0
    assert lively.posts == []
    assert await lively.claims() == []


@in_the_module
async def test_a_guild_without_settings_gets_no_report(town):
    stranger = town.server.add_guild("Stranger")
    assert await town.reporter.post_due(stranger.id) == 0


@in_the_module
async def test_a_week_without_messages_is_skipped_for_good(town):
    assert await town.post_due() == 0
    assert town.posts == []
    (claim,) = await town.claims()
    assert claim.state is ClaimState.SKIPPED
    await live(town.store, town.server, town.guild, WEEK)
    assert await town.post_due() == 0


@in_the_module
async def test_fewer_than_five_people_are_not_shown(town):
    await live(town.store, town.server, town.guild, WEEK, people=4)
    assert await town.post_due() == 1
    post = town.posts[0]
    assert post.files == []
    assert "5" in post.text
    assert "%" not in post.text


@in_the_module
async def test_without_permission_for_files_the_report_is_plain_text(lively):
    await lively.channel.set_permissions(lively.guild.everyone, deny=Permission.ATTACH_FILES)
    await lively.server.flush()
    await lively.choose(language="ko")
    assert await lively.post_due() == 1
    await lively.assert_posted_once()
    post = lively.posts[0]
    assert post.files == []
    assert WEEK.key in post.content
    assert "/privacy opt-out" in post.content


@in_the_module
async def test_without_permission_to_send_nothing_is_tried_until_there_is_one(lively):
    await lively.channel.set_permissions(lively.guild.me, deny=Permission.SEND_MESSAGES)
    await lively.server.flush()
    before = len(lively.server.requests)
    for _ in range(3):
        assert await lively.post_due() == 0
    assert len(lively.server.requests) == before
    assert await lively.claims() == []
    await lively.channel.set_permissions(lively.guild.me)
    await lively.server.flush()
    assert await lively.post_due() == 1


@in_the_module
async def test_a_report_channel_that_is_gone_is_no_error(lively):
    await lively.channel.delete()
    await lively.server.flush()
    assert await lively.post_due() == 0


@in_the_module
async def test_a_report_is_posted_in_a_thread(lively):
    thread = await lively.guild.add_thread(lively.channel, "reports", lively.guild.owner)
    await lively.channel.set_permissions(
        lively.guild.me, deny=Permission.SEND_MESSAGES, allow=Permission.SEND_MESSAGES_IN_THREADS
    )
    await lively.server.flush()
    await lively.choose(report=scheduled(thread))
    assert await lively.post_due() == 1
    assert len(lively.server.posts(thread)) == 1


@in_the_module
async def test_two_processes_post_one_report(lively):
    async with lively.another_process() as other:
        outcomes = await asyncio.gather(
            *(each.post_due(lively.guild.id) for each in (lively.reporter, other) * 3)
        )
    assert sum(outcomes) == 1
    await lively.assert_posted_once()


@in_the_module
async def test_a_post_that_discord_refuses_is_tried_again(lively):
    lively.server.fail(POST, status=403, code=50013)
    assert await lively.post_due() == 0
    assert lively.posts == []
    assert await lively.post_due() == 1
    await lively.assert_posted_once()


@in_the_module
@pytest.mark.parametrize("everywhere", [False, True], ids=["of the route", "of everything"])
async def test_a_rate_limit_on_posting_only_delays(lively, everywhere):
    before = lively.server.rate_limited
    if everywhere:
        lively.server.limit_globally(requests=1, per=4)
    else:
        lively.server.limit(POST, requests=1, per=4)
    try:
        # Something else with the bot's token uses the limit up; Discord refuses the empty message.
        address = f"{lively.server.base_url}/api/v10/channels/{lively.channel.id}/messages"
        headers = {"Authorization": f"Bot {lively.server.token}"}
        async with aiohttp.request("POST", address, json={}, headers=headers) as answer:
            assert answer.status == 400
        assert await lively.post_due() == 1
    finally:
        lively.server.lift_limits()
    await lively.assert_posted_once()
    assert lively.server.rate_limited > before, "the post met the limit, and waited"


@in_the_module
@pytest.mark.parametrize("files", [True, False], ids=["with pictures", "in plain text"])
async def test_a_post_whose_answer_was_cut_off_is_found_again(lively, files):
    if not files:
        await lively.channel.set_permissions(lively.guild.everyone, deny=Permission.ATTACH_FILES)
        await lively.server.flush()
    lively.server.abort(POST, Abort.AFTER)
    assert await lively.post_due() == 0
    assert len(lively.posts) == 1, "it is there, but the bot does not know"
    lively.at(DUE + timedelta(hours=1))  # Discord has forgotten the nonce by now
    assert await lively.post_due() == 1
    await lively.assert_posted_once()


@in_the_module
async def test_a_post_is_found_again_in_a_busy_channel(lively):
    member = lively.guild.add_member("Haru")
    for n in range(250):
        await lively.guild.say(member, lively.channel, f"good morning {n}")
    lively.at(DUE + timedelta(minutes=5))
    lively.server.abort(POST, Abort.AFTER)
    assert await lively.post_due() == 0
    lively.at(DUE + timedelta(hours=1))
    for n in range(250):
        await lively.guild.say(member, lively.channel, f"hello {n}")
    assert await lively.post_due() == 1
    await lively.assert_posted_once()


@in_the_module
async def test_a_channel_whose_history_is_closed_gets_its_report_all_the_same(lively):
    deny = Permission.READ_MESSAGE_HISTORY
    await lively.channel.set_permissions(lively.guild.everyone, deny=deny)
    await lively.server.flush()
    lively.server.fail(POST, status=403, code=50013)
    assert await lively.post_due() == 0
    assert await lively.post_due() == 1
    await lively.assert_posted_once()


@in_the_module
async def test_a_history_that_fails_while_looking_for_an_earlier_post_only_delays(lively):
    lively.server.abort(POST, Abort.AFTER)
    assert await lively.post_due() == 0
    lively.at(DUE + timedelta(hours=1))
    lively.server.abort(HISTORY, Abort.BEFORE, times=None)
    assert await lively.post_due() == 0
    lively.server.clear_faults()
    lively.at(DUE + timedelta(hours=2))
    assert await lively.post_due() == 1
    await lively.assert_posted_once()


@asynccontextmanager
async def store_locked_once_sending(town: Town) -> AsyncIterator[None]:
    """Lock the database while a post is on its way, so that it cannot be recorded."""
    town.server.requests.clear()
    town.server.delay(POST, 0.5)
    await until(lambda: town.server.requests and town.server.requests[-1].route == POST)
    url = town.application.services.settings.store.get_secret_value()
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        await until(lambda: len(town.posts) == 1)
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@in_the_module
async def test_a_claim_whose_process_is_gone_is_taken_over_when_its_lease_ends(lively):
    now = lively.server.clock.now()
    week, guild = WEEK.key, lively.guild.id
    assert await lively.store.claim_report(guild, week, "dead", now=now, until=now + LEASE)
    lively.at(now + LEASE - timedelta(seconds=1))
    assert await lively.post_due() == 0
    lively.at(now + LEASE + timedelta(seconds=1))
    assert await lively.post_due() == 1
    await lively.assert_posted_once()


@in_the_module
async def test_a_store_that_is_lost_between_posting_and_recording_gets_its_record_later(lively):
    posting = asyncio.create_task(lively.post_due())
    async with store_locked_once_sending(lively):
        assert await asyncio.wait_for(posting, 20) == 0
    lively.at(DUE + timedelta(minutes=8))  # the nonce is forgotten, the lease is not over
    assert await lively.post_due() == 1
    await lively.assert_posted_once()


@in_the_module
async def test_a_guild_whose_report_cannot_be_posted_keeps_no_other_waiting(lively):
    server = lively.server
    second = Town(server, lively.application, server.add_guild("Second"), lively.channel)
    second.channel = second.guild.add_channel("reports")
    await server.flush()
    await second.choose(report=scheduled(second.channel))
    await live(second.store, server, second.guild, WEEK)
    server.abort(POST, Abort.AFTER)
    server.abort(HISTORY, Abort.BEFORE, times=None)
    assert await lively.post_due() == 0
    assert await lively.reporter.post_everywhere() == 1
    await second.assert_posted_once()
    server.clear_faults()
    assert await lively.reporter.post_everywhere() == 1
    await lively.assert_posted_once()
    await second.choose(report=ReportSchedule())


# Processes


async def found_due_town(server: Sandbox, url: str) -> tuple[Guild, Channel, Week]:
    """Make a guild whose report has been due since this hour began, by the machine's clock."""
    now = datetime.now(UTC)
    week = Week.of(now, zone_of("UTC")).previous()
    guild = server.add_guild("Town")
    channel = guild.add_channel("reports")
    report = scheduled(channel, weekday=now.weekday(), hour=now.hour)
    async with open_store(url) as store:
        await store.save_settings(GuildSettings(guild.id, report=report))
        await live(store, server, guild, week)
    return guild, channel, week


async def claim_of(url: str, guild: Guild) -> ReportClaim:
    async with open_store(url) as store:
        (claim,) = await store.report_claims(guild.id)
        return claim


@pytest.mark.kill
async def test_three_processes_post_one_report(tmp_path):
    async with Sandbox() as server:
        settings = settings_for(server, tmp_path)
        url = settings.store.get_secret_value()
        guild, channel, _ = await found_due_town(server, url)
        bots = [BotProcess(settings) for _ in range(3)]
        try:
            await asyncio.gather(*(bot.start() for bot in bots))
            await until(lambda: server.gateway_counts["identify"] == 3)
            await until(lambda: server.posts(channel))
            await asyncio.sleep(1.5)
            assert [await bot.stop() for bot in bots] == [0, 0, 0]
        finally:
            for bot in bots:
                await bot.kill()
        assert len(server.posts(channel)) == 1
        claim = await claim_of(url, guild)
        assert claim.state is ClaimState.POSTED
        assert claim.message_id == server.posts(channel)[0].id


@pytest.mark.kill
async def test_a_process_killed_between_posting_and_recording_posts_nothing_twice(tmp_path):
    async with Sandbox() as server:
        settings = settings_for(server, tmp_path)
        url = settings.store.get_secret_value()
        guild, channel, _ = await found_due_town(server, url)
        bot = BotProcess(settings)
        server.delay(POST, 0.5)
        try:
            await bot.start()
            await until(lambda: any(each.route == POST for each in server.requests))
            other = sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            await until(lambda: server.posts(channel))
        finally:
            await bot.kill()
        other.execute("ROLLBACK")
        other.close()
        assert (await claim_of(url, guild)).state is ClaimState.CLAIMED
        later = Shifted(datetime.now(UTC) + LEASE + timedelta(seconds=1))
        async with running(settings, later):
            await until(lambda: has_posted(url, guild))
        assert len(server.posts(channel)) == 1
        assert (await claim_of(url, guild)).message_id == server.posts(channel)[0].id


async def has_posted(url: str, guild: Guild) -> bool:
    return (await claim_of(url, guild)).state is ClaimState.POSTED
