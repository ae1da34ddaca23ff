"""Planned reports beyond the plain week: months, pauses, threads, and trouble that is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio

from bot.application import Application
from bot.due import due_months, due_periods
from bot.reporter import LEASE
from bot.sandbox.channels import Channel
from bot.sandbox.clock import Clock as SandboxClock
from bot.sandbox.faults import Abort
from bot.sandbox.messages import COMPONENTS_V2, Message
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from reports.monthly import Month
from reports.period import Week
from storage.records import ClaimState, GuildSettings, ReportSchedule
from tests.support.camp import SandboxTime
from tests.support.running_bot import LONG_AGO, running, scheduled, settings_for
from tests.support.town import DUE, GRACE, WEEK, Town, live

POST = "POST /channels/{channel_id}/messages"
DIRECT = "POST /users/@me/channels"
NOVEMBER = Month(2026, 11)
DECEMBER_FIRST = datetime(2026, 12, 1, 9, 0, 10, tzinfo=UTC)

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    planned = replace(scheduled(channel), planned_by=guild.owner.id, since=DUE - timedelta(days=2))
    await it.choose(report=planned)
    await live(it.store, server, guild, WEEK)
    yield it
    server.clear_faults()
    server.lift_limits()
    await it.choose(report=ReportSchedule())


def planned(town: Town) -> ReportSchedule:
    settings = town.application.services.roster.settings(town.guild.id)
    assert settings is not None
    return settings.report


async def plan(town: Town, **changes: object) -> None:
    await town.choose(report=replace(planned(town), **changes))


def told(town: Town) -> list[Message]:
    """Return what the one who planned the reports was told."""
    return town.server.posts(town.server.direct_channel(town.guild.owner))


async def forbid(town: Town, channel: Channel, denied: Permission | None) -> None:
    if denied is None:
        await channel.set_permissions(town.guild.me)
    else:
        await channel.set_permissions(town.guild.me, deny=denied)
    await town.server.flush()


# Months


async def test_a_month_is_posted_once_on_the_first_day_of_the_next(town):
    await plan(town, since=DECEMBER_FIRST - timedelta(days=20), monthly_since=LONG_AGO)
    town.at(DECEMBER_FIRST - timedelta(seconds=11))
    assert await town.post_due() == 0
    town.at(DECEMBER_FIRST)
    assert await town.post_due() == 1
    assert await town.post_due() == 0
    (post,) = town.posts
    assert "Monthly report 2026-M11, November 2026" in post.text
    assert "42 messages" in post.text
    assert " late." not in post.text
    states = {claim.period: claim.state for claim in await town.claims()}
    assert states["2026-M11"] is ClaimState.POSTED
    assert post.allowed_mentions == {"parse": []}


async def test_two_processes_post_one_month(town):
    await plan(town, monthly_since=LONG_AGO, since=DECEMBER_FIRST - timedelta(hours=2))
    town.at(DECEMBER_FIRST)
    async with town.another_process() as other:
        outcomes = await asyncio.gather(
            *(each.post_due(town.guild.id) for each in (town.reporter, other) * 3)
        )
    assert sum(outcomes) == 1
    assert len(town.posts) == 1


async def test_a_month_whose_answer_was_cut_off_is_found_again(town):
    await plan(town, monthly_since=LONG_AGO, since=DECEMBER_FIRST - timedelta(hours=2))
    town.at(DECEMBER_FIRST)
    town.server.abort(POST, Abort.AFTER)
    assert await town.post_due() == 0
    assert len(town.posts) == 1
    town.at(DECEMBER_FIRST + timedelta(hours=1))
    assert await town.post_due() == 1
    await town.assert_posted_once()


async def test_a_month_whose_process_died_after_posting_is_found_by_the_next(town):
    await plan(town, monthly_since=LONG_AGO, since=DECEMBER_FIRST - timedelta(hours=2))
    town.at(DECEMBER_FIRST)
    town.server.abort(POST, Abort.AFTER)
    assert await town.post_due() == 0
    now = town.server.clock.now()
    claim = await town.store.claim_report(
        town.guild.id, NOVEMBER.key, "dead", now=now, until=now + LEASE
    )
    assert claim is not None, "it died holding the claim"
    async with town.another_process() as other:
        town.at(now + LEASE - timedelta(seconds=1))
        assert await other.post_due(town.guild.id) == 0
        town.at(now + LEASE + timedelta(seconds=1))
        assert await other.post_due(town.guild.id) == 1
    await town.assert_posted_once()


async def test_a_month_that_downtime_delayed_says_so_in_korean(town):
    await plan(town, monthly_since=LONG_AGO, since=DECEMBER_FIRST - timedelta(hours=2))
    await town.choose(language="ko")
    town.at(DECEMBER_FIRST + timedelta(days=2))
    assert await town.post_due() == 1
    assert "월간 리포트 2026-M11, 2026년 11월" in town.posts[0].text
    assert "예정보다 2일 늦게" in town.posts[0].text


async def test_turning_months_on_does_not_post_the_one_before(town):
    await plan(town, since=LONG_AGO, monthly_since=DECEMBER_FIRST + timedelta(hours=1))
    town.at(DECEMBER_FIRST + timedelta(hours=2))
    await town.post_due()
    assert all(claim.period != NOVEMBER.key for claim in await town.claims())


def in_zone(zone: str, hour: int) -> GuildSettings:
    report = ReportSchedule(channel_id=1, hour=hour, since=LONG_AGO, monthly_since=LONG_AGO)
    return GuildSettings(1, timezone=zone, report=report)


@pytest.mark.parametrize(
    ("zone", "hour", "month", "due"),
    [
        ("Asia/Seoul", 9, Month(2026, 11), "2026-12-01T00:00+00:00"),
        ("Asia/Seoul", 9, Month(2026, 12), "2027-01-01T00:00+00:00"),
        # On 1 November 2026 New York shows 01:00 to 02:00 twice.
        ("America/New_York", 1, Month(2026, 10), "2026-11-01T05:00+00:00"),
        ("America/New_York", 2, Month(2026, 10), "2026-11-01T07:00+00:00"),
        # On 1 October 2028 Lord Howe skips from 02:00 to 02:30.
        ("Australia/Lord_Howe", 2, Month(2028, 9), "2028-09-30T15:30+00:00"),
    ],
)
async def test_when_a_month_is_due(zone, hour, month, due):
    settings, moment = in_zone(zone, hour), datetime.fromisoformat(due)
    assert (month, moment) in due_months(settings, moment, GRACE)
    assert month not in dict(due_months(settings, moment - timedelta(seconds=1), GRACE))
    assert (month, moment) in due_months(settings, moment + GRACE, GRACE)
    assert month not in dict(due_months(settings, moment + GRACE + timedelta(seconds=1), GRACE))


async def test_weeks_and_months_come_in_order():
    settings = in_zone("UTC", 9)
    now = datetime(2027, 2, 1, 9, tzinfo=UTC)
    periods = [period for period, _ in due_periods(settings, now, timedelta(days=28))]
    assert Month(2027, 1) in periods
    assert Week(2027, 4) in periods
    moments = [moment for _, moment in due_periods(settings, now, timedelta(days=28))]
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    ("week", "moments"),
    [
        (Week(2027, 42), ("2027-10-31T00:00:10", "2027-10-31T01:00:10")),
        (Week(2027, 11), ("2027-03-28T01:00:10", "2027-03-28T02:00:10")),
    ],
    ids=["an hour that the clocks show twice", "an hour that the clocks skip"],
)
async def test_a_change_of_the_clocks_posts_once(town, week, moments):
    await live(town.store, town.server, town.guild, week)
    await town.choose(timezone="Europe/Berlin")
    first, second = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments)
    await plan(town, weekday=6, hour=2, since=first - timedelta(hours=3))
    town.at(first - timedelta(seconds=20))
    assert await town.post_due() == 0
    town.at(first)
    assert await town.post_due() == 1
    town.at(second)
    assert await town.post_due() == 0
    await town.assert_posted_once()
    await town.choose(timezone="UTC")


# Pauses


async def test_weeks_in_a_pause_are_skipped_and_not_posted_late(town):
    await plan(town, paused_until=DUE + timedelta(days=3))
    assert await town.post_due() == 0
    town.at(DUE + timedelta(days=4))
    assert await town.post_due() == 0
    assert town.posts == []
    following = WEEK.previous(-1)
    await live(town.store, town.server, town.guild, following)
    town.at(DUE + timedelta(days=7, minutes=1))
    assert await town.post_due() == 1
    assert following.key in town.posts[0].text


# Threads


async def test_a_thread_for_the_talk_under_a_report(town):
    await plan(town, thread=True)
    assert await town.post_due() == 1
    (thread,) = town.guild.threads
    assert thread.id == town.posts[0].id
    assert thread.name == "Weekly report 2026-W46, 9 – 15 November"


async def test_without_the_permission_there_is_a_report_and_no_thread(town):
    await plan(town, thread=True)
    await town.channel.set_permissions(town.guild.everyone, deny=Permission.CREATE_PUBLIC_THREADS)
    await town.server.flush()
    assert await town.post_due() == 1
    assert town.guild.threads == []
    await town.assert_posted_once()


# What Discord does not take


async def test_a_layout_that_is_not_taken_goes_out_as_plain_text(town):
    town.server.fail(POST, status=400, code=50035)
    assert await town.post_due() == 1
    await town.assert_posted_once()
    (post,) = town.posts
    assert not post.flags & COMPONENTS_V2
    assert WEEK.key in post.content
    assert post.files == []


# Trouble


async def test_a_deleted_channel_is_told_once(town):
    gone = town.guild.add_channel("gone")
    await town.server.flush()
    await plan(town, channel_id=gone.id)
    await gone.delete()
    await town.server.flush()
    for _ in range(3):
        assert await town.post_due() == 0
    (note,) = told(town)
    assert "**Town**: I could not post this: Weekly report 2026-W46" in note.text
    assert f"is gone, or I cannot see it: <#{gone.id}>" in note.text
    before = len(town.server.requests)
    town.at(DUE + timedelta(minutes=30))
    await town.post_due()
    assert len(town.server.requests) == before, "nothing is asked again so soon"
    await plan(town, channel_id=town.channel.id)
    town.reporter.retry(town.guild.id)
    assert await town.post_due() == 1


async def test_a_lost_permission_is_told_again_only_after_it_was_repaired(town):
    await town.choose(language="ko")
    await forbid(town, town.channel, Permission.SEND_MESSAGES)
    for _ in range(3):
        assert await town.post_due() == 0
    (note,) = told(town)
    assert "이 권한이 없어요: 메시지 보내기" in note.text
    await forbid(town, town.channel, None)
    assert await town.post_due() == 1
    await forbid(town, town.channel, Permission.SEND_MESSAGES)
    following = WEEK.previous(-1)
    await live(town.store, town.server, town.guild, following)
    town.at(DUE + timedelta(days=7, minutes=1))
    for _ in range(3):
        assert await town.post_due() == 0
    assert len(told(town)) == 2
    town.at(DUE + timedelta(days=13))
    await town.post_due()
    assert len(told(town)) == 2


async def test_two_processes_tell_once(town):
    await forbid(town, town.channel, Permission.VIEW_CHANNEL)
    async with town.another_process() as other:
        await asyncio.gather(*(each.post_due(town.guild.id) for each in (town.reporter, other) * 3))
    assert len(told(town)) == 1


async def test_those_who_take_no_direct_messages_are_told_where_moderators_look(town):
    await forbid(town, town.channel, Permission.SEND_MESSAGES)
    system, updates = town.guild.add_channel("hello"), town.guild.add_channel("moderators")
    await town.guild.set_house_channels(system=system, updates=updates)
    await town.server.flush()
    town.server.fail(DIRECT, status=403, code=50007)
    await town.post_due()
    assert len(town.server.posts(updates)) == 1
    assert town.server.posts(system) == []
    assert told(town) == []


async def test_without_anybody_to_tell_nothing_loops(town):
    await plan(town, planned_by=None)
    await forbid(town, town.channel, Permission.SEND_MESSAGES)
    await town.post_due()
    before = len(town.server.requests)
    for _ in range(3):
        assert await town.post_due() == 0
    assert len(town.server.requests) == before


async def test_the_system_channel_is_the_last_resort(town):
    await plan(town, planned_by=None)
    await forbid(town, town.channel, Permission.SEND_MESSAGES)
    system = town.guild.add_channel("hello")
    await town.guild.set_house_channels(system=system)
    await town.server.flush()
    await town.post_due()
    (note,) = town.server.posts(system)
    assert note.allowed_mentions == {"parse": []}


async def test_an_archived_thread_is_opened_again_by_the_report(town):
    thread = await town.guild.add_thread(town.channel, "reports", town.guild.owner)
    await plan(town, channel_id=thread.id)
    await thread.archive()
    await town.server.flush()
    assert await town.post_due() == 1
    assert len(town.server.posts(thread)) == 1
    assert thread.thread is not None
    assert not thread.thread.archived


async def test_a_thread_that_moderators_closed_is_told_once(town):
    thread = await town.guild.add_thread(town.channel, "reports", town.guild.owner)
    await plan(town, channel_id=thread.id)
    assert thread.thread is not None
    thread.thread.locked = True
    await thread.archive()
    await town.server.flush()
    for _ in range(3):
        assert await town.post_due() == 0
    (note,) = told(town)
    assert "is closed, and I may not open it again" in note.text
    assert town.server.posts(thread) == []


async def test_what_discord_keeps_refusing_is_tried_less_often_and_told_once(town):
    town.server.fail(POST, status=403, code=50013, times=3)
    now = DUE + timedelta(minutes=1)
    for minute in range(3):
        town.at(now + timedelta(minutes=minute))
        assert await town.post_due() == 0
    (note,) = told(town)
    assert "Discord has refused it" in note.text
    before = len(town.server.requests)
    assert await town.post_due() == 0
    assert len(town.server.requests) == before, "the next try is minutes away"
    town.at(now + timedelta(minutes=6))
    assert await town.post_due() == 1
    await town.assert_posted_once()


async def test_a_rate_limit_of_hours_is_told_once_and_the_report_comes_later(town, monkeypatch):
    monkeypatch.setattr("bot.reporter.SENDING", 0.4)
    town.server.limit(POST, requests=2, per=7200)
    address = f"{town.server.base_url}/api/v10/channels/{town.channel.id}/messages"
    headers = {"Authorization": f"Bot {town.server.token}"}
    for _ in range(2):  # uses the limit of the channel up
        async with aiohttp.request("POST", address, json={}, headers=headers) as answer:
            assert answer.status == 400
    now = DUE + timedelta(minutes=1)
    for minute in range(4):
        town.at(now + timedelta(minutes=minute))
        assert await town.post_due() == 0
    assert town.posts == []
    assert len(told(town)) == 1


async def test_a_limit_on_everything_keeps_no_other_guild_waiting(town, monkeypatch):
    monkeypatch.setattr("bot.reporter.SENDING", 0.3)
    monkeypatch.setattr("bot.trouble.TELLING", 0.3)
    town.server.limit(POST, requests=0, per=7200)
    for minute in range(4):
        town.at(DUE + timedelta(minutes=minute + 1))
        assert await town.post_due() == 0
    assert told(town) == []
    claims = await town.store.report_claims(town.guild.id)
    assert all(claim.state is ClaimState.CLAIMED for claim in claims), "it is told later"


# A post in doubt


async def test_a_post_in_doubt_where_nobody_can_look_is_rather_missed_than_doubled(town):
    await forbid(town, town.channel, Permission.READ_MESSAGE_HISTORY)
    town.server.abort(POST, Abort.AFTER)
    assert await town.post_due() == 0
    assert len(town.posts) == 1
    town.at(DUE + timedelta(hours=1))
    assert await town.post_due() == 0
    assert await town.post_due() == 0
    assert len(town.posts) == 1
    (claim,) = await town.claims()
    assert claim.state is ClaimState.SKIPPED
    (note,) = told(town)
    assert "I did not post it again" in note.text


async def test_a_post_in_doubt_is_sent_again_while_its_nonce_holds(town):
    await forbid(town, town.channel, Permission.READ_MESSAGE_HISTORY)
    town.server.abort(POST, Abort.AFTER)
    assert await town.post_due() == 0
    town.at(DUE + timedelta(seconds=70))
    assert await town.post_due() == 1
    await town.assert_posted_once()


async def test_a_try_of_a_process_that_is_gone_is_in_doubt_too(town):
    await forbid(town, town.channel, Permission.READ_MESSAGE_HISTORY)
    now = town.server.clock.now()
    assert await town.store.claim_report(
        town.guild.id, WEEK.key, "dead", now=now, until=now + LEASE
    )
    town.at(now + LEASE + timedelta(seconds=1))
    assert await town.post_due() == 0
    assert town.posts == []
    assert len(told(town)) == 1
