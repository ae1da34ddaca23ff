from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.sandbox import Permission, Sandbox
from tests.sandbox.sandbox_client import Camp


async def test_client_learns_guild_channel_and_last_message(server: Sandbox, camp: Camp) -> None:
    await camp.guild.say(camp.alice, camp.channel, "first")
    await camp.server.flush()

    guild = camp.seen_guild()
    assert guild.name == "Study camp"
    assert guild.preferred_locale is discord.Locale.korean
    assert guild.me.id == camp.client.user.id
    assert camp.seen_channel().topic == "anything"
    assert [member.id for member in guild.members] == [camp.client.user.id]


async def test_message_travels_with_author_and_time(camp: Camp) -> None:
    when = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    said = await camp.guild.say(camp.alice, camp.channel, "안녕 hello", at=when)
    await camp.server.flush()

    [message] = camp.client.of("message")
    assert (message.id, message.content) == (said.id, "안녕 hello")
    assert (message.author.id, message.author.display_name) == (camp.alice.id, "Alice")
    assert isinstance(message.author, discord.Member)
    assert message.created_at == when == said.created_at


async def test_a_lone_surrogate_survives_the_wire(camp: Camp) -> None:
    await camp.guild.say(camp.alice, camp.channel, "half \ud83d emoji")
    await camp.server.flush()

    assert camp.client.contents() == ["half \ud83d emoji"]


async def test_edit_and_deletions_arrive_as_raw_events(camp: Camp) -> None:
    said = [await camp.guild.say(camp.alice, camp.channel, text) for text in "abcd"]
    await said[0].edit("changed", at=datetime(2027, 1, 1, tzinfo=UTC))
    await said[1].delete()
    await camp.channel.delete_messages(said[2:])
    await camp.server.flush()

    [edit] = camp.client.of("raw_message_edit")
    assert edit.message.content == "changed"
    assert edit.message.edited_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert [event.message_id for event in camp.client.of("raw_message_delete")] == [said[1].id]
    [bulk] = camp.client.of("raw_bulk_message_delete")
    assert bulk.message_ids == {said[2].id, said[3].id}
    assert [message.content async for message in camp.seen_channel().history()] == ["changed"]


async def test_every_kind_of_message_is_recognisable(camp: Camp) -> None:
    guild, channel, alice = camp.guild, camp.channel, camp.alice
    robot = guild.add_member("Robot", bot=True)
    said = await guild.say(alice, channel, "original")
    await guild.say(robot, channel, "beep")
    await guild.say_as_webhook("News", channel, "headline")
    await guild.say_system(alice, channel)
    await guild.say(alice, channel, "answer", reply_to=said)
    await guild.say(alice, channel, forward=said)
    await guild.say(alice, channel, stickers=["wave"])
    await guild.say(alice, channel, "look", files=[("note.txt", b"text")])
    await guild.say(alice, channel, embeds=[{"title": "T", "description": "D"}])
    await camp.server.flush()

    plain, bot, hook, join, reply, forward, sticker, file, embed = camp.client.of("message")
    assert not plain.author.bot
    assert bot.author.bot
    assert hook.webhook_id is not None
    assert join.type is discord.MessageType.new_member
    assert reply.type is discord.MessageType.reply
    assert reply.reference.message_id == said.id
    assert reply.reference.resolved.content == "original"
    assert forward.content == ""
    assert forward.message_snapshots[0].content == "original"
    assert sticker.stickers[0].name == "wave"
    assert (await file.attachments[0].read()) == b"text"
    assert embed.embeds[0].title == "T"
    assert camp.channel.history.get(embed.id).text == "T\nD"


async def test_mentions_name_known_people_and_roles(camp: Camp) -> None:
    role = camp.guild.add_role("Helpers")
    text = f"{camp.alice.mention} and <@&{role.id}> in {camp.channel.mention} and <@1>"
    await camp.guild.say(camp.alice, camp.channel, text)
    await camp.server.flush()

    [message] = camp.client.of("message")
    assert [user.id for user in message.mentions] == [camp.alice.id]
    assert message.role_mentions[0].id == role.id


async def test_history_pages_all_three_ways(camp: Camp) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    said = [
        await camp.guild.say(camp.alice, camp.channel, str(n), at=start + timedelta(minutes=n))
        for n in range(230)
    ]
    history = camp.seen_channel().history

    newest_first = [message.content async for message in history(limit=None)]
    assert newest_first == [str(n) for n in reversed(range(230))]
    after = history(limit=None, after=discord.Object(said[99].id), oldest_first=True)
    assert [message.content async for message in after] == [str(n) for n in range(100, 230)]
    before = history(limit=3, before=discord.Object(said[50].id))
    assert [message.content async for message in before] == ["49", "48", "47"]
    around = history(limit=5, around=discord.Object(said[20].id))
    assert {message.content async for message in around} == {"18", "19", "20", "21", "22"}


async def test_history_survives_messages_said_out_of_order(camp: Camp) -> None:
    late = await camp.guild.say(camp.alice, camp.channel, "late")
    early = await camp.guild.say(
        camp.alice, camp.channel, "early", at=late.created_at - timedelta(days=1)
    )

    assert [message.content async for message in camp.seen_channel().history()] == ["late", "early"]
    assert camp.channel.last_message_id == late.id
    await late.delete()
    assert camp.channel.last_message_id == late.id
    assert camp.channel.history.last_id == early.id
    assert len(camp.channel.history) == 1


async def test_a_page_of_more_than_a_hundred_is_refused(camp: Camp) -> None:
    with pytest.raises(discord.HTTPException, match="between 1 and 100"):
        await camp.client.http.logs_from(camp.channel.id, 101)
    with pytest.raises(discord.HTTPException, match="not int"):
        await camp.client.http.logs_from(camp.channel.id, 5, before="soon")
    with pytest.raises(discord.HTTPException, match="not snowflake"):
        await camp.client.http.get_message(camp.channel.id, "first")


async def test_bot_posts_edits_and_deletes(camp: Camp) -> None:
    channel = camp.seen_channel()
    sent = await channel.send(
        "hello",
        embed=discord.Embed(title="card"),
        file=discord.File(io.BytesIO(b"bytes"), "a.bin", description="what it shows"),
        allowed_mentions=discord.AllowedMentions.none(),
        silent=True,
    )
    [post] = camp.server.posts(camp.channel)
    assert (post.id, post.content, post.text) == (sent.id, "hello", "hello\ncard")
    assert post.files[0].content == b"bytes"
    assert post.files[0].description == "what it shows"
    assert post.allowed_mentions == {"parse": []}
    assert post.flags == 1 << 12
    assert await sent.attachments[0].read() == b"bytes"

    edited = await sent.edit(content="changed", attachments=[], embed=None)
    assert (edited.content, edited.attachments, edited.embeds) == ("changed", [], [])
    assert (await channel.fetch_message(sent.id)).content == "changed"
    await sent.delete()
    assert camp.server.posts(camp.channel) == []
    with pytest.raises(discord.NotFound) as missing:
        await channel.fetch_message(sent.id)
    assert missing.value.code == 10008


async def test_files_and_components_are_kept_through_an_edit(camp: Camp) -> None:
    view = discord.ui.View()
    view.add_item(discord.ui.Button(label="Go", custom_id="go"))
    sent = await camp.seen_channel().send("x", file=discord.File(io.BytesIO(b"1"), "1"), view=view)
    extra = discord.File(io.BytesIO(b"2"), "2")
    edited = await sent.edit(content="y", attachments=[*sent.attachments, extra])

    assert [file.filename for file in edited.attachments] == ["1", "2"]
    assert len(edited.components) == 1
    view.stop()


async def test_replies_point_at_their_message(camp: Camp) -> None:
    said = await camp.guild.say(camp.alice, camp.channel, "question")
    channel = camp.seen_channel()
    question = await channel.fetch_message(said.id)

    quiet = await question.reply("quiet", mention_author=False)
    loud = await question.reply("loud", mention_author=True)
    assert quiet.type is discord.MessageType.reply
    assert quiet.mentions == []
    assert [user.id for user in loud.mentions] == [camp.alice.id]
    await said.delete()
    with pytest.raises(discord.HTTPException, match="Unknown message"):
        await question.reply("too late")
    lenient = discord.MessageReference.from_message(question, fail_if_not_exists=False)
    assert (await channel.send("anyway", reference=lenient)).reference is None
    resolved = (await channel.fetch_message(quiet.id)).reference.resolved
    assert isinstance(resolved, discord.DeletedReferencedMessage)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": ""}, 50006),
        ({"content": "x", "embeds": [{"title": "e"}] * 11}, 50035),
        ({"embeds": [{"description": "x" * 3001}] * 2}, 50035),
        ({"content": "x", "nonce": "n" * 26}, 50035),
        ({"content": "x", "enforce_nonce": True}, 50035),
        ({"content": "x", "components": 5}, 50035),
    ],
)
async def test_bad_posts_are_refused_as_discord_does(
    camp: Camp, body: dict[str, object], code: int
) -> None:
    route = discord.http.Route(
        "POST", "/channels/{channel_id}/messages", channel_id=camp.channel.id
    )
    with pytest.raises(discord.HTTPException) as refused:
        await camp.client.http.request(route, json=body)

    assert (refused.value.status, refused.value.code) == (400, code)
    assert camp.server.posts(camp.channel) == []


async def test_broken_json_is_refused(camp: Camp) -> None:
    route = discord.http.Route(
        "POST", "/channels/{channel_id}/messages", channel_id=camp.channel.id
    )
    with pytest.raises(discord.HTTPException) as refused:
        await camp.client.http.request(route, data="{")
    assert refused.value.code == 50109


async def test_the_same_nonce_posts_once_for_a_few_minutes(camp: Camp) -> None:
    camp.server.clock.set(datetime(2026, 11, 16, tzinfo=UTC))

    async def post():
        route = discord.http.Route(
            "POST", "/channels/{channel_id}/messages", channel_id=camp.channel.id
        )
        body = {"content": "report", "nonce": "week-46", "enforce_nonce": True}
        return (await camp.client.http.request(route, json=body))["id"]

    first = await post()
    camp.server.clock.advance(timedelta(minutes=2))
    assert await post() == first
    camp.server.clock.advance(timedelta(minutes=10))
    assert await post() != first
    assert len(camp.server.posts(camp.channel)) == 2


async def test_others_messages_cannot_be_edited_and_need_permission_to_delete(camp: Camp) -> None:
    said = await camp.guild.say(camp.alice, camp.channel, "mine")
    message = await camp.seen_channel().fetch_message(said.id)

    with pytest.raises(discord.Forbidden) as edit:
        await message.edit(content="yours")
    assert edit.value.code == 50005
    with pytest.raises(discord.Forbidden) as delete:
        await message.delete()
    assert delete.value.code == 50013


async def test_bulk_deletion_keeps_to_discords_limits(camp: Camp) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    camp.server.clock.set(now)
    await camp.guild.set_bot_permissions(Permission.ADMINISTRATOR)
    said = [await camp.guild.say(camp.alice, camp.channel, text) for text in "abc"]
    old = await camp.guild.say(camp.alice, camp.channel, "old", at=now - timedelta(days=15))
    http = camp.client.http

    await http.delete_messages(camp.channel.id, [said[0].id, said[1].id])
    with pytest.raises(discord.HTTPException) as too_old:
        await http.delete_messages(camp.channel.id, [said[2].id, old.id])
    assert too_old.value.code == 50034
    with pytest.raises(discord.HTTPException) as too_few:
        await http.delete_messages(camp.channel.id, [said[2].id])
    assert too_few.value.code == 50016
    assert [message.content for message in camp.channel.history] == ["old", "c"]


async def test_pins_are_listed_and_announced(camp: Camp) -> None:
    said = await camp.guild.say(camp.alice, camp.channel, "keep")
    message = await camp.seen_channel().fetch_message(said.id)
    with pytest.raises(discord.Forbidden):
        await message.pin()
    await camp.guild.set_bot_permissions(Permission.ADMINISTRATOR)

    await message.pin()
    await camp.server.flush()
    assert [pin.id async for pin in camp.seen_channel().pins()] == [said.id]
    assert camp.client.of("message")[-1].type is discord.MessageType.pins_add
    await message.unpin()
    assert [pin.id async for pin in camp.seen_channel().pins()] == []


async def test_direct_messages_go_both_ways(camp: Camp) -> None:
    await camp.server.say_direct(camp.alice, "psst")
    await camp.server.flush()
    user = await camp.client.fetch_user(camp.alice.id)
    await user.send("yes?")

    [heard] = camp.client.of("message")[:1]
    assert (heard.content, heard.guild) == ("psst", None)
    direct = camp.server.direct_channel(camp.alice)
    assert [post.content for post in camp.server.posts(direct)] == ["yes?"]
    said = await camp.server.say_direct(camp.alice, "gone")
    await said.delete()
    await camp.server.flush()
    assert camp.client.of("raw_message_delete")[-1].guild_id is None


async def test_everyone_is_mentioned_only_with_permission(camp: Camp) -> None:
    channel = camp.seen_channel()
    everyone = discord.AllowedMentions(everyone=True, users=[camp.alice])
    assert not (await channel.send("@everyone", allowed_mentions=everyone)).mention_everyone
    await camp.guild.set_bot_permissions(Permission.ADMINISTRATOR)
    loud = await channel.send(f"@everyone {camp.alice.mention}", allowed_mentions=everyone)
    assert loud.mention_everyone
    assert [user.id for user in loud.mentions] == [camp.alice.id]


async def test_typing_and_reads_of_channel_guild_and_member(camp: Camp) -> None:
    async with camp.seen_channel().typing():
        pass
    assert (await camp.client.fetch_channel(camp.channel.id)).name == "general"
    guild = await camp.client.fetch_guild(camp.guild.id)
    assert guild.approximate_member_count == 3
    assert [channel.name for channel in await guild.fetch_channels()] == ["general"]
    assert (await guild.fetch_member(camp.alice.id)).name == "Alice"
    assert len(await guild.fetch_roles()) == 2
    with pytest.raises(discord.NotFound):
        await guild.fetch_member(1)
    with pytest.raises(discord.NotFound):
        await camp.client.fetch_user(1)
    with pytest.raises(discord.NotFound):
        await camp.client.fetch_channel(1)


async def test_unknown_files_are_not_found(camp: Camp) -> None:
    async with camp.client.http._HTTPClient__session.get(
        f"{camp.server.base_url}/cdn/attachments/1/2/x"
    ) as answer:
        assert answer.status == 404


async def test_nobody_can_say_more_than_discord_allows(camp: Camp) -> None:
    with pytest.raises(ValueError, match="4000"):
        await camp.guild.say(camp.alice, camp.channel, "x" * 4001)


async def test_posts_before_any_client_are_in_the_history(server: Sandbox) -> None:
    guild = server.add_guild("Quiet")
    channel = guild.add_channel("general")
    await guild.say(guild.add_member("Bo"), channel, "first")
    assert [message.content for message in channel.history] == ["first"]
