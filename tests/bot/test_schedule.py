"""The weekly report: at the right moment, in the right words, and exactly once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.application import Application
from bot.clock import Clock
from bot.reporter import LEASE, Reporter, due_moment, due_weeks
from bot.roster import Roster
from bot.sandbox.channels import Channel
from bot.sandbox.clock import Clock as SandboxClock
from bot.sandbox.faults import Abort
from bot.sandbox.guilds import Guild
from bot.sandbox.messages import Message
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from bot.sandbox.snowflakes import snowflake_at
from bot.schedule import ClockTrigger, Schedule
from bot.studio import Studio
from reports.period import Week, zone_of
from storage.open import open_store
from storage.pseudonym import Pseudonymiser
from storage.records import Batch, ClaimState, GuildSettings, ReportClaim, ReportSchedule
from storage.store import Store
from tests.support.camp import SandboxTime
from tests.support.running_bot import (
    LONG_AGO,
    BotProcess,
    running,
    scheduled,
    settings_for,
    stored_ids,
    until,
)
from tests.support.store_records import record

WEEK = Week.parse("2026-W46")
DUE = datetime(2026, 11, 16, 9, tzinfo=UTC)
POST = "POST /channels/{channel_id}/messages"
HISTORY = "GET /channels/{channel_id}/messages"
GRACE = timedelta(days=7)

in_the_module = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Town:
    """A guild whose week is over, and whose report is due when its clock says so."""

    server: Sandbox
    application: Application
    guild: Guild
    channel: Channel

    @property
    def reporter(self) -> Reporter:
        return self.application.services.reporter

    @property
    def store(self) -> Store:
        return self.application.services.store

    @property
    def posts(self) -> list[Message]:
        return self.server.posts(self.channel)

    def at(self, moment: datetime) -> None:
        self.server.clock.set(moment)

    async def post_due(self) -> int:
        return await self.reporter.post_due(self.guild.id)

    async def choose(self, **changes: object) -> None:
        await self.application.services.roster.change(
            self.guild.id, lambda settings: replace(settings, **changes)
        )

    async def claims(self) -> list[ReportClaim]:
        return list(await self.store.report_claims(self.guild.id))

    async def assert_posted_once(self) -> None:
        assert len(self.posts) == 1
        (claim,) = await self.claims()
        assert claim.state is ClaimState.POSTED
        assert (claim.channel_id, claim.message_id) == (self.channel.id, self.posts[0].id)

    @asynccontextmanager
    async def another_process(self) -> AsyncIterator[Reporter]:
        """A reporter that shares the store with the bot, and nothing else but the connection."""
        services = self.application.services
        async with (
            open_store(services.settings.store.get_secret_value()) as store,
            Studio(None) as studio,
        ):
            roster = Roster(store, Pseudonymiser(bytes(32)), services.clock)
            await roster.load()
            reporter = Reporter(store, roster, studio, services.clock, "another", GRACE)
            reporter.attach(self.application.client)
            yield reporter


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


async def live(store: Store, server: Sandbox, guild: Guild, week: Week, people: int = 6) -> None:
    """Let people have written every day of a week."""
    records = []
    for begin, _ in week.days(zone_of("UTC")):
        for number in range(people):
            moment = begin + timedelta(hours=8 + number)
            changes = {"guild_id": guild.id, "created_at": moment}
            records.append(record(5 * number + 1, message_id=server.world.mint(moment), **changes))
    named = [replace(each, author=bytes([n % people]) * 16) for n, each in enumerate(records)]
    await store.apply(Batch(upserts=tuple(named)))


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
    await until(lambda: town.server.requests and town.server.requests[-1].route == POST, 20)
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


@in_the_module
async def test_retention_forgets_what_is_too_old_and_nothing_else(town):
    await live(town.store, town.server, town.guild, WEEK)
    await live(town.store, town.server, town.guild, WEEK.previous(30))
    await town.choose(retention_days=30)
    await town.application.services.schedule.sweep()
    kept = await stored_ids(town.store, town.guild.id)
    assert len(kept) == 42
    assert min(kept) > snowflake_at(DUE - timedelta(days=30))


# Moments


def settings_in(timezone: str, weekday: int = 0, hour: int = 9) -> GuildSettings:
    report = ReportSchedule(channel_id=1, weekday=weekday, hour=hour, since=LONG_AGO)
    return GuildSettings(1, timezone=timezone, report=report)


@pytest.mark.parametrize(
    ("timezone", "week", "weekday", "hour", "due"),
    [
        ("Asia/Seoul", "2026-W46", 0, 9, "2026-11-16T00:00+00:00"),
        ("Asia/Seoul", "2026-W46", 6, 23, "2026-11-22T14:00+00:00"),
        ("UTC", "2026-W53", 0, 9, "2027-01-04T09:00+00:00"),
        ("Europe/Berlin", "2026-W12", 6, 2, "2026-03-29T01:00+00:00"),
        ("Europe/Berlin", "2026-W42", 6, 2, "2026-10-25T00:00+00:00"),
        ("Europe/Berlin", "2026-W43", 0, 9, "2026-10-26T08:00+00:00"),
        ("America/New_York", "2026-W44", 0, 9, "2026-11-02T14:00+00:00"),
    ],
    ids=[
        "in the morning of Monday",
        "at the end of Sunday",
        "over New Year",
        "at an hour that the clocks skip",
        "at an hour that the clocks show twice",
        "after the clocks changed in Europe",
        "after the clocks changed in America",
    ],
)
def test_when_a_report_is_due(timezone, week, weekday, hour, due):
    settings = settings_in(timezone, weekday, hour)
    moment = due_moment(settings, Week.parse(week))
    assert moment == datetime.fromisoformat(due)
    before, after = moment - timedelta(seconds=1), moment + timedelta(hours=1, minutes=1)
    assert (Week.parse(week), moment) not in due_weeks(settings, before, GRACE)
    assert (Week.parse(week), moment) in due_weeks(settings, after, GRACE)


@pytest.mark.parametrize("days", [0, 1, 7, 28])
def test_no_week_is_forgotten_within_the_grace(days):
    settings, grace = settings_in("Asia/Seoul"), timedelta(days=days)
    due = due_moment(settings, WEEK)
    assert (WEEK, due) in due_weeks(settings, due + grace, grace)
    assert (WEEK, due) not in due_weeks(settings, due + grace + timedelta(seconds=1), grace)


class Shifted(Clock):
    """A clock that runs like the machine's, some time away."""

    def __init__(self, now: datetime) -> None:
        self._shift = now - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift


def test_the_next_time_that_is_shown_is_the_one_that_the_clocks_show():
    class Known(Roster):
        def __init__(self, settings: GuildSettings) -> None:
            self._settings = {settings.guild_id: settings}

    def next_time(settings: GuildSettings, now: datetime) -> datetime | None:
        return Schedule(None, Known(settings), None, Shifted(now)).next_time(1)

    winter = datetime(2026, 10, 24, 12, tzinfo=UTC)
    berlin = settings_in("Europe/Berlin")
    assert next_time(berlin, winter) == datetime(2026, 10, 26, 8, tzinfo=UTC)
    seoul = settings_in("Asia/Seoul", 6, 23)
    assert next_time(seoul, winter) == datetime(2026, 10, 25, 14, tzinfo=UTC)
    assert next_time(replace(seoul, report=ReportSchedule()), winter) is None
    assert next_time(replace(seoul, guild_id=2), winter) is None


def test_a_trigger_goes_by_a_clock_that_was_moved_and_announces_every_week_once():
    from bot.schedule import _cron

    clock = Shifted(datetime(2026, 11, 16, 8, 59, 50, tzinfo=UTC))
    trigger = ClockTrigger(_cron(settings_in("UTC")), clock)
    machine = datetime.now(UTC)
    first = trigger.get_next_fire_time(None, machine)
    assert abs((first - machine).total_seconds() - 10) < 0.5
    clock._shift += timedelta(seconds=11)
    second = trigger.get_next_fire_time(first, machine)
    assert abs(second - machine - timedelta(days=7)) < timedelta(seconds=2)


async def test_the_schedule_posts_by_itself_when_its_hour_comes(tmp_path):
    """Nobody looks for late reports within this time: it is the job of the guild that fires."""
    async with Sandbox() as server:
        guild = server.add_guild("Town")
        channel = guild.add_channel("reports")
        settings = settings_for(server, tmp_path)
        async with open_store(settings.store.get_secret_value()) as store:
            await store.save_settings(GuildSettings(guild.id, report=scheduled(channel)))
            await live(store, server, guild, WEEK)
        clock = Shifted(DUE - timedelta(seconds=3.5))
        async with running(settings, clock) as application:
            await until(lambda: clock.now() > DUE - timedelta(seconds=0.5))
            assert server.posts(channel) == []
            await until(lambda: server.posts(channel), 15)
            assert clock.now() > DUE
            await until(lambda: application.services.store.report_claims(guild.id))
        assert len(server.posts(channel)) == 1


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
            await until(lambda: server.gateway_counts["identify"] == 3, 40)
            await until(lambda: server.posts(channel), 40)
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
            await until(lambda: any(each.route == POST for each in server.requests), 40)
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
            await until(lambda: has_posted(url, guild), 20)
        assert len(server.posts(channel)) == 1
        assert (await claim_of(url, guild)).message_id == server.posts(channel)[0].id


async def has_posted(url: str, guild: Guild) -> bool:
    return (await claim_of(url, guild)).state is ClaimState.POSTED
