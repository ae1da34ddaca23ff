"""Alerts: to the right people, in the right words, once, and off means off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from apscheduler.triggers.cron import CronTrigger

from bot.alerts import LEASE
from bot.alerts_schedule import MINUTE, AlertSchedule
from bot.application import Application
from bot.sandbox import Interaction
from bot.sandbox.clock import Clock as SandboxClock
from bot.sandbox.faults import Abort
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from bot.views import alerts as views
from reports.alerts import SETTLE
from storage.records import AlertSettings, ClaimState
from tests.support.camp import SandboxTime
from tests.support.moody import NOW, Moody, founded, live
from tests.support.running_bot import running, settings_for, until

POST = "POST /channels/{channel_id}/messages"
DAY = timedelta(days=1)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=SandboxClock(NOW)) as running_server:
        running_server.add_guild("Home")
        yield running_server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def application(server, tmp_path_factory) -> AsyncIterator[Application]:
    settings = settings_for(server, tmp_path_factory.mktemp("nunchi"))
    async with running(settings, SandboxTime(server)) as running_application:
        yield running_application


@pytest_asyncio.fixture(loop_scope="module")
async def quiet(server, application) -> AsyncIterator[Moody]:
    server.clock.set(NOW)
    it = await founded(server, application)
    yield it
    server.clear_faults()
    await it.choose(alerts=AlertSettings())


@pytest_asyncio.fixture(loop_scope="module")
async def shifted(quiet) -> Moody:
    await live(quiet, -0.35)
    return quiet


@pytest_asyncio.fixture(loop_scope="module")
async def korean(server, application) -> AsyncIterator[Moody]:
    server.clock.set(NOW)
    it = await founded(server, application, locale="ko")
    await live(it, 0.35)
    yield it
    await it.choose(alerts=AlertSettings())


async def pressed(it: Moody, button: str) -> Interaction:
    return await it.guild.click(it.moderator, it.alerts[0], button)


# What is told


async def test_a_shift_is_told_once(shifted):
    assert await shifted.check() == 1
    assert await shifted.check() == 0
    await shifted.assert_told_once()
    text = shifted.alerts[0].text
    assert f"The mood in <#{shifted.talk.id}> fell suddenly and has stayed lower." in text
    began = int((NOW - timedelta(days=4, hours=13, minutes=15)).timestamp())
    assert any(f"<t:{began + 6 * 3600 * off}:f>" in text for off in range(-6, 7))
    assert "it differs by **−0." in text
    assert "95% range −0." in text
    assert "no verdict on anybody" in text
    assert shifted.alerts[0].mentions == []
    assert shifted.server.posts(shifted.talk) == []


async def test_in_korean(korean):
    assert await korean.check() == 1
    text = korean.alerts[0].text
    assert f"<#{korean.talk.id}>의 분위기가 갑자기 밝아진 뒤" in text
    assert "평소와 **+0." in text
    assert "누구를 판단하지도 않아요" in text


async def test_it_is_not_told_again_as_long_as_it_lasts(shifted):
    await shifted.check()
    for hours in (1, 6, 30, 80):
        shifted.server.clock.set(NOW + timedelta(hours=hours))
        assert await shifted.check() == 0
    await shifted.assert_told_once()


async def test_a_quiet_channel_is_quiet(quiet):
    await live(quiet, 0.0)
    assert await quiet.check() == 0
    assert quiet.alerts == []
    assert await quiet.claims() == []


async def test_a_small_channel_is_never_told_about(quiet):
    await live(quiet, -0.8, people=4)
    assert await quiet.check() == 0


async def test_nothing_of_a_person_is_kept(shifted):
    await shifted.check()
    before = await shifted.claims()
    await shifted.store.delete_before(shifted.guild.id, NOW + DAY)
    assert await shifted.claims() == before
    (claim,) = before
    assert claim.period == f"alert-{shifted.talk.id}-2026-11-20T1200"


# Off means off


@pytest.mark.parametrize(
    "alerts",
    [{"channel_id": None}, {"quiet_until": NOW + timedelta(seconds=1)}],
    ids=["off", "quiet"],
)
async def test_nothing_is_looked_at_while_alerts_are(shifted, alerts):
    assert await shifted.found()
    await shifted.choose(alerts=replace(shifted.settings.alerts, **alerts))
    assert await shifted.check() == 0
    assert await shifted.claims() == []


async def test_off_is_the_default(shifted):
    assert await shifted.found()
    await shifted.choose(alerts=AlertSettings())
    assert await shifted.watch.check_everywhere() == 0
    assert shifted.alerts == []


async def test_a_guild_that_chose_nothing_is_not_watched(quiet):
    stranger = quiet.server.add_guild("Stranger")
    assert await quiet.watch.check(stranger.id) == 0


# Exactly once


async def test_two_processes_tell_once(shifted):
    async with shifted.another_process() as other:
        checks = [each.check(shifted.guild.id) for each in (shifted.watch, other) * 3]
        assert sum(await asyncio.gather(*checks)) == 1
        shifted.server.clock.set(NOW + timedelta(hours=12))
        assert await other.check(shifted.guild.id) == 0
    await shifted.assert_told_once()


async def test_what_discord_refuses_is_tried_again(shifted):
    shifted.server.fail(POST, status=403, code=50013)
    assert await shifted.check() == 0
    assert shifted.alerts == []
    assert await shifted.check() == 1
    await shifted.assert_told_once()


async def test_an_alert_whose_answer_was_cut_off_is_found_again(shifted):
    shifted.server.abort(POST, Abort.AFTER)
    assert await shifted.check() == 0
    assert len(shifted.alerts) == 1, "it is there, but the bot does not know"
    shifted.server.clock.set(NOW + timedelta(hours=1))
    await shifted.check()
    await shifted.assert_told_once()


async def test_what_a_dead_process_had_begun_is_finished_later(shifted):
    period = f"alert-{shifted.talk.id}-2026-11-20T0600"
    past = NOW - timedelta(hours=6)
    store, guild_id = shifted.store, shifted.guild.id
    await store.claim_report(guild_id, period, "dead", now=past, until=past + LEASE)
    assert await shifted.check() == 1
    await shifted.assert_told_once()
    assert (await shifted.claims())[0].period == period


async def test_after_a_restart_it_is_not_told_again(tmp_path):
    async with Sandbox(clock=SandboxClock(NOW)) as server:
        server.add_guild("Home")
        settings = settings_for(server, tmp_path)
        async with running(settings, SandboxTime(server)) as first:
            it = await founded(server, first)
            await live(it, -0.35)
            assert await it.check() == 1
        async with running(settings, SandboxTime(server)) as second:
            again = replace(it, application=second)
            assert await again.found(), "the shift is still there to be found"
            assert await again.check() == 0
            await again.assert_told_once()
            # The buttons of the older message still work.
            reply = await pressed(again, views.OFF)
            assert "Alerts are off." in reply.text


# Where it cannot be told


async def direct_messages(it: Moody) -> list[str]:
    return [each.text for each in it.server.posts(it.server.direct_channel(it.moderator))]


@pytest.mark.parametrize("how", ["gone", "closed", "public"])
async def test_whoever_switched_alerts_on_is_told_once_that_they_cannot_be_sent(shifted, how):
    told = len(await direct_messages(shifted))
    if how == "gone":
        await shifted.staff.delete()
    elif how == "closed":
        await shifted.staff.set_permissions(shifted.guild.me, deny=Permission.SEND_MESSAGES)
    else:
        await shifted.staff.set_permissions(shifted.guild.everyone)
    await shifted.server.flush()
    assert await shifted.check() == 0
    requests = len(shifted.server.requests)
    for hours in (1, 7, 30):
        shifted.server.clock.set(NOW + timedelta(hours=hours))
        assert await shifted.check() == 0
    assert len(shifted.server.requests) == requests, "nothing is tried in vain"
    (text,) = (await direct_messages(shifted))[told:]
    assert text.startswith("Alerts of Camp cannot be sent.")
    assert ("Everybody can read" in text) == (how == "public")
    (claim,) = await shifted.claims()
    assert claim.state is ClaimState.SKIPPED


async def test_when_the_channel_is_open_again_the_alert_is_sent(shifted):
    await shifted.staff.set_permissions(shifted.guild.me, deny=Permission.SEND_MESSAGES)
    await shifted.server.flush()
    assert await shifted.check() == 0
    await shifted.staff.set_permissions(shifted.guild.me, allow=Permission.VIEW_CHANNEL)
    await shifted.server.flush()
    assert await shifted.check() == 1


async def test_somebody_who_takes_no_direct_messages_is_tried_once(shifted):
    await shifted.staff.delete()
    await shifted.server.flush()
    shifted.server.fail("POST /users/@me/channels", status=403, code=50007)
    assert await shifted.check() == 0
    shifted.server.clear_faults()
    requests = len(shifted.server.requests)
    assert await shifted.check() == 0
    assert len(shifted.server.requests) == requests


# Buttons and commands


async def test_quiet_for_a_week(shifted):
    await shifted.check()
    reply = await pressed(shifted, views.QUIET)
    assert reply.ephemeral
    until = NOW + timedelta(days=7)
    quiet_until = shifted.settings.alerts.quiet_until
    assert quiet_until is not None
    assert abs(quiet_until - until) < timedelta(minutes=5)
    assert reply.text == f"No alerts until <t:{int(quiet_until.timestamp())}:f>."
    assert shifted.settings.alerts.channel_id == shifted.staff.id


async def test_how_this_works_in_korean(korean):
    await korean.check()
    reply = await pressed(korean, views.HOW)
    assert reply.ephemeral
    assert "5명보다 적은 시간대는 판단하지 않고" in reply.text


async def test_the_buttons_are_for_moderators(shifted):
    await shifted.check()
    visitor = shifted.guild.add_member("Visitor")
    await shifted.staff.set_permissions(visitor, allow=Permission.VIEW_CHANNEL)
    reply = await shifted.guild.click(visitor, shifted.alerts[0], views.OFF)
    assert "you need Manage Server or Manage Messages" in reply.text
    assert shifted.settings.alerts.channel_id == shifted.staff.id


async def run(it: Moody, command: str, **options: object) -> Interaction:
    return await it.guild.run_command(it.moderator, command, options, channel=it.talk)


async def test_switched_on_shown_and_switched_off(quiet):
    await quiet.choose(alerts=AlertSettings())
    assert "Alerts are off." in (await run(quiet, "alerts status")).text
    reply = await run(quiet, "alerts on", channel=quiet.staff)
    assert reply.ephemeral
    assert f"Alerts go to <#{quiet.staff.id}> from now on." in reply.text
    assert quiet.settings.alerts.switched_on_by == quiet.moderator.id
    assert (await run(quiet, "alerts status")).text == f"Alerts go to <#{quiet.staff.id}>."
    assert "Alerts are off." in (await run(quiet, "alerts off")).text
    assert quiet.settings.alerts == AlertSettings()


async def test_a_public_channel_is_refused(quiet):
    await quiet.choose(alerts=AlertSettings())
    reply = await run(quiet, "alerts on", channel=quiet.talk)
    assert f"Everybody can read <#{quiet.talk.id}>." in reply.text
    assert quiet.settings.alerts.channel_id is None


async def test_a_channel_where_the_bot_may_not_write_is_refused(quiet):
    await quiet.choose(alerts=AlertSettings())
    await quiet.staff.set_permissions(quiet.guild.me, deny=Permission.VIEW_CHANNEL)
    await quiet.server.flush()
    reply = await run(quiet, "alerts on", channel=quiet.staff)
    assert f"I cannot write in <#{quiet.staff.id}>" in reply.text


async def test_status_says_what_is_wrong_and_until_when_it_is_quiet(quiet):
    await quiet.choose(
        alerts=replace(quiet.settings.alerts, quiet_until=NOW + DAY, channel_id=quiet.talk.id)
    )
    text = (await run(quiet, "alerts status")).text
    assert "No alerts until <t:" in text
    assert "⚠️ Everybody can read" in text


# The job


async def test_the_job_tells_by_itself(shifted):
    schedule = AlertSchedule(shifted.watch, CronTrigger(second="*"))
    schedule.start()
    try:
        await until(lambda: shifted.alerts)
    finally:
        schedule.stop()
    await until(shifted.claims)
    schedule.stop()


async def test_the_job_runs_every_hour_when_the_hour_before_is_stored():
    assert timedelta(minutes=MINUTE) > SETTLE
