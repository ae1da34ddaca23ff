"""When reports appear by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from bot.due import due_moment, due_weeks
from bot.roster import Roster
from bot.sandbox.server import Sandbox
from bot.schedule import ClockTrigger, Schedule
from reports.period import Week
from storage.open import open_store
from storage.records import ClaimState, GuildSettings, ReportSchedule
from tests.support.running_bot import (
    LONG_AGO,
    running,
    scheduled,
    settings_for,
    until,
)
from tests.support.town import DUE, GRACE, WEEK, Shifted, live


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
    clock = Shifted(datetime(2026, 11, 16, 8, 59, 50, tzinfo=UTC))
    trigger = ClockTrigger(CronTrigger(day_of_week="mon", hour=9, timezone=UTC), clock)
    machine = datetime.now(UTC)
    first = trigger.get_next_fire_time(None, machine)
    assert abs((first - machine).total_seconds() - 10) < 0.5
    clock.set(clock.now() + timedelta(seconds=11))
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
        clock = Shifted(DUE - timedelta(hours=1))
        async with running(settings, clock) as application:
            clock.set(DUE - timedelta(seconds=1.5))
            application.services.schedule.refresh(guild.id)

            async def is_posted() -> bool:
                claims = await application.services.store.report_claims(guild.id)
                return claims[:1] != [] and claims[0].state is ClaimState.POSTED

            await until(lambda: server.posts(channel))
            assert clock.now() > DUE
            await until(is_posted)
        assert len(server.posts(channel)) == 1
