from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.sandbox import Channel, Clock, Permission, Sandbox
from bot.sandbox.permissions import may
from bot.sandbox.snowflakes import snowflake_at, time_of
from tests.sandbox.sandbox_client import Camp, running

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def text_channel(camp: Camp, channel: Channel) -> discord.TextChannel:
    return camp.seen_channel(channel)


def test_the_clock_stands_still_once_set() -> None:
    clock = Clock(START)
    assert clock.now() == START
    assert clock.advance(timedelta(hours=1)) == START + timedelta(hours=1)
    clock.run()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="timezone"):
        clock.set(datetime(2026, 1, 1))  # noqa: DTZ001 - a naive time is what is refused


def test_ids_carry_their_time_to_the_millisecond() -> None:
    moment = START + timedelta(milliseconds=123)
    assert time_of(snowflake_at(moment, 7)) == moment
    assert snowflake_at(moment) == discord.utils.time_snowflake(moment)


async def test_ids_and_edit_times_follow_the_clock() -> None:
    async with Sandbox(clock=Clock(START)) as server:
        guild = server.add_guild("Past")
        channel = guild.add_channel("general")
        alice = guild.add_member("Alice")
        first = await guild.say(alice, channel, "one")
        server.clock.advance(timedelta(days=1))
        await first.edit("two")
        second = await guild.say(alice, channel, "three")
        assert first.created_at == START
        assert first.edited_at == second.created_at == START + timedelta(days=1)
        assert first.id != second.id


async def test_roles_and_overwrites_decide_what_a_member_may_do(server: Sandbox) -> None:
    guild = server.add_guild("Rules", everyone=Permission.VIEW_CHANNEL)
    channel = guild.add_channel("general")
    writers = guild.add_role("Writers", Permission.SEND_MESSAGES)
    muted = guild.add_role("Muted")
    member = guild.add_member("Ana", roles=[writers, muted])

    assert may(member, channel, Permission.SEND_MESSAGES)
    await channel.set_permissions(guild.everyone, deny=Permission.SEND_MESSAGES)
    assert not may(member, channel, Permission.SEND_MESSAGES)
    await channel.set_permissions(writers, allow=Permission.SEND_MESSAGES)
    await channel.set_permissions(muted, deny=Permission.SEND_MESSAGES)
    assert may(member, channel, Permission.SEND_MESSAGES)
    await channel.set_permissions(member, deny=Permission.SEND_MESSAGES)
    assert not may(member, channel, Permission.SEND_MESSAGES)
    await channel.set_permissions(member)
    assert may(member, channel, Permission.SEND_MESSAGES)
    assert may(guild.owner, channel, Permission.ADMINISTRATOR)


async def test_the_client_sees_the_same_permissions(camp: Camp) -> None:
    seen = camp.seen_channel()
    assert not seen.permissions_for(seen.guild.me).manage_messages
    await camp.guild.set_bot_permissions(Permission.VIEW_CHANNEL | Permission.MANAGE_MESSAGES)
    await camp.channel.set_permissions(camp.guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    await camp.server.flush()

    mine = seen.permissions_for(seen.guild.me)
    assert mine.manage_messages
    assert not mine.read_message_history
    assert len(camp.client.of("guild_role_update")) == 1
    assert len(camp.client.of("guild_channel_update")) == 1


async def test_without_permission_the_bot_is_refused(camp: Camp) -> None:
    seen = camp.seen_channel()
    said = await camp.guild.say(camp.alice, camp.channel, "hi")

    await camp.channel.set_permissions(camp.guild.me, deny=Permission.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as refused:
        await seen.send("x")
    assert refused.value.code == 50013
    await camp.channel.set_permissions(camp.guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    assert [message async for message in seen.history()] == []
    with pytest.raises(discord.Forbidden):
        await seen.fetch_message(said.id)
    await camp.channel.set_permissions(camp.guild.me, deny=Permission.EMBED_LINKS)
    assert (await seen.send("text", embed=discord.Embed(title="card"))).embeds == []
    await camp.channel.set_permissions(camp.guild.me, deny=Permission.VIEW_CHANNEL)
    with pytest.raises(discord.Forbidden) as hidden:
        await seen.fetch_message(said.id)
    assert hidden.value.code == 50001


async def test_what_the_bot_cannot_see_is_not_sent_to_it(camp: Camp) -> None:
    await camp.channel.set_permissions(camp.guild.me, deny=Permission.VIEW_CHANNEL)
    said = await camp.guild.say(camp.alice, camp.channel, "secret")
    await said.delete()
    await camp.server.flush()
    assert camp.client.of("message") == []
    assert camp.client.of("raw_message_delete") == []


async def test_channels_are_created_renamed_and_deleted(camp: Camp) -> None:
    channel = camp.guild.add_channel("second")
    await channel.rename("renamed")
    await camp.server.flush()
    seen = text_channel(camp, channel)
    assert (seen.name, seen.position, seen.mention) == ("renamed", 1, channel.mention)

    await channel.delete()
    await camp.server.flush()
    assert camp.client.get_channel(channel.id) is None
    with pytest.raises(discord.NotFound) as gone:
        await seen.send("x")
    assert gone.value.code == 10003
    with pytest.raises(discord.Forbidden):
        await camp.seen_channel().edit(name="mine")
    await camp.guild.set_bot_permissions(Permission.ADMINISTRATOR)
    await camp.seen_channel().edit(name="mine")
    assert camp.channel.name == "mine"
    await camp.seen_channel().delete()
    assert camp.channel.deleted


async def test_threads_come_with_the_guild_and_at_run_time(server: Sandbox) -> None:
    guild = server.add_guild("Threads")
    channel = guild.add_channel("general")
    alice = guild.add_member("Alice")
    early = await guild.add_thread(channel, "early", alice)
    closed = await guild.add_thread(channel, "closed", alice)
    await closed.archive()
    async with running(server) as client:
        seen = client.get_guild(guild.id)
        assert [thread.id for thread in seen.threads] == [early.id]
        late = await guild.add_thread(channel, "late", alice)
        await guild.say(alice, late, "in the thread")
        await late.rename("renamed")
        await server.flush()
        assert [thread.name for thread in client.of("thread_create")] == ["renamed"]
        assert client.of("message")[0].channel.parent_id == channel.id
        await late.archive()
        await server.flush()
        assert seen.get_thread(late.id) is None
        await late.archive(archived=False)
        await server.flush()
        assert seen.get_thread(late.id).name == "renamed"
        await late.delete()
        await server.flush()
        assert [event.thread_id for event in client.of("raw_thread_delete")] == [late.id]
        active = await seen.active_threads()
        assert [thread.id for thread in active] == [early.id]
        await channel.delete()
        assert guild.threads == []
        with pytest.raises(ValueError, match="thread"):
            await channel.archive()


async def test_archived_threads_are_paged(camp: Camp) -> None:
    threads = []
    hidden = await camp.guild.add_thread(camp.channel, "hidden", camp.alice, private=True)
    await camp.guild.say(camp.alice, hidden, "secret")
    await camp.server.flush()
    assert camp.client.of("message") == camp.client.of("thread_create") == []
    for number in range(5):
        thread = await camp.guild.add_thread(camp.channel, str(number), camp.alice)
        await thread.archive(at=START + timedelta(hours=number))
        threads.append(thread)
    secret = await camp.guild.add_thread(camp.channel, "secret", camp.alice, private=True)
    await secret.archive()
    seen = camp.seen_channel()

    assert [one.name async for one in seen.archived_threads(limit=None)] == [
        "4",
        "3",
        "2",
        "1",
        "0",
    ]
    before = seen.archived_threads(limit=2, before=START + timedelta(hours=3))
    assert [one.name async for one in before] == ["2", "1"]
    page = await camp.client.http.get_public_archived_threads(camp.channel.id, limit=2)
    assert page["has_more"]
    page = await camp.client.http.get_public_archived_threads(camp.channel.id, threads[1].id)
    assert [one["name"] for one in page["threads"]] == ["0"]
    with pytest.raises(discord.HTTPException, match="timestamp"):
        await camp.client.http.get_public_archived_threads(camp.channel.id, "noon")
    with pytest.raises(discord.Forbidden):
        [one async for one in seen.archived_threads(private=True)]
    assert [one async for one in seen.archived_threads(private=True, joined=True)] == []
    await camp.guild.set_bot_permissions(Permission.ADMINISTRATOR)
    assert [one.name async for one in seen.archived_threads(private=True)] == ["secret"]


async def test_the_bot_opens_uses_and_leaves_threads(camp: Camp) -> None:
    said = await camp.guild.say(camp.alice, camp.channel, "topic")
    seen = camp.seen_channel()
    message = await seen.fetch_message(said.id)
    with pytest.raises(discord.Forbidden):
        await seen.create_thread(name="private", type=discord.ChannelType.private_thread)
    await camp.guild.set_bot_permissions(Permission.ADMINISTRATOR)

    private = await seen.create_thread(name="private", type=discord.ChannelType.private_thread)
    assert private.is_private()
    thread = await message.create_thread(name="talk")
    assert thread.id == said.id
    with pytest.raises(discord.HTTPException):
        await message.create_thread(name="again")
    await thread.send("hello")
    assert [member.id for member in await thread.fetch_members()] == [camp.client.user.id]
    await thread.leave()
    await thread.join()
    await thread.edit(archived=True, locked=True)
    state = camp.guild.threads[-1].thread
    assert (state.archived, state.locked) == (True, True)
    with pytest.raises(discord.HTTPException) as locked:
        await thread.send("too late")
    assert locked.value.code == 50083
    await thread.delete()
    with pytest.raises(discord.HTTPException):
        await camp.client.http.join_thread(camp.channel.id)


async def test_forum_posts_are_threads_with_a_first_message(camp: Camp) -> None:
    forum = camp.guild.add_forum("ideas")
    post = await camp.guild.add_post(forum, "An idea", camp.alice, "What if?")
    await camp.server.flush()

    seen = camp.client.get_channel(forum.id)
    assert isinstance(seen, discord.ForumChannel)
    assert [thread.name for thread in seen.threads] == ["An idea"]
    [starter] = camp.client.of("message")
    assert (starter.id, starter.content) == (post.id, "What if?")
    assert seen.last_message_id == post.id

    created = await seen.create_thread(name="Mine", content="Text")
    assert created.message.content == "Text"
    assert created.message.id == created.thread.id
    with pytest.raises(discord.HTTPException) as no_text:
        await camp.client.http.send_message(
            forum.id, params=discord.http.handle_message_parameters(content="x")
        )
    assert no_text.value.code == 50008
    route = discord.http.Route("POST", "/channels/{channel_id}/threads", channel_id=forum.id)
    with pytest.raises(discord.HTTPException):
        await camp.client.http.request(route, json={"name": "no message"})
    direct = await camp.client.http.start_private_message(camp.alice.id)
    route = discord.http.Route("POST", "/channels/{channel_id}/threads", channel_id=direct["id"])
    with pytest.raises(discord.HTTPException):
        await camp.client.http.request(route, json={"name": "no"})


async def test_threads_appear_with_access_to_their_channel(server: Sandbox) -> None:
    guild = server.add_guild("Doors")
    channel = guild.add_channel("general")
    alice = guild.add_member("Alice")
    await channel.set_permissions(guild.me, deny=Permission.VIEW_CHANNEL)
    thread = await guild.add_thread(channel, "behind the door", alice)
    async with running(server) as client:
        assert list(client.get_guild(guild.id).threads) == []
        await guild.say(alice, thread, "unheard")
        await channel.set_permissions(guild.me)
        await guild.say(alice, thread, "heard")
        await server.flush()
        assert [one.id for one in client.get_guild(guild.id).threads] == [thread.id]
        assert client.contents() == ["heard"]
