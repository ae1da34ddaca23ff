"""Whatever people, programs and permissions come up with: a sensible record, or none at all."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from bot.application import Application
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from tests.support.camp import (
    HAPPY,
    Camp,
    is_classified,
    pitch_beside,
    same_scores,
    stored_scores,
    verdicts,
)
from tests.support.running_bot import running, settings_for, settled, until

PICTURE = ("cat.png", b"not really a picture")


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running_server:
        running_server.add_guild("Home")
        yield running_server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def application(server, tmp_path_factory) -> AsyncIterator[Application]:
    settings = settings_for(server, tmp_path_factory.mktemp("nunchi"))
    async with running(settings) as running_application:
        yield running_application


@pytest_asyncio.fixture(loop_scope="module")
async def camp(server, application) -> Camp:
    return await pitch_beside(application, server)


async def scores_of(camp: Camp, application, message) -> np.ndarray | None:
    """Return what is stored of a message, once an ordinary one that came after it is stored."""
    after = await camp.say("내일 봐요")
    await until(lambda: (after.id,) in camp.rows())
    return (await stored_scores(application.services.store, camp.guild.id)).get(message.id)


async def assert_judged(camp, application, message, text=None) -> None:
    text = message.content if text is None else text
    scores = await scores_of(camp, application, message)
    assert scores is not None
    assert is_classified(scores)
    assert same_scores(scores, (await verdicts([text]))[text])


async def assert_unclassified(camp, application, message) -> None:
    """A person said something without words: it counts as a message, and as no mood."""
    scores = await scores_of(camp, application, message)
    assert scores is not None
    assert np.isnan(scores[:-1]).all()
    assert scores[-1] == 0
    assert dict(camp.rows("id, model"))[message.id] == ""


async def assert_ignored(camp, application, message) -> None:
    assert await scores_of(camp, application, message) is None


async def test_an_empty_message(camp, application):
    await assert_unclassified(camp, application, await camp.say("", files=[PICTURE]))


async def test_white_space_only(camp, application):
    await assert_unclassified(camp, application, await camp.say(" \n\t "))


async def test_4000_characters(camp, application):
    text = ("정말 행복한 하루였다! " * 400)[:4000]
    assert len(text) == 4000
    await assert_judged(camp, application, await camp.say(text))


async def test_only_emoji(camp, application):
    message = await camp.say("😀😍")
    await assert_judged(camp, application, message)
    scores = (await stored_scores(application.services.store, camp.guild.id))[message.id]
    assert scores[-1] > 0.3


async def test_only_zero_width_characters(camp, application):
    await assert_unclassified(camp, application, await camp.say("\u200b\u200e\ufeff\u2060"))


async def test_zero_width_characters_within_words(camp, application):
    message = await camp.say("so hap\u200bpy today")
    scores = await scores_of(camp, application, message)
    assert same_scores(scores, (await verdicts(["so happy today"]))["so happy today"])


async def test_right_to_left_text_and_overrides(camp, application):
    await assert_judged(
        camp, application, await camp.say("\u202eمرحبا، أنا سعيد جدا\u202c I love it")
    )


async def test_a_broken_surrogate(camp, application):
    await assert_judged(camp, application, await camp.say("so happy \ud83d today"))


async def test_a_broken_surrogate_alone(camp, application):
    scores = await scores_of(camp, application, await camp.say("\udc00"))
    assert scores is not None
    assert scores[-1] == 0


async def test_one_url(camp, application):
    await assert_unclassified(camp, application, await camp.say("https://example.org/happy?sad=1"))


async def test_a_bot(camp, application):
    robot = camp.guild.add_member("Robot", bot=True)
    await assert_ignored(
        camp, application, await camp.guild.say(robot, camp.channel, "I am so happy")
    )


async def test_the_bot_itself(camp, application):
    message = await camp.guild.say(camp.guild.me, camp.channel, "I am so happy")
    await assert_ignored(camp, application, message)


async def test_a_webhook(camp, application):
    message = await camp.guild.say_as_webhook("news", camp.channel, "Great news!")
    await assert_ignored(camp, application, message)


async def test_a_system_message(camp, application):
    await assert_ignored(camp, application, await camp.guild.say_system(camp.member, camp.channel))


async def test_a_pinned_message_is_no_new_one(camp, application):
    message = await camp.say(HAPPY[0])
    await message.pin(camp.member.user)
    await assert_judged(camp, application, message)
    assert len(camp.rows()) == 2


async def test_a_thread_counts_for_its_channel(camp, application):
    thread = await camp.guild.add_thread(camp.channel, "help", camp.member)
    message = await camp.say(HAPPY[0], thread)
    await assert_judged(camp, application, message)
    assert (message.id, camp.channel.id, thread.id) in camp.rows("id, channel, thread")


async def test_a_thread_of_a_channel_that_is_not_listened_to(camp, application):
    room = camp.guild.add_channel("room")
    thread = await camp.guild.add_thread(room, "help", camp.member)
    await assert_ignored(camp, application, await camp.say(HAPPY[0], thread))


async def test_an_archived_thread_that_is_written_in_again(camp, application):
    thread = await camp.guild.add_thread(camp.channel, "help", camp.member)
    await thread.archive()
    await thread.archive(archived=False)
    await assert_judged(camp, application, await camp.say(HAPPY[0], thread))


async def test_a_deleted_thread_is_forgotten_alone(server, camp, application):
    thread = await camp.guild.add_thread(camp.channel, "help", camp.member)
    kept, gone = await camp.say(HAPPY[0]), await camp.say(HAPPY[0], thread)
    await until(lambda: len(camp.rows()) == 2)
    await thread.delete()
    await until(lambda: camp.rows() == [(kept.id,)])
    assert gone.deleted is False


async def test_a_forum_post(camp, application):
    forum = camp.guild.add_forum("questions")
    await camp.server.flush()
    await camp.listen(application, camp.channel, forum)
    post = await camp.guild.add_post(forum, "How?", camp.member, "도와주세요 너무 슬프다 ㅠㅠ")
    answer = await camp.say(HAPPY[0], post)
    await assert_judged(camp, application, answer)
    rows = camp.rows("id, channel, thread")
    assert (post.id, forum.id, post.id) in rows
    assert (answer.id, forum.id, post.id) in rows


async def test_a_channel_without_permission_to_read_its_history(server, camp, application):
    room = camp.guild.add_channel("room")
    await room.set_permissions(camp.guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    await camp.say(HAPPY[0], room)
    await server.flush()
    await camp.listen(application, camp.channel, room)
    live = await camp.say(HAPPY[1], room)
    await assert_judged(camp, application, live)
    assert len(camp.rows()) == 2
    assert all(request.status != 403 for request in server.requests)


async def test_a_channel_that_the_bot_cannot_see(server, camp, application):
    await camp.channel.set_permissions(camp.guild.everyone, deny=Permission.VIEW_CHANNEL)
    await camp.say(HAPPY[0])
    await server.flush()
    await settled(application)
    assert camp.rows() == []


async def test_a_sticker_alone(camp, application):
    await assert_unclassified(camp, application, await camp.say("", stickers=["wave"]))


async def test_a_forwarded_message_is_not_the_words_of_who_forwards(camp, application):
    original = await camp.say(HAPPY[0])
    await assert_unclassified(camp, application, await camp.say("", forward=original))


async def test_a_reply_is_judged_without_what_it_answers(camp, application):
    original = await camp.say("I hate this, terrible day")
    await assert_judged(camp, application, await camp.say(HAPPY[1], reply_to=original))


async def test_a_direct_message(server, camp, application):
    await server.say_direct(camp.member, HAPPY[0])
    await camp.expect(application, [])


async def test_a_channel_nobody_has_heard_of(server, camp, application):
    known = await camp.say(HAPPY[0])
    odd = known.event("MESSAGE_CREATE").data | {"id": str(known.id + 1), "channel_id": "1"}
    await server.send_raw("MESSAGE_CREATE", odd)
    await camp.expect(application, [known])


async def test_an_edit_in_a_channel_nobody_has_heard_of(server, camp, application):
    known = await camp.say(HAPPY[0])
    await server.flush()
    event = known.event("MESSAGE_UPDATE").data
    odd = event | {"channel_id": "1", "edited_timestamp": "2026-11-20T00:00:00+00:00"}
    await server.send_raw("MESSAGE_UPDATE", odd)
    await assert_judged(camp, application, known)


async def test_an_edit_that_leaves_no_words(camp, application):
    message = await camp.say(HAPPY[0])
    await message.edit("https://example.org/")
    await assert_unclassified(camp, application, message)


async def test_an_update_that_changes_no_text(camp, application):
    message = await camp.say(HAPPY[0])
    message.embeds = [{"type": "rich", "description": "a preview"}]
    message.world.publish(message.event("MESSAGE_UPDATE"))
    await assert_judged(camp, application, message)
