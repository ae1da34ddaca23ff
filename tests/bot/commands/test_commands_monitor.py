from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.sandbox import Member, Permission
from bot.sandbox.errors import MissingPermissionError
from bot.sandbox.jsontypes import JsonObject
from storage.records import GuildSettings, MonitoredChannel
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_add_listens_from_now_on(town: Town) -> None:
    old = await town.guild.say(town.member, town.general, "written before")
    await town.server.flush()
    reply = await town.run(town.admin, "monitor add", channel=town.general)
    assert reply.ephemeral
    assert reply.text == f"I listen to <#{town.general.id}> from now on."
    assert town.settings.channels[0].since == old.id
    assert len(town.server.posts(town.general)) == 1
    await town.guild.say(town.member, town.general, "What a lovely day")
    await town.heard()
    assert await town.records() == 1


async def test_add_twice(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    reply = await town.run(town.admin, "monitor add", channel=town.general)
    assert reply.text == f"I listen to <#{town.general.id}> already."
    assert len(town.server.posts(town.general)) == 1


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        (Permission.VIEW_CHANNEL, "채널 보기, 메시지 기록 보기 및 메시지 보내기"),
        (Permission.READ_MESSAGE_HISTORY, "메시지 기록 보기"),
    ],
)
async def test_add_names_what_is_missing_and_changes_nothing(
    korean_town: Town, denied: Permission, named: str
) -> None:
    town = korean_town
    closed = await town.closed_channel("closed", denied=denied)
    reply = await town.run(town.admin, "monitor add", channel=closed)
    assert "아무것도 바꾸지 않았어요." in reply.text
    assert f"<#{closed.id}>: 이 권한이 필요해요: {named}." in reply.text
    assert town.services.roster.settings(town.guild.id) is None


async def test_add_without_a_way_to_tell_the_members(town: Town) -> None:
    quiet = await town.closed_channel("quiet", denied=Permission.SEND_MESSAGES)
    reply = await town.run(town.admin, "monitor add", channel=quiet)
    assert reply.text.startswith("Nothing was changed.")
    assert f"<#{quiet.id}>: I need Send Messages." in reply.text
    await town.guild.say(town.member, quiet, "What a lovely day")
    await town.heard()
    assert await town.records() == 0
    await quiet.set_permissions(town.guild.me)
    await town.server.flush()
    reply = await town.run(town.admin, "monitor add", channel=quiet)
    assert "I listen to" in reply.text
    assert town.monitored == {quiet.id}
    assert len(town.server.posts(quiet)) == 1


async def test_add_when_discord_refuses_the_notice(town: Town) -> None:
    route = "POST /channels/{channel_id}/messages"
    town.server.fail(route, status=403, code=50013)
    reply = await town.run(town.admin, "monitor add", channel=town.general)
    assert reply.text.startswith("Nothing was changed.")
    assert f"<#{town.general.id}>: I need Send Messages." in reply.text
    assert town.monitored == set()
    await town.guild.say(town.member, town.general, "What a lovely day")
    await town.heard()
    assert await town.records() == 0


async def test_remove_keeps_the_numbers_and_says_so(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.guild.say(town.member, town.general, "What a lovely day")
    await town.heard()
    reply = await town.run(town.admin, "monitor remove", channel=town.general.mention)
    assert "are kept" in reply.text
    assert "/privacy delete" in reply.text
    assert town.monitored == set()
    assert await town.records() == 1
    assert town.server.posts(town.general)[0].text.startswith("Nunchi no longer listens")
    await town.guild.say(town.member, town.general, "This is not measured")
    await town.heard()
    assert await town.records() == 1


async def test_remove_when_the_notice_is_gone(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.server.posts(town.general)[0].delete()
    reply = await town.run(town.admin, "monitor remove", channel=town.general.mention)
    assert "I no longer listen" in reply.text


async def test_remove_what_was_never_added(town: Town) -> None:
    reply = await town.run(town.admin, "monitor remove", channel=town.general.mention)
    assert reply.text == f"I do not listen to <#{town.general.id}>."


async def test_list_is_empty_at_first(korean_town: Town) -> None:
    reply = await korean_town.run(korean_town.admin, "monitor list")
    assert reply.text == "아직 살펴보는 채널이 없어요. `/setup`으로 시작해 주세요."


async def test_list_shows_channels_and_problems(town: Town) -> None:
    other = town.guild.add_channel("other")
    for channel in (town.general, other):
        await town.run(town.admin, "monitor add", channel=channel)
    await other.set_permissions(town.guild.me, deny=Permission.VIEW_CHANNEL)
    await town.server.flush()
    reply = await town.run(town.admin, "monitor list")
    assert "Listening to 2 channels" in reply.text
    assert f"• <#{town.general.id}>" in reply.text
    assert f"• <#{other.id}>: I need View Channel and Read Message History." in reply.text


async def test_list_posts_a_notice_that_was_not_possible_before(town: Town) -> None:
    quiet = await town.closed_channel("quiet", denied=Permission.SEND_MESSAGES)
    # As an older version kept it, or one whose notice was deleted.
    await town.services.roster.add_channel(
        GuildSettings(town.guild.id), MonitoredChannel(quiet.id, 0)
    )
    reply = await town.run(town.admin, "monitor list")
    assert f"• <#{quiet.id}>: I need Send Messages." in reply.text
    await quiet.set_permissions(town.guild.me)
    await town.server.flush()
    reply = await town.run(town.admin, "monitor list")
    assert "I need" not in reply.text
    assert len(town.server.posts(quiet)) == 1


async def test_add_a_channel_that_has_just_been_deleted(town: Town) -> None:
    doomed = town.guild.add_channel("doomed")
    await doomed.delete()
    await town.server.flush()
    reply = await town.run(town.admin, "monitor add", channel=doomed)
    assert reply.text.startswith("Nothing was changed.")


async def test_two_administrators_at_once_post_one_notice(town: Town) -> None:
    await asyncio.gather(
        *(town.run(town.admin, "monitor add", channel=town.general) for _ in range(3))
    )
    assert [each.channel_id for each in town.settings.channels] == [town.general.id]
    assert len(town.server.posts(town.general)) == 1


async def test_remove_a_forum_whose_notice_is_archived(town: Town) -> None:
    forum = town.guild.add_forum("ideas")
    await town.run(town.admin, "monitor add", channel=forum)
    (post,) = forum.threads()
    await post.archive()
    await town.server.flush()
    reply = await town.run(town.admin, "monitor remove", channel=forum.mention)
    assert "I no longer listen" in reply.text
    assert town.monitored == set()


async def test_list_stays_short_with_very_many_channels(town: Town) -> None:
    names = [f"a-channel-with-quite-a-long-name-{number}" for number in range(130)]
    channels = [town.guild.add_channel(name) for name in names]
    for channel in channels:
        await channel.set_permissions(town.guild.me, deny=Permission.VIEW_CHANNEL)
    await town.server.flush()
    monitored = tuple(MonitoredChannel(channel.id, since=0) for channel in channels)
    settings = GuildSettings(town.guild.id, channels=monitored)
    await town.services.roster.change(town.guild.id, lambda _: settings)
    reply = await town.run(town.admin, "monitor list")
    assert "Listening to 130 channels" in reply.text
    assert "…and" in reply.text
    assert len(reply.text) <= 4000
    shown = await town.run(town.admin, "setup")
    assert "Still to do" in shown.text


async def test_remove_offers_what_is_listened_to(town: Town) -> None:
    other = town.guild.add_channel("other")
    await town.run(town.admin, "monitor add", channel=town.general)
    channels = (*town.settings.channels, MonitoredChannel(5, since=0))
    await town.services.roster.change(
        town.guild.id, lambda settings: replace(settings, channels=channels)
    )

    async def offered(who: Member, typed: str) -> list[JsonObject]:
        return await town.guild.autocomplete(
            who, "monitor remove", "channel", typed, channel=town.general
        )

    everything = await offered(town.admin, "")
    assert [each["name"] for each in everything] == [
        "#general",
        "a channel that is gone (5)",
    ]
    assert [each["name"] for each in await offered(town.admin, "#GEN")] == ["#general"]
    reply = await town.run(town.admin, "monitor remove", channel=everything[1]["value"])
    assert "I no longer listen to <#5>." in reply.text
    reply = await town.run(town.admin, "monitor remove", channel="#general")
    assert f"I no longer listen to <#{town.general.id}>." in reply.text
    reply = await town.run(town.admin, "monitor remove", channel="@everyone")
    assert reply.text.startswith("I listen to no channel called @\u200beveryone.")
    reply = await town.run(town.admin, "monitor remove", channel=str(other.id))
    assert reply.text == f"I do not listen to <#{other.id}>."


async def test_members_may_not(town: Town) -> None:
    for command in ("monitor add", "monitor remove", "monitor list"):
        with pytest.raises(MissingPermissionError):
            await town.run(town.member, command)
