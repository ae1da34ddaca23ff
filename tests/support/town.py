"""A guild whose week is over, and clocks that say when its report is due."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.application import Application
from bot.clock import Clock
from bot.reporter import Reporter
from bot.roster import Roster
from bot.sandbox.channels import Channel
from bot.sandbox.guilds import Guild
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from bot.studio import Studio
from bot.trouble import is_report
from reports.period import Week, zone_of
from storage.open import open_store
from storage.pseudonym import Pseudonymiser
from storage.records import Batch, ClaimState, ReportClaim
from storage.store import Store
from tests.support.store_records import record

WEEK = Week.parse("2026-W46")
DUE = datetime(2026, 11, 16, 9, tzinfo=UTC)
GRACE = timedelta(days=7)


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
        """Return the claims of reports."""
        return [each for each in await self.store.report_claims(self.guild.id) if is_report(each)]

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


class Shifted(Clock):
    """A clock that runs like the machine's, some time away."""

    def __init__(self, now: datetime) -> None:
        self.set(now)

    def set(self, now: datetime) -> None:
        self._shift = now - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift
