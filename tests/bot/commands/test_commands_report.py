from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.sandbox import Permission
from bot.sandbox.errors import MissingPermissionError
from bot.sandbox.messages import COMPONENTS_V2
from bot.views import buttons
from reports.period import Week, zone_of
from tests.bot.commands.town import Town, part

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def week_of_talk(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    for number in range(6):
        member = town.guild.add_member(f"Member {number}")
        await town.guild.say(member, town.general, "What a wonderful week, thank you")
    await town.heard()


async def test_a_report_is_posted_with_pictures(town: Town) -> None:
    await week_of_talk(town)
    square = town.guild.add_channel("square")
    reply = await town.run(town.admin, "report now", where=square, period="this")
    assert reply.ephemeral
    (post,) = town.server.posts(square)
    assert reply.text == f"Posted: {link_of(town, post.id, square.id)}"
    assert post.flags & COMPONENTS_V2
    assert len(post.files) == 2
    for file in post.files:
        assert file.content.startswith(b"\x89PNG")
        assert file.description
    week = Week.of(datetime.now(UTC), zone_of("UTC"))
    assert f"Weekly report {week.key}" in post.text
    assert "6 messages" in post.text
    assert part(post, buttons.MY_DATA)["label"] == "My data / opt out"


def link_of(town: Town, message_id: int, channel_id: int) -> str:
    return f"https://discord.com/channels/{town.guild.id}/{channel_id}/{message_id}"


async def test_last_week_in_the_language_of_the_server(korean_town: Town) -> None:
    town = korean_town
    town.admin.locale = "en-US"
    asked = datetime.now(UTC)
    await town.run(town.admin, "report now")
    (post,) = town.server.posts(town.general)
    # A Korean server starts with the time of Seoul, and a Sunday may end meanwhile.
    zone = zone_of("Asia/Seoul")
    last = {Week.of(at, zone).previous() for at in (asked, datetime.now(UTC))}
    assert any(f"주간 리포트 {week.key}" in post.text for week in last)
    assert post.files == []


async def test_without_the_right_to_attach_files(town: Town) -> None:
    await week_of_talk(town)
    plain = await town.closed_channel("plain", denied=Permission.ATTACH_FILES)
    reply = await town.run(town.admin, "report now", where=plain, period="this")
    assert "without pictures: I need Attach Files here." in reply.text
    (post,) = town.server.posts(plain)
    assert not post.flags & COMPONENTS_V2
    assert "6 messages" in post.content
    assert len(post.content) <= 2000


async def test_where_the_bot_may_not_post(korean_town: Town) -> None:
    town = korean_town
    quiet = await town.closed_channel("quiet", denied=Permission.SEND_MESSAGES)
    reply = await town.run(town.admin, "report now", where=quiet)
    assert reply.text.startswith("여기에 올릴 수 없어요. 이 권한이 필요해요: 메시지 보내기. ")
    assert town.server.posts(quiet) == []


async def test_in_a_thread(town: Town) -> None:
    thread = await town.guild.add_thread(town.general, "details", town.admin)
    await town.run(town.admin, "report now", where=thread)
    assert len(town.server.posts(thread)) == 1


async def test_three_reports_a_minute_are_enough(town: Town) -> None:
    for _ in range(3):
        await town.run(town.admin, "report now")
    reply = await town.run(town.admin, "report now")
    assert reply.text.startswith("That was quick.")


async def test_the_schedule_is_shown_without_changing_it(korean_town: Town) -> None:
    town = korean_town
    reply = await town.run(town.admin, "report schedule")
    assert "주간 리포트: 월요일 09:00 (Asia/Seoul), 한국어, 어두운 그림." in reply.text
    assert "아직 예약된 리포트가 없어요." in reply.text
    assert town.services.roster.settings(town.guild.id) is None


async def test_the_schedule_is_changed(town: Town) -> None:
    reply = await town.run(
        town.admin,
        "report schedule",
        weekday=4,
        hour=18,
        timezone="Seoul",
        channel=town.general,
        language="ko",
        theme="light",
    )
    settings = town.settings
    assert (settings.report.weekday, settings.report.hour) == (4, 18)
    assert (settings.timezone, settings.language, settings.theme) == ("Asia/Seoul", "ko", "light")
    assert settings.report.since is not None
    next_time = town.services.schedule.next_time(town.guild.id)
    assert next_time is not None
    local = next_time.astimezone(zone_of("Asia/Seoul"))
    assert f"Friday, {local.day} {local:%B %Y} 18:00 (Asia/Seoul)" in reply.text
    assert f"<t:{int(next_time.timestamp())}:F>" in reply.text


async def test_a_pause_and_its_end(town: Town) -> None:
    await town.run(town.admin, "report schedule", channel=town.general)
    began = town.settings.report.since
    reply = await town.run(town.admin, "report pause")
    assert "The weekly report is paused." in reply.text
    assert town.services.schedule.next_time(town.guild.id) is None
    reply = await town.run(town.admin, "report pause", resume=True)
    assert "Next report:" in reply.text
    assert began is not None
    assert town.settings.report.since is not None
    assert town.settings.report.since > began


async def test_a_channel_where_reports_cannot_be_posted(town: Town) -> None:
    quiet = await town.closed_channel("quiet", denied=Permission.SEND_MESSAGES)
    reply = await town.run(town.admin, "report schedule", channel=quiet)
    assert f"⚠️ <#{quiet.id}>: I need Send Messages and Attach Files." in reply.text


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("Asia/Soeul", "Did you mean Asia/Seoul"),
        ("pacific/aukland", "Did you mean Pacific/Auckland"),
        ("somewhere else", "Try a city, such as Asia/Seoul."),
    ],
)
async def test_a_timezone_that_does_not_exist(town: Town, typed: str, answered: str) -> None:
    reply = await town.run(town.admin, "report schedule", timezone=typed)
    assert reply.ephemeral
    assert answered in reply.text
    assert town.services.roster.settings(town.guild.id) is None


async def test_timezones_are_offered(town: Town) -> None:
    offered = await town.guild.autocomplete(
        town.admin, "report schedule", "timezone", "tokyo", channel=town.general
    )
    assert offered == [{"name": "Tokyo, UTC+09:00 (Asia/Tokyo)", "value": "Asia/Tokyo"}]


async def test_members_may_not(town: Town) -> None:
    for command in ("report now", "report schedule"):
        with pytest.raises(MissingPermissionError):
            await town.run(town.member, command)
