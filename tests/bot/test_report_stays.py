"""A report that was posted says the same after somebody left, however it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.sandbox.clock import Clock as SandboxClock
from bot.sandbox.server import Sandbox
from reports.report import WeeklyReport
from tests.support.camp import SandboxTime
from tests.support.running_bot import running, scheduled, settings_for
from tests.support.town import DUE, WEEK, Town, live


async def test_a_posted_report_does_not_change_when_somebody_leaves(tmp_path) -> None:
    async with Sandbox(clock=SandboxClock(DUE)) as server:
        guild = server.add_guild("Town")
        square, reader = guild.add_channel("reports"), guild.add_member("Reader")
        async with running(settings_for(server, tmp_path), SandboxTime(server)) as application:
            application.services.schedule.stop()
            town = Town(server, application, guild, square)
            await town.choose(report=replace(scheduled(square), since=DUE - timedelta(days=2)))
            await live(town.store, server, guild, WEEK, people=10)
            server.clock.set(DUE + timedelta(seconds=10))
            assert await town.post_due() == 1
            # Only posting has computed it: nobody has opened the details yet.
            await town.store.opt_out(guild.id, bytes([9]) * 16, DUE)
            assert await town.store.count_author(guild.id, bytes([9]) * 16) == 0
            after = await town.reporter.report(guild.id, WEEK)
            assert isinstance(after, WeeklyReport)
            assert after.people == 10
            details = await guild.click(reader, town.posts[0], "Details")
            assert "10 people" in details.text
            async with town.another_process() as reporter:
                assert repr(await reporter.report(guild.id, WEEK)) == repr(after)
            # A week that nobody was shown is made of those who stayed.
            await live(town.store, server, guild, WEEK.previous(), people=10)
            earlier = await town.reporter.report(guild.id, WEEK.previous())
            assert earlier.people == 9
