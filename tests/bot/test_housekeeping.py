"""Retention by schedule: whose turn it is, who does it, and that nothing is forgotten."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.housekeeping import Housekeeping, next_quiet
from bot.leaving import Leaving
from bot.roster import Roster
from bot.sandbox.server import Sandbox
from bot.sandbox.snowflakes import snowflake_at
from storage.errors import StoreUnavailable
from storage.open import open_store
from storage.pseudonym import Pseudonymiser
from storage.records import GuildSettings
from storage.store import Store
from tests.support.running_bot import stored_ids
from tests.support.town import DUE, WEEK, Shifted, live

GUILD = 77 << 22
STILL = {
    "opt_out": "an opt-out holds for good",
    "consent": "holds until the member takes it back",
    "personal": "holds until the member takes it back",
    "links": "holds until the member takes it back",
    "watermark": "where reading goes on",
    "settings": "what the guild chose",
    "claim": "which reports were posted; nothing about a person",
    "departures": "a number",
    "lease": "whose turn it is",
    "reading": "where a reading of history goes on",
}
"""What outlives retention, and why. Whatever is not named here must go."""


async def housekeeping(store: Store, clock: Clock, owner: str = "here") -> Housekeeping:
    roster = Roster(store, Pseudonymiser(bytes(32)), clock)
    await roster.load()
    leaving = Leaving(store, roster, None, clock, timedelta(days=7))
    return Housekeeping(store, roster, leaving, clock, owner)


async def test_it_forgets_what_is_too_old_at_start_and_nothing_else(tmp_path: Path) -> None:
    server = Sandbox()
    guild = server.add_guild("Town")
    clock = Shifted(DUE)
    async with open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}") as store:
        await store.save_settings(GuildSettings(guild.id, retention_days=30))
        await live(store, server, guild, WEEK)
        await live(store, server, guild, WEEK.previous(30))
        await (await housekeeping(store, clock)).look()
        kept = await stored_ids(store, guild.id)
    assert len(kept) == 42
    assert min(kept) > snowflake_at(DUE - timedelta(days=30))


class Counting:
    """Notes whose records are swept, and passes everything on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.swept: list[int] = []
        self.dies = False

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    async def delete_before(self, guild_id: int, before: datetime) -> int:
        if self.dies:
            raise StoreUnavailable("away")
        self.swept.append(guild_id)
        return await self._store.delete_before(guild_id, before)


@pytest.fixture
async def store(tmp_path: Path):
    async with open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}") as opened:
        yield Counting(opened)


async def test_each_guild_has_one_turn_a_day_whoever_does_it(store: Counting) -> None:
    for number in (1, 2):
        await store.save_settings(GuildSettings(number << 22, timezone="Asia/Seoul"))
    clock = Shifted(datetime(2026, 11, 2, 0, 0, tzinfo=UTC))
    workers = [await housekeeping(store, clock, owner) for owner in ("a", "b")]
    for _ in range(24 * 6 * 3):
        for worker in workers:
            await worker.look()
        clock.set(clock.now() + timedelta(minutes=10))
    assert [store.swept.count(number << 22) for number in (1, 2)] == [4, 4]  # at start, 3 nights


async def test_a_turn_that_failed_is_taken_again(store: Counting) -> None:
    await store.save_settings(GuildSettings(GUILD))
    clock = Shifted(DUE)
    store.dies = True
    with pytest.raises(StoreUnavailable):
        await (await housekeeping(store, clock, "a")).look()
    store.dies = False
    other = await housekeeping(store, clock, "b")
    await other.look()
    assert store.swept == []  # the one who died may be at it still
    clock.set(clock.now() + timedelta(minutes=31))
    await other.look()
    assert store.swept == [GUILD]


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "UTC", "No/Where"])
def test_turns_are_at_night_and_spread(zone: str) -> None:
    now = datetime(2026, 11, 2, 12, 34, tzinfo=UTC)
    turns = [next_quiet(GuildSettings(n << 22, timezone=zone), now) for n in range(120)]
    there = ZoneInfo(zone) if zone != "No/Where" else UTC
    assert {turn.astimezone(there).hour for turn in turns} == {4}
    assert len(set(turns)) == 60
    assert all(now < turn <= now + timedelta(days=1) for turn in turns)


def fill(path: Path) -> set[str]:
    """Put an old row about one guild into every table, whatever its columns are."""
    with sqlite3.connect(path) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        ]
        filled = set()
        for table in tables:
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            if "guild" not in {column[1] for column in columns}:
                continue
            row = [
                GUILD
                if name == "guild"
                else {"INTEGER": 1, "TEXT": f'{{"guild_id": {GUILD}}}', "REAL": 0.5}.get(
                    kind, bytes(16)
                )
                for _, name, kind, *_ in columns
            ]
            marks = ",".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
            filled.add(table)
    connection.close()
    return filled


def left(path: Path, tables: set[str]) -> set[str]:
    with sqlite3.connect(path) as connection:
        found = {
            table
            for table in tables
            if connection.execute(f"SELECT 1 FROM {table} WHERE guild = ?", (GUILD,)).fetchone()
        }
    connection.close()
    return found


async def test_every_table_is_swept_or_is_known_to_stay(tmp_path: Path) -> None:
    """A table that is added must be swept by ``delete_before``, or be named with its reason."""
    path = tmp_path / "store.sqlite3"
    async with open_store(f"sqlite:///{path}") as store:
        tables = fill(path)
        assert {"message", "feedback", "shown", "audit"} <= tables
        await store.delete_before(GUILD, DUE)
        assert left(path, tables) <= set(STILL)


async def test_every_table_goes_with_its_guild_but_opt_outs(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    async with open_store(f"sqlite:///{path}") as store:
        tables = fill(path)
        await store.delete_guild(GUILD)
        assert left(path, tables) == {"opt_out"}
