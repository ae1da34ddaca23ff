"""Two processes change the settings of one server in the same moment: both changes stay."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.open import open_store
from tests.support.mongodb_server import any_server, fresh_database, store_url

GUILD = 2**62 + 1
CHANGES = 25

ADMINISTRATOR = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from bot.clock import SystemClock
from bot.roster import Roster
from storage.open import open_store
from storage.pseudonym import Pseudonymiser
from storage.records import GuildSettings, MonitoredChannel

async def choose(first, count):
    async with open_store(sys.argv[1]) as store:
        roster = Roster(store, Pseudonymiser(bytes(32)), SystemClock())
        await roster.load()
        print("ready", flush=True)
        sys.stdin.readline()
        for channel in range(first, first + count):
            chosen = MonitoredChannel(channel, 0)
            assert await roster.add_channel(GuildSettings(%d), chosen, by=first)

asyncio.run(choose(int(sys.argv[3]), int(sys.argv[4])))
"""


@pytest.fixture(params=["sqlite", "mongodb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/nunchi.sqlite3"
        return
    with any_server(tmp_path / "mongodb") as server:
        yield store_url(server, fresh_database())


def administrator(url: str, first: int) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-c", ADMINISTRATOR % GUILD, url, root, str(first), str(CHANGES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


async def test_nobodys_choice_is_lost(url: str) -> None:
    both = [administrator(url, first) for first in (1, 1 + CHANGES)]
    for process in both:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
    chosen = (asyncio.to_thread(process.communicate, "go\n", timeout=60) for process in both)
    await asyncio.gather(*chosen)
    assert [process.returncode for process in both] == [0, 0]
    async with open_store(url) as store:
        found = await store.settings(GUILD)
        changes = await store.count_changes(GUILD)
    assert found is not None
    assert sorted(each.channel_id for each in found.channels) == list(range(1, 2 * CHANGES + 1))
    assert changes == 2 * CHANGES
