"""The period of `/report now` and `/report preview`, offered while typing and read as typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cogs.periods import resolve
from bot.command_errors import Refusal
from bot.i18n import phrases_in
from reports.monthly import DayRange, Month
from reports.period import Week
from storage.records import GuildSettings
from tests.bot.commands.town import Town

SETTINGS = GuildSettings(1, timezone="Asia/Seoul")
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday in week 47

online = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("typed", "period"),
    [
        ("last", Week(2026, 46)),
        ("지난주", Week(2026, 46)),
        ("Last  week", Week(2026, 46)),
        ("this", Week(2026, 47)),
        ("2026-w40", Week(2026, 40)),
        ("month", Month(2026, 10)),
        ("this-month", Month(2026, 11)),
        ("2026-10", Month(2026, 10)),
        ("2026-M09", Month(2026, 9)),
        ("2026년 9월 (2026-M09)", Month(2026, 9)),
    ],
)
def test_what_is_typed_is_understood(typed: str, period: Week | Month) -> None:
    assert resolve(typed, SETTINGS, NOW, phrases_in("ko")) == period


def test_the_last_seven_days() -> None:
    found = resolve("days", SETTINGS, NOW, phrases_in("en"))
    assert isinstance(found, DayRange)
    assert (found.last - found.first).days == 6


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("yesterday", "I do not know this period."),
        ("2026-13", "I do not know this period."),
        ("2026-W60", "I do not know this period."),
        ("9999-12", "I do not know this period."),
        ("0001-01", "I do not know this period."),
        ("2026-W48", "That period has not begun yet."),
        ("2027-01", "That period has not begun yet."),
    ],
)
def test_what_is_no_period_is_refused_with_advice(typed: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        resolve(typed, SETTINGS, NOW, phrases_in("en"))
    assert "Choose" in str(refused.value)


async def offered(town: Town, typed: str) -> dict[str, str]:
    found = await town.guild.autocomplete(
        town.admin, "report now", "period", typed, channel=town.general
    )
    assert len(found) <= 25
    return {str(each["value"]): str(each["name"]) for each in found}


@online
async def test_recent_weeks_and_months_are_offered(korean_town: Town) -> None:
    town, now = korean_town, datetime.now(UTC)
    found = await offered(town, "")
    assert found["last"] == "지난주"
    assert list(found)[:5] == ["last", "this", "days", "month", "this-month"]
    local = now + timedelta(hours=9)
    assert Week(*local.isocalendar()[:2]).previous(2).key in found
    before = Month(local.year, local.month).previous(2)
    assert found[before.key] == f"{before.year}년 {before.month}월 ({before.key})"
    assert set(await offered(town, before.key)) == {before.key}


@online
async def test_nothing_is_offered_that_is_deleted_already(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.services.roster.change(town.guild.id, lambda found: replace(found, retention_days=7))
    assert all(not each.startswith("20") or "-W" in each for each in await offered(town, ""))


@online
async def test_a_chosen_month_is_reported(town: Town) -> None:
    now = datetime.now(UTC)
    key = Month(now.year, now.month).previous(2).key
    await town.run(town.admin, "report now", period=key)
    (post,) = town.server.posts(town.general)
    assert f"Monthly report {key}" in post.text


@online
async def test_a_refusal_stays_private(town: Town) -> None:
    reply = await town.run(town.admin, "report now", period="whenever")
    assert reply.ephemeral
    assert "I do not know this period." in reply.text
    assert town.server.posts(town.general) == []


@online
async def test_days_are_offered_for_a_pause(korean_town: Town) -> None:
    town = korean_town
    found = await town.guild.autocomplete(
        town.admin, "report pause", "until", "2주", channel=town.general
    )
    (choice,) = found
    assert choice["name"].startswith("2주 뒤 (20")
    shown = await town.run(town.admin, "report pause", until=choice["value"])
    assert "쉬는 중" in shown.text


@online
async def test_times_are_offered_for_a_reminder(town: Town) -> None:
    async def times(typed: str) -> list[object]:
        found = await town.guild.autocomplete(
            town.admin, "retro remind", "at", typed, channel=town.general
        )
        return [each["value"] for each in found]

    assert (await times(""))[:2] == ["00:00", "01:00"]
    assert sorted(map(str, await times("17"))) == ["17:00", "17:15", "17:30", "17:45"]
    assert "09:30" in await times("9:")
    assert await times("noon") == []
