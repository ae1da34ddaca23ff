"""What becomes of a guild's data when the bot leaves it, and when it comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.housekeeping import Housekeeping
from bot.sandbox.guilds import Guild
from bot.sandbox.server import Sandbox
from storage.open import open_store
from tests.support.camp import HAPPY, Camp, pitch, pitch_beside
from tests.support.running_bot import running, settled, stored_ids, until
from tests.support.town import Shifted


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server: Sandbox, tmp_path: Path) -> Camp:
    return await pitch(server, tmp_path)


def rejoin(camp: Camp) -> None:
    guild: Guild = camp.guild
    guild.bot_present = True
    camp.server.world.guilds[guild.id] = guild
    guild.announce_joined()


async def left_at(camp: Camp):
    async with open_store(camp.url) as store:
        settings = await store.settings(camp.guild.id)
        return settings and settings.left_at


async def test_a_guild_that_was_left_waits_and_nothing_is_listened_to(camp: Camp) -> None:
    async with running(camp.settings) as application:
        await camp.expect(application, [await camp.say(HAPPY[0])])
        await camp.guild.kick_bot()
        roster = application.services.roster
        await until(lambda: not roster.guilds())
        assert not roster.monitors(camp.channel.id)
        assert len(camp.rows()) == 1
        assert await left_at(camp) is not None
        assert application.services.schedule.next_time(camp.guild.id) is None


async def test_coming_back_in_time_keeps_everything_and_reads_nothing_of_the_absence(
    camp: Camp,
) -> None:
    async with running(camp.settings) as application:
        before = await camp.say(HAPPY[0])
        await camp.expect(application, [before])
        await camp.guild.kick_bot()
        roster = application.services.roster
        await until(lambda: not roster.guilds())
        await camp.say(HAPPY[1])
        rejoin(camp)
        await until(lambda: len(roster.guilds()) == 1)
        await settled(application)
        after = await camp.say(HAPPY[2])
        await camp.expect(application, [before, after])
    assert await left_at(camp) is None


async def test_a_guild_left_while_the_bot_was_down_is_noticed(camp: Camp) -> None:
    async with running(camp.settings) as application:
        await camp.expect(application, [await camp.say(HAPPY[0])])
    await camp.guild.kick_bot()
    async with running(camp.settings, caught_up=False) as application:
        await until(lambda: not application.services.roster.guilds())
    first = await left_at(camp)
    assert first is not None
    async with running(camp.settings, caught_up=False):
        pass
    assert await left_at(camp) == first  # its grace does not begin anew
    rejoin(camp)
    async with running(camp.settings) as application:
        await until(lambda: len(application.services.roster.guilds()) == 1)
    assert await left_at(camp) is None
    assert len(camp.rows()) == 1


async def test_an_outage_is_no_leaving(camp: Camp) -> None:
    camp.guild.available = False
    async with running(camp.settings, caught_up=False) as application:
        await until(application.connected)
        await camp.guild.set_available(available=True)
        await camp.expect(application, [await camp.say(HAPPY[0])])
        await camp.guild.set_available(available=False)
        await camp.server.flush()
        assert len(application.services.roster.guilds()) == 1
    assert await left_at(camp) is None


async def test_after_the_grace_nothing_is_left_but_opt_outs(camp: Camp, tmp_path: Path) -> None:
    other = camp.guild.add_member("Nari")
    async with running(camp.settings) as application:
        message = await camp.say(HAPPY[0])
        await camp.expect(application, [message])
        roster = application.services.roster
        author = roster.author(camp.guild.id, camp.member.id)
        refused = roster.author(camp.guild.id, other.id)
        await application.services.privacy.opt_out(camp.guild.id, other.id)
        await camp.guild.kick_bot()
        await until(lambda: not roster.guilds())
        services, clock = application.services, Shifted(application.services.clock.now())
        services.leaving._clock = clock
        work = Housekeeping(services.store, roster, services.leaving, clock, "here")
        clock.set(clock.now() + timedelta(days=6, hours=23))
        await work.look()
        assert len(camp.rows()) == 1
        clock.set(clock.now() + timedelta(hours=2))
        # Half an hour at most goes by between two turns of one guild.
        clock.set(clock.now() + timedelta(hours=1))
        await work.look()
        assert camp.rows() == []
        raw = b"".join(each.read_bytes() for each in tmp_path.glob("bot.sqlite3*"))
        assert author not in raw
        assert message.id.to_bytes(8, "big") not in raw
        assert refused in raw
    rejoin(camp)
    async with running(camp.settings) as application:
        assert application.services.privacy.is_refused(camp.guild.id, other.id) or (
            refused in await application.services.store.opted_out(camp.guild.id)
        )
        # Invited anew and set up again, it still does not measure who had opted out.
        await camp.listen(application, camp.channel)
        ours = await camp.say(HAPPY[0])
        await camp.guild.say(other, camp.channel, HAPPY[1])
        await camp.expect(application, [message, ours])


async def test_without_grace_it_goes_at_once(server: Sandbox, tmp_path: Path) -> None:
    camp = await pitch(server, tmp_path, left_grace_days=0)
    async with running(camp.settings) as application:
        await camp.expect(application, [await camp.say(HAPPY[0])])
        await camp.guild.kick_bot()
        await until(lambda: camp.rows() == [])
        store = application.services.store

        async def is_unknown() -> bool:
            return await store.settings(camp.guild.id) is None

        await until(is_unknown)
        assert await stored_ids(store, camp.guild.id) == []


async def test_leaving_is_no_change_of_an_administrator(camp: Camp) -> None:
    async with running(camp.settings) as application:
        roster = application.services.roster
        now = application.services.clock.now()
        await roster.change(camp.guild.id, lambda found: replace(found, left_at=now))
        assert await application.services.store.changes(camp.guild.id, limit=10) == []


async def test_two_left_and_one_stays(server: Sandbox, camp: Camp) -> None:
    """Only what was left goes: another guild of the same store keeps all it has."""
    async with running(camp.settings) as application:
        other = await pitch_beside(application, server)
        ours = await other.say(HAPPY[1])
        await camp.say(HAPPY[0])
        await other.expect(application, [ours])
        await camp.guild.kick_bot()
        services = application.services
        await until(lambda: len(services.roster.guilds()) == 1)
        clock = Shifted(services.clock.now() + timedelta(days=8))
        services.leaving._clock = clock
        await Housekeeping(services.store, services.roster, services.leaving, clock, "x").look()
        assert camp.rows() == []
        await other.expect(application, [ours])
        assert services.roster.monitors(other.channel.id)
