"""A guild with a channel whose mood has shifted, and moderators who asked to be told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.channels.channel import Plan, lived
from bot.alerts import AlertWatch
from bot.application import Application
from bot.roster import Roster
from bot.sandbox.channels import Channel
from bot.sandbox.entities import Member
from bot.sandbox.guilds import Guild
from bot.sandbox.messages import Message
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from reports.alerts import Shift, find_shifts, watch_at
from reports.period import DAYS
from reports.spans import PARTS
from storage.open import open_store
from storage.pseudonym import Pseudonymiser
from storage.records import (
    AlertSettings,
    Batch,
    ClaimState,
    GuildSettings,
    MonitoredChannel,
    ReportClaim,
)
from storage.store import Store
from tests.support.store_records import author, record

NOW = datetime(2026, 11, 20, 13, 15, tzinfo=UTC)
SHIFTED_DAYS_AGO = 4
KEPT_DAYS = 28


@dataclass
class Moody:
    """A guild, the channel it talks in, the moderators' channel, and the bot."""

    server: Sandbox
    application: Application
    guild: Guild
    talk: Channel
    staff: Channel
    moderator: Member

    @property
    def store(self) -> Store:
        return self.application.services.store

    @property
    def watch(self) -> AlertWatch:
        return self.application.services.alerts

    @property
    def alerts(self) -> list[Message]:
        return self.server.posts(self.staff)

    @property
    def settings(self) -> GuildSettings:
        found = self.application.services.roster.settings(self.guild.id)
        assert found is not None
        return found

    async def check(self) -> int:
        return await self.watch.check(self.guild.id)

    async def choose(self, **changes: object) -> None:
        await self.application.services.roster.change(
            self.guild.id, lambda settings: replace(settings, **changes)
        )

    async def claims(self) -> list[ReportClaim]:
        return list(await self.store.alert_claims(self.guild.id))

    async def found(self) -> tuple[Shift, ...]:
        """Return what there is to tell, whether or not anybody wants to know."""
        watch = watch_at(self.server.clock.now(), "UTC")
        return await find_shifts(self.store, self.settings, watch, {})

    async def assert_told_once(self) -> None:
        assert len(self.alerts) == 1
        (claim,) = await self.claims()
        assert claim.state is ClaimState.POSTED
        assert (claim.channel_id, claim.message_id) == (self.staff.id, self.alerts[0].id)

    @asynccontextmanager
    async def another_process(self) -> AsyncIterator[AlertWatch]:
        """A watch that shares the store with the bot, and nothing else but the connection."""
        services = self.application.services
        async with open_store(services.settings.store.get_secret_value()) as store:
            roster = Roster(store, Pseudonymiser(bytes(32)), services.clock)
            await roster.load()
            watch = AlertWatch(store, roster, services.clock, "another")
            client = self.application.client
            assert client is not None
            watch.attach(client)
            yield watch


async def founded(server: Sandbox, application: Application, *, locale: str = "en-US") -> Moody:
    """Found a guild in which the alerts are on and nothing has happened yet."""
    guild = server.add_guild("Camp", locale=locale)
    talk, staff = guild.add_channel("talk"), guild.add_channel("staff")
    role = guild.add_role("Moderators", Permission.MANAGE_MESSAGES)
    moderator = guild.add_member("Mod", locale=locale, roles=[role])
    await staff.set_permissions(guild.everyone, deny=Permission.VIEW_CHANNEL)
    for who in (guild.me, moderator):
        await staff.set_permissions(who, allow=Permission.VIEW_CHANNEL)
    await server.flush()
    it = Moody(server, application, guild, talk, staff, moderator)
    await it.choose(
        channels=(MonitoredChannel(talk.id, 0),),
        language="ko" if locale == "ko" else "en",
        alerts=AlertSettings(staff.id, since=NOW, switched_on_by=moderator.id),
    )
    return it


async def live(it: Moody, shift: float, people: int = 15) -> None:
    """Let people have talked for four weeks, and the mood have shifted four days ago."""
    midnight = it.server.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=KEPT_DAYS)
    plan = Plan(people=people, shift=shift, shift_at=(KEPT_DAYS - SHIFTED_DAYS_AGO) * PARTS)
    turns = lived(plan, KEPT_DAYS // DAYS + 1, np.random.default_rng(2))
    records = []
    for who, when, valence in zip(
        turns.author.tolist(), turns.bin.tolist(), turns.valence.tolist(), strict=True
    ):
        moment = start + timedelta(hours=24 / PARTS * when + 1)
        if moment >= it.server.clock.now():
            continue
        changes = {
            "guild_id": it.guild.id,
            "channel_id": it.talk.id,
            "author": author(who),
            "created_at": moment,
            "valence": valence,
        }
        records.append(record(1, message_id=it.server.world.mint(moment), **changes))
    await it.store.apply(Batch(upserts=tuple(records)))
