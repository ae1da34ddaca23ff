"""The buttons under reports, and `/report preview`, `pause` and `history`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox import Permission, Sandbox, point_discord_at
from bot.sandbox.components import walk
from bot.sandbox.errors import MissingPermissionError
from bot.sandbox.messages import Message
from bot.views import buttons
from bot.views.report_buttons import MY_MOOD
from reports.monthly import DayRange, Month, parse_period
from reports.period import Week, zone_of
from storage.records import ClaimState, ReportClaim
from tests.bot.commands.town import Town, World, bot_at, founded

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def week_of_talk(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    for number in range(6):
        member = town.guild.add_member(f"Member {number}")
        await town.guild.say(member, town.general, "What a wonderful week, thank you")
    await town.heard()


async def posted(town: Town, **options: object) -> Message:
    """Let the administrator post a report in a channel of its own."""
    square = town.guild.add_channel("square")
    await town.server.flush()
    await town.run(town.admin, "report now", where=square, **options)
    (post,) = town.server.posts(square)
    return post


def labels(post: Message) -> list[str]:
    return [str(part["label"]) for part in walk(post.components) if part["type"] == 2]


async def test_a_report_carries_five_buttons(town: Town) -> None:
    post = await posted(town, period="this")
    assert labels(post) == [
        "Details",
        "Channels",
        "My mood",
        "How is this measured?",
        "My data / opt out",
    ]


async def test_the_details_are_turned_page_by_page_by_one_reader(town: Town) -> None:
    await week_of_talk(town)
    post = await posted(town, period="this")
    shown = await town.guild.click(town.member, post, "Details")
    assert shown.ephemeral
    assert "### Mood" in shown.text
    assert "Mood index" in shown.text
    assert "Page 1 of" in shown.text
    pages = int(shown.text.split("Page 1 of ")[1].split()[0])
    assert pages >= 2
    for number in range(2, pages + 1):
        await (await shown.click("Next")).changed()
        assert f"Page {number} of {pages}" in shown.text
    back = await (await shown.click("Previous")).changed()
    assert f"Page {pages - 1} of {pages}" in back.text
    assert len(town.server.posts(post.channel)) == 1, "nobody else sees any of it"


async def test_the_details_are_in_the_language_of_their_reader(town: Town) -> None:
    await week_of_talk(town)
    town.member.locale = "ko"
    shown = await town.guild.click(town.member, await posted(town, period="this"), "Details")
    assert "### 기분" in shown.text


async def test_the_details_of_a_report_on_days(town: Town) -> None:
    await week_of_talk(town)
    post = await posted(town, days=3)
    assert "Report on " in post.text
    assert "6 messages" in post.text
    shown = await town.guild.click(town.member, post, "Details")
    assert "### Mood" in shown.text


async def test_the_details_of_a_week_in_which_nobody_wrote(town: Town) -> None:
    shown = await town.guild.click(town.member, await posted(town), "Details")
    assert shown.ephemeral
    assert "Nothing to show" in shown.text


async def test_the_channels_that_a_reader_may_see(town: Town) -> None:
    await week_of_talk(town)
    secret = town.guild.add_channel("secret")
    await town.server.flush()
    await town.run(town.admin, "monitor add", channel=secret)
    await secret.set_permissions(town.guild.everyone, deny=Permission.VIEW_CHANNEL)
    await secret.set_permissions(town.guild.me, allow=Permission.VIEW_CHANNEL)
    await town.server.flush()
    post = await posted(town, period="this")
    shown = await town.guild.click(town.member, post, "Channels")
    assert shown.ephemeral
    assert f"<#{town.general.id}>" in shown.text
    assert f"<#{secret.id}>" not in shown.text
    assert "…and 1 that you cannot see" in shown.text
    shown = await town.guild.click(town.admin, post, "Channels")
    assert f"<#{secret.id}>" in shown.text


async def test_the_other_buttons_answer_their_reader_alone(town: Town) -> None:
    post = await posted(town)
    for button in (MY_MOOD, buttons.METHOD, buttons.MY_DATA):
        assert (await town.guild.click(town.member, post, button)).ephemeral


async def test_a_made_up_button_is_answered_and_nothing_breaks(town: Town) -> None:
    post = await posted(town)
    for part in walk(post.components):
        if part.get("label") == "Details":
            part["custom_id"] = "nunchi:report:details:2026-W99"
    shown = await town.guild.click(town.member, post, "Details")
    assert shown.ephemeral
    assert "Please use the command again." in shown.text


async def test_a_preview_is_seen_by_nobody_else(town: Town) -> None:
    await week_of_talk(town)
    before = len(town.server.posts(town.general))
    shown = await town.run(town.admin, "report preview", period="this")
    assert shown.ephemeral
    assert len(shown.files) >= 2
    assert "6 messages" in shown.text
    assert len(town.server.posts(town.general)) == before
    assert "There are none yet." in (await town.run(town.admin, "report history")).text


async def test_a_preview_of_a_time_before_listening_says_so(town: Town) -> None:
    said = "I did not listen yet then."
    await week_of_talk(town)
    shown = await town.run(town.admin, "report preview")
    await town.server.wait_until(lambda: said in shown.text)
    shown = await town.run(town.admin, "report preview", period="this")
    await town.server.flush()
    assert said not in shown.text


async def test_a_preview_without_pictures(town: Town) -> None:
    plain = await town.closed_channel("plain", denied=Permission.ATTACH_FILES)
    shown = await town.run(town.admin, "report preview", where=plain)
    assert shown.ephemeral
    assert shown.files == []
    assert "Weekly report" in shown.text


@pytest.mark.parametrize(
    ("options", "title"),
    [
        ({"period": "month"}, "Monthly report "),
        ({"period": "this-month"}, "Monthly report "),
        ({"period": "days"}, "Report on "),
        ({"days": 90}, "Report on "),
        ({}, "Weekly report "),
    ],
)
async def test_on_what_a_report_can_be(town: Town, options: dict[str, object], title: str) -> None:
    shown = await town.run(town.admin, "report preview", **options)
    assert title in shown.text


async def test_past_reports_are_listed_with_links(town: Town) -> None:
    post = await posted(town, period="this")
    month = await posted(town, period="month")
    shown = await town.run(town.admin, "report history")
    assert shown.ephemeral
    lines = [line for line in shown.text.splitlines() if line.startswith("•")]
    assert [link(town, each) in line for each, line in zip((month, post), lines, strict=True)]
    assert all("on demand" in line for line in lines)
    assert lines[0].startswith("• [Monthly report")


def link(town: Town, post: Message) -> str:
    return f"https://discord.com/channels/{town.guild.id}/{post.channel.id}/{post.id}"


async def test_many_past_reports_are_turned_page_by_page(korean_town: Town) -> None:
    town = korean_town
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    week = Week(2025, 30)
    for number in range(23):
        at = now + timedelta(weeks=number)
        key = week.previous(-number).key
        claim = await town.services.store.claim_report(
            town.guild.id, key, "x", now=at, until=at + timedelta(minutes=1)
        )
        assert claim is not None
        await finish(town, claim)
    shown = await town.run(town.admin, "report history")
    assert "3쪽 중 1쪽" in shown.text
    await (await shown.click("다음")).changed()
    await (await shown.click("다음")).changed()
    assert "3쪽 중 3쪽" in shown.text
    assert "2025-W30" in shown.text


async def finish(town: Town, claim: ReportClaim) -> None:
    done = ReportClaim(
        claim.guild_id,
        claim.period,
        claim.owner,
        ClaimState.POSTED,
        claim.until,
        claim.attempt,
        town.general.id,
        town.server.world.mint(),
    )
    assert await town.services.store.finish_report(done)


async def test_a_pause_until_a_day(town: Town) -> None:
    await town.run(town.admin, "report schedule", channel=town.general, timezone="Seoul")
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    shown = await town.run(town.admin, "report pause", until=day.isoformat())
    assert f"before {day.day} {day:%B %Y} is skipped." in shown.text
    until = town.settings.report.paused_until
    assert until is not None
    assert until.astimezone(zone_of("Asia/Seoul")).hour == 0
    following = town.services.schedule.next_time(town.guild.id)
    assert following is not None
    assert following >= until
    shown = await town.run(town.admin, "report pause", resume=True)
    assert "Paused" not in shown.text
    assert town.settings.report.paused_until is None


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("tomorrow", "Write the day like 2026-12-24."),
        ("2020-01-01", "Choose a day within the next twelve months."),
        ("9999-12-31", "Choose a day within the next twelve months."),
    ],
)
async def test_a_day_that_is_none(town: Town, typed: str, answered: str) -> None:
    shown = await town.run(town.admin, "report pause", until=typed)
    assert shown.ephemeral
    assert shown.text == answered
    assert town.services.roster.settings(town.guild.id) is None


async def test_months_and_threads_are_switched_on_and_off(town: Town) -> None:
    await town.run(town.admin, "report schedule", channel=town.general)
    shown = await town.run(town.admin, "report schedule", also="monthly")
    assert "A report on each month" in shown.text
    assert town.settings.report.monthly_since is not None
    assert town.settings.report.planned_by == town.admin.user.id
    shown = await town.run(town.admin, "report schedule", also="thread")
    assert "A thread is opened under each report." in shown.text
    for off in ("no-monthly", "no-thread"):
        shown = await town.run(town.admin, "report schedule", also=off)
    assert town.settings.report.monthly_since is None
    assert not town.settings.report.thread


async def test_erasing_oneself_forgets_who_planned(town: Town) -> None:
    await town.run(town.admin, "report schedule", channel=town.general)
    await town.services.privacy.delete(town.guild.id, town.admin.user.id)
    assert town.settings.report.planned_by is None


async def test_members_may_not(town: Town) -> None:
    for command in ("report preview", "report pause", "report history"):
        with pytest.raises(MissingPermissionError):
            await town.run(town.member, command)


async def test_keys_of_all_kinds_are_read_again() -> None:
    month, days = Month(2026, 2), DayRange(date(2026, 2, 1), date(2026, 2, 9))
    for period in (Week(2026, 46), month, days):
        assert parse_period(period.key) == period
        assert parse_period(period.key + "@15f") == period


async def test_buttons_of_past_weeks_work_after_a_restart(tmp_path: Path) -> None:
    async with Sandbox() as server:
        server.add_guild("Home")
        with point_discord_at(server):
            async with bot_at(server, tmp_path) as application:
                before = await founded(World(server, application), "en-US")
                await week_of_talk(before)
                post = await posted(before, period="this")
                shown = await before.guild.click(before.member, post, "Details")
            async with bot_at(server, tmp_path) as application:
                await server.flush()
                town = Town(
                    server,
                    application,
                    before.guild,
                    before.general,
                    before.admin,
                    before.member,
                )
                await (await shown.click("Next")).changed()
                assert "Page 2 of" in shown.text
                again = await town.guild.click(town.member, post, "Details")
                assert "Mood index" in again.text
                for button in ("Channels", "My mood"):
                    assert (await town.guild.click(town.member, post, button)).ephemeral
