"""The planned weekly report with bright moments: the running bot against the loopback Discord."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.sandbox.clock import Clock as SandboxClock
from bot.sandbox.server import Sandbox
from storage.records import MonitoredChannel
from tests.support.camp import SandboxTime
from tests.support.running_bot import running, scheduled, settings_for
from tests.support.town import DUE, WEEK, Town, live

GLAD = "I am so happy today, best day ever!!"


async def test_a_planned_report_links_to_who_agreed_and_still_does(tmp_path: Path) -> None:
    async with Sandbox(clock=SandboxClock(DUE - timedelta(days=4))) as server:
        guild = server.add_guild("Town")
        reports, talk = guild.add_channel("reports"), guild.add_channel("talk")
        glad, shy = guild.add_member("Glad"), guild.add_member("Shy")
        async with running(settings_for(server, tmp_path), SandboxTime(server)) as application:
            application.services.schedule.stop()
            town, privacy = Town(server, application, guild, reports), application.services.privacy
            await town.choose(
                report=replace(scheduled(reports), since=DUE - timedelta(days=2), bright=True),
                channels=(MonitoredChannel(talk.id, 0),),
            )
            await live(town.store, server, guild, WEEK)
            for who in (glad, shy):
                now = application.services.clock.now()
                assert await privacy.allow_links(guild.id, who.id, now)
            server.clock.set(DUE - timedelta(days=3))
            messages = [await guild.say(who, talk, GLAD) for who in (glad, shy)]
            await server.flush()
            await application.services.pipeline.drained()
            assert await privacy.deny_links(guild.id, shy.id)
            town.at(DUE + timedelta(seconds=10))
            assert await town.post_due() == 1
            (post,) = town.posts
    linked, withdrawn = (f"/{talk.id}/{message.id}" for message in messages)
    assert f"https://discord.com/channels/{guild.id}{linked}" in post.text
    assert withdrawn not in post.text
