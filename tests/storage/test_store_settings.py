"""Settings are saved by several processes at once: nobody's change undoes another's."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from storage.audit import SettingChange
from storage.open import open_store
from storage.records import GuildSettings, MonitoredChannel
from storage.sqlite import SqliteStore
from storage.sqlite_schema import MIGRATIONS, migrate
from storage.store import Store

GUILD = 2**62 + 1
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


async def test_whoever_read_an_older_version_is_refused_and_nothing_changes(store: Store) -> None:
    assert await store.save_settings(GuildSettings(GUILD), expected=0)
    mine = await store.settings(GUILD)
    theirs = await store.settings(GUILD)
    assert mine is not None
    assert theirs is not None
    assert await store.save_settings(replace(theirs, theme="light"), expected=theirs.version)
    change = SettingChange(GUILD, NOW, None, "language", "en", "ko")
    assert not await store.save_settings(
        replace(mine, language="ko"), [change], expected=mine.version
    )
    assert await store.settings(GUILD) == GuildSettings(GUILD, theme="light")
    assert await store.changes(GUILD) == []
    again = await store.settings(GUILD)
    assert again is not None
    assert await store.save_settings(
        replace(again, language="ko"), [change], expected=again.version
    )
    assert await store.settings(GUILD) == GuildSettings(GUILD, language="ko", theme="light")
    assert await store.changes(GUILD) == [change]


async def test_only_one_makes_the_first_choice(store: Store) -> None:
    assert await store.save_settings(GuildSettings(GUILD, language="ko"), expected=0)
    assert not await store.save_settings(GuildSettings(GUILD, language="en"), expected=0)
    assert not await store.save_settings(GuildSettings(GUILD + 1), expected=3)
    assert await store.all_settings() == [GuildSettings(GUILD, language="ko")]


async def test_who_expects_nothing_replaces_what_is_there_and_is_noticed(store: Store) -> None:
    await store.save_settings(GuildSettings(GUILD), expected=0)
    read = await store.settings(GUILD)
    assert read is not None
    assert await store.save_settings(GuildSettings(GUILD, theme="light"))
    assert not await store.save_settings(replace(read, language="ko"), expected=read.version)


async def test_many_at_once_through_two_connections(url: str, store: Store) -> None:
    async with open_store(url) as other:
        await asyncio.gather(*(_listen(each, to) for to in range(1, 9) for each in (store, other)))
        found = await other.settings(GUILD)
    assert found is not None
    assert sorted(each.channel_id for each in found.channels) == list(range(1, 9))


async def _listen(store: Store, channel: int) -> None:
    """Add a channel if it is not there, however often others come first."""
    for _ in range(50):
        found = await store.settings(GUILD) or GuildSettings(GUILD)
        if channel in [each.channel_id for each in found.channels]:
            return
        channels = (*found.channels, MonitoredChannel(channel, 0))
        changed = replace(found, channels=channels)
        if await store.save_settings(changed, expected=found.version):
            return
    raise AssertionError("never got through")


async def test_settings_of_an_older_file_have_a_version_too(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    before = next(n for n, one in enumerate(MIGRATIONS) if "COLUMN version" in one[0])
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, MIGRATIONS[:before])
    document = '{"guild_id": 7, "language": "ko"}'
    connection.execute("INSERT INTO settings (guild, document) VALUES (7, ?)", (document,))
    connection.close()
    async with SqliteStore(path) as store:
        found = await store.settings(7)
        assert found == GuildSettings(7, language="ko")
        assert await store.save_settings(found, expected=found.version)
        assert not await store.save_settings(found, expected=found.version)
