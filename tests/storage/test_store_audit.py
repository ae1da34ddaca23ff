"""What administrators changed is kept, by every store, and forgotten with what it belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.audit import SettingChange, changes_between
from storage.records import AlertSettings, GuildSettings, MonitoredChannel, ReportSchedule
from storage.store import Store

GUILD = 2**62 + 1
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SETTINGS = GuildSettings(GUILD)
ADA, BEN = 2**61 + 1, 2**61 + 2


def change(days: int, by: int | None = ADA, setting: str = "theme") -> SettingChange:
    return SettingChange(GUILD, NOW + timedelta(days=days), by, setting, "dark", "light")


async def test_changes_are_kept_with_the_settings_newest_first(store: Store) -> None:
    assert await store.changes(GUILD) == []
    assert await store.count_changes(GUILD) == 0
    first, second = change(0), change(1, BEN)
    same_moment = [change(2, setting=f"s{number}") for number in range(3)]
    await store.save_settings(SETTINGS, [first])
    await store.save_settings(SETTINGS, [second, *same_moment])
    newest = [*reversed(same_moment), second, first]
    assert await store.changes(GUILD) == newest
    assert await store.changes(GUILD, skip=2, limit=2) == newest[2:4]
    assert await store.count_changes(GUILD) == 5
    assert await store.changes(GUILD + 1) == []


async def test_a_name_goes_and_the_change_stays(store: Store) -> None:
    await store.save_settings(SETTINGS, [change(0), change(1, BEN), change(2)])
    await store.save_settings(GuildSettings(GUILD + 1), [replace(change(0), guild_id=GUILD + 1)])
    assert await store.disown_changes(GUILD, ADA) == 2
    assert await store.disown_changes(GUILD, ADA) == 0
    assert [each.by for each in await store.changes(GUILD)] == [None, BEN, None]
    assert [each.by for each in await store.changes(GUILD + 1)] == [ADA]


async def test_changes_go_with_retention_and_with_the_guild(store: Store) -> None:
    await store.save_settings(SETTINGS, [change(0), change(1)])
    await store.delete_before(GUILD, NOW + timedelta(days=1))
    assert await store.changes(GUILD) == [change(1)]
    await store.delete_guild(GUILD)
    assert await store.changes(GUILD) == []


def test_every_choice_is_told_by_its_place_and_what_the_bot_remembers_is_not() -> None:
    before = replace(
        SETTINGS,
        channels=(MonitoredChannel(1, 2), MonitoredChannel(3, 4)),
        report=ReportSchedule(5),
    )
    after = replace(
        before,
        language="ko",
        minimum_group=8,
        channels=(MonitoredChannel(3, 9, notice_id=7), MonitoredChannel(6, 0)),
        report=ReportSchedule(5, weekday=1, since=NOW, planned_by=ADA, thread=True),
        alerts=AlertSettings(8, since=NOW, switched_on_by=BEN),
    )
    told = changes_between(before, after, at=NOW, by=ADA)
    assert [(each.setting, each.before, each.after) for each in told] == [
        ("alerts.channel_id", None, "8"),
        ("channels.1", "plain", None),
        ("channels.6", None, "plain"),
        ("language", "en", "ko"),
        ("minimum_group", "5", "8"),
        ("report.thread", "false", "true"),
        ("report.weekday", "0", "1"),
    ]
    assert {(each.guild_id, each.at, each.by) for each in told} == {(GUILD, NOW, ADA)}
    assert changes_between(after, after, at=NOW, by=ADA) == ()
