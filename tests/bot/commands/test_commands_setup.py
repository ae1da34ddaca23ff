from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.sandbox import Permission
from bot.sandbox.errors import MissingPermissionError
from bot.views import setup as panel
from storage.records import GuildSettings, MonitoredChannel
from tests.bot.commands.town import Town, chosen

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_panel_says_what_is_still_to_do(town: Town) -> None:
    shown = await town.run(town.admin, "setup")
    assert shown.ephemeral
    assert "Choose at least one channel to listen to." in shown.text
    assert "Choose a channel for the report." in shown.text
    assert chosen(shown.message, panel.CHANNELS) == []
    assert chosen(shown.message, panel.TIMEZONE) == ["UTC"]


async def test_a_korean_server_begins_in_korean(korean_town: Town) -> None:
    town = korean_town
    shown = await town.run(town.admin, "setup")
    assert "살펴볼 채널을 하나 이상 골라 주세요." in shown.text
    assert chosen(shown.message, panel.LANGUAGE) == ["ko"]
    await town.choose(shown, panel.CHANNELS, town.general)
    assert town.settings.language == "ko"
    assert "글은 저장하지 않아요" in town.server.posts(town.general)[0].text


async def test_chosen_channels_are_listened_to_and_told(town: Town) -> None:
    other = town.guild.add_channel("other")
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, town.general, other)
    assert town.monitored == {town.general.id, other.id}
    assert chosen(shown.message, panel.CHANNELS) == [str(town.general.id), str(other.id)]
    for channel in (town.general, other):
        (notice,) = town.server.posts(channel)
        assert "No text is kept" in notice.text
        assert "/privacy opt-out" in notice.text
        assert notice.id in {each.notice_id for each in town.settings.channels}
    await town.guild.say(town.member, other, "I love this place")
    await town.heard()
    assert await town.records() == 1


async def test_a_channel_that_is_no_longer_chosen_is_left(town: Town) -> None:
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, town.general)
    await town.choose(shown, panel.CHANNELS)
    assert town.monitored == set()
    (notice,) = town.server.posts(town.general)
    assert notice.text.startswith("Nunchi no longer listens to this channel.")


async def test_a_second_notice_follows_a_second_beginning_only(town: Town) -> None:
    shown = await town.run(town.admin, "setup")
    await town.choose(shown, panel.CHANNELS, town.general)
    await town.run(town.admin, "setup")
    assert len(town.server.posts(town.general)) == 1
    shown = await town.choose(shown, panel.CHANNELS)
    await town.choose(shown, panel.CHANNELS, town.general)
    assert len(town.server.posts(town.general)) == 2


async def test_a_channel_that_cannot_be_read_is_named_and_not_added(town: Town) -> None:
    closed = await town.closed_channel("closed", denied=Permission.READ_MESSAGE_HISTORY)
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, town.general, closed)
    assert town.monitored == {town.general.id}
    assert f"<#{closed.id}>: I need Read Message History." in shown.text


async def test_nothing_is_measured_where_no_notice_can_be_posted(town: Town) -> None:
    quiet = await town.closed_channel("quiet", denied=Permission.SEND_MESSAGES)
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, quiet, town.general)
    assert town.monitored == {town.general.id}
    assert f"<#{quiet.id}>: I need Send Messages." in shown.text
    await quiet.set_permissions(town.guild.me)
    await town.server.flush()
    shown = await town.choose(shown, panel.CHANNELS, quiet, town.general)
    assert town.monitored == {quiet.id, town.general.id}
    assert len(town.server.posts(quiet)) == 1
    assert "I need Send Messages" not in shown.text


async def test_what_is_lacking_in_a_channel_stands_on_one_line(town: Town) -> None:
    quiet = await town.closed_channel("quiet", denied=Permission.SEND_MESSAGES)
    shown = await town.run(town.admin, "setup")
    await town.choose(shown, panel.CHANNELS, town.general)
    await quiet.set_permissions(
        town.guild.me, deny=Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY
    )
    await town.server.flush()
    await town.services.roster.add_channel(
        GuildSettings(town.guild.id), MonitoredChannel(quiet.id, 0)
    )
    shown = await town.choose(shown, panel.REPORT_CHANNEL, quiet)
    lines = [line for line in shown.text.splitlines() if f"<#{quiet.id}>: I need" in line]
    all_of_it = "Read Message History, Send Messages and Attach Files"
    assert lines == [f"• <#{quiet.id}>: I need {all_of_it}."]


async def test_a_permission_that_is_taken_away_is_named(town: Town) -> None:
    shown = await town.run(town.admin, "setup")
    await town.choose(shown, panel.CHANNELS, town.general)
    await town.general.set_permissions(town.guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    await town.server.flush()
    shown = await town.run(town.admin, "setup")
    assert f"<#{town.general.id}>: I need Read Message History." in shown.text


async def test_every_choice_about_the_report_is_saved(town: Town) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.REPORT_CHANNEL, town.general)
    assert town.settings.report.channel_id == town.general.id
    assert town.settings.report.since is not None
    assert before < town.settings.report.since
    since = town.settings.report.since
    shown = await town.choose(shown, panel.WEEKDAY, "Friday")
    shown = await town.choose(shown, panel.HOUR, "18:00")
    shown = await town.choose(shown, panel.TIMEZONE, "Asia/Seoul")
    shown = await town.choose(shown, panel.LANGUAGE, "한국어")
    assert chosen(shown.message, panel.WEEKDAY) == ["4"]
    assert "18:00 (Asia/Seoul)" in shown.text
    next_time = town.services.schedule.next_time(town.guild.id)
    assert next_time is not None
    assert f"<t:{int(next_time.timestamp())}:F>" in shown.text
    shown = await town.press(shown, panel.page_id(panel.Page.EXTRAS))
    shown = await town.choose(shown, panel.THEME, "Light pictures")
    assert chosen(shown.message, panel.THEME) == ["light"]
    settings = town.settings
    assert (settings.report.weekday, settings.report.hour) == (4, 18)
    assert (settings.timezone, settings.language, settings.theme) == ("Asia/Seoul", "ko", "light")
    assert settings.report.since == since


async def test_everything_in_place(town: Town) -> None:
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, town.general)
    shown = await town.choose(shown, panel.REPORT_CHANNEL, town.general)
    assert "✅ Everything is in place." in shown.text


async def test_what_a_report_needs_is_named(town: Town) -> None:
    plain = await town.closed_channel("plain", denied=Permission.ATTACH_FILES)
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.REPORT_CHANNEL, plain)
    assert f"<#{plain.id}>: I need Attach Files." in shown.text


async def test_a_deleted_channel_leaves_the_menus(town: Town) -> None:
    doomed = town.guild.add_channel("doomed")
    shown = await town.run(town.admin, "setup")
    await town.choose(shown, panel.REPORT_CHANNEL, doomed)
    await doomed.delete()
    await town.server.flush()
    shown = await town.run(town.admin, "setup")
    assert chosen(shown.message, panel.REPORT_CHANNEL) == []
    assert f"<#{doomed.id}>: gone, or hidden from me. Choose another" in shown.text


async def test_the_timezone_option(town: Town) -> None:
    shown = await town.run(town.admin, "setup", timezone="america/argentina/ushuaia")
    assert town.settings.timezone == "America/Argentina/Ushuaia"
    assert chosen(shown.message, panel.TIMEZONE) == ["America/Argentina/Ushuaia"]


async def test_a_timezone_that_does_not_exist(korean_town: Town) -> None:
    town = korean_town
    shown = await town.run(town.admin, "setup", timezone="Asia/Soul")
    assert shown.ephemeral
    assert "Asia/Seoul" in shown.text
    assert town.services.roster.settings(town.guild.id) is None


async def test_timezones_are_offered_while_typing(korean_town: Town) -> None:
    town = korean_town
    offered = await town.guild.autocomplete(
        town.admin, "setup", "timezone", "뉴욕", channel=town.general
    )
    assert [each["value"] for each in offered] == ["America/New_York"]
    offered = await town.guild.autocomplete(
        town.admin, "setup", "timezone", "", channel=town.general
    )
    assert "Asia/Seoul" in [each["value"] for each in offered]


async def test_the_panel_is_for_those_who_manage_the_server(town: Town) -> None:
    with pytest.raises(MissingPermissionError):
        await town.run(town.member, "setup")
    shown = await town.run(town.admin, "setup")
    assert shown.message is not None
    refused = await town.guild.select(town.member, shown.message, panel.HOUR, "10:00")
    assert refused.ephemeral
    assert "Manage Server" in refused.text
    assert town.services.roster.settings(town.guild.id) is None


async def test_an_announcement_channel(town: Town) -> None:
    news = town.guild._add_channel("news", discord.ChannelType.news.value, None)
    await town.server.flush()
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, news)
    await town.choose(shown, panel.REPORT_CHANNEL, news)
    assert town.monitored == {news.id}
    assert town.settings.report.channel_id == news.id


async def test_a_forum_is_told_in_a_post(town: Town) -> None:
    forum = town.guild.add_forum("ideas")
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, forum)
    (post,) = forum.threads()
    assert post.name == "Nunchi listens to the mood of this channel"
    assert town.settings.channels[0].notice_id == post.id
    assert town.settings.channels[0].since > 0
    await town.choose(shown, panel.CHANNELS)
    assert town.server.posts(post)[0].text.startswith("Nunchi no longer listens")


async def test_a_forum_where_the_bot_may_not_post(town: Town) -> None:
    forum = town.guild.add_forum("ideas")
    await forum.set_permissions(town.guild.me, deny=Permission.SEND_MESSAGES)
    await town.server.flush()
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, forum)
    assert town.services.roster.settings(town.guild.id) is None
    assert f"<#{forum.id}>: I need Create Posts." in shown.text
