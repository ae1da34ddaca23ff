"""The channels of a report: named as they are called now, where every reader knows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.sandbox.clock import Clock as SandboxClock
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from reports.period import zone_of
from storage.records import Batch
from tests.support.camp import SandboxTime
from tests.support.running_bot import running, scheduled, settings_for
from tests.support.store_records import record
from tests.support.town import DUE, WEEK, Town

PEOPLE = (8, 8, 2, 8, 8, 6)
"""How many people write in each channel: two in the third, which takes the last one with it."""


async def chat(town: Town, channels: list[int]) -> None:
    """Let people write in each channel every evening."""
    records = []
    for day, (begin, _) in enumerate(WEEK.days(zone_of("UTC"))):
        for place, channel_id in enumerate(channels):
            for person in range(PEOPLE[place]):
                for turn in range(2):
                    moment = begin + timedelta(hours=18, minutes=5 * person + turn, seconds=place)
                    value = 0.7 if place == 1 else -0.1 + 0.01 * person + 0.01 * day
                    made = record(
                        1,
                        message_id=town.server.world.mint(moment),
                        guild_id=town.guild.id,
                        channel_id=channel_id,
                        created_at=moment,
                        author=bytes([person + (100 if place == 2 else 0)]) * 16,
                        valence=value,
                    )
                    records.append(made)
    await town.store.apply(Batch(upserts=tuple(records)))


async def test_channels_have_the_names_that_every_reader_knows(tmp_path) -> None:
    async with Sandbox(clock=SandboxClock(DUE)) as server:
        guild = server.add_guild("Town")
        reports, bright = guild.add_channel("reports"), guild.add_channel("bright-side")
        small, quiet = guild.add_channel("two-of-us"), guild.add_channel("quiet")
        secret, gone = guild.add_channel("moderators"), guild.add_channel("gone")
        also = guild.add_channel("also-small")
        async with running(settings_for(server, tmp_path), SandboxTime(server)) as application:
            application.services.schedule.stop()
            town = Town(server, application, guild, reports)
            await town.choose(report=replace(scheduled(reports), since=DUE - timedelta(days=2)))
            await secret.set_permissions(guild.everyone, deny=Permission.VIEW_CHANNEL)
            await chat(town, [quiet.id, bright.id, small.id, secret.id, gone.id, also.id])
            await gone.delete()
            await server.flush()
            server.clock.set(DUE + timedelta(seconds=10))
            assert await town.post_due() == 1
            (post,) = town.posts
    alt = {
        file.filename.removesuffix(".png").split("-")[-1]: file.description for file in post.files
    }
    assert "#bright-side +0.70" in alt["where"]
    assert "(private)" in alt["where"]
    assert "moderators" not in alt["where"] + post.text
    assert "two-of-us" not in alt["where"]
    assert "also-small" not in alt["where"]
    assert "gone" not in alt["where"]
    assert f"<#{bright.id}> +0.70" in post.text
    assert f"<#{small.id}>" not in post.text
    assert "18:00" in alt["when"] or "No time of the week" in alt["when"]
