"""Bright moments: off by default, only for who agreed, only what every reader can see anyway."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import discord
import pytest

from bot.sandbox import Channel, Interaction, Member, Permission
from bot.sandbox.messages import Message
from bot.views import bright, buttons, own_mood, privacy
from reports.period import Week, zone_of
from storage.records import Feedback
from tests.bot.commands.town import Town, part

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOYFUL = "I am so happy today, best day ever!!"
SAD = "I am so sad and lonely tonight"
ANGRY = "this makes me furious, I hate it"
DULL = "the meeting is at three"
THANKFUL = "thank you all so much, this made my day 😊"


async def opened(town: Town) -> None:
    """Listen, and let enough people write for a report."""
    await town.run(town.admin, "monitor add", channel=town.general)
    for number in range(6):
        await town.guild.say(town.guild.add_member(f"Member {number}"), town.general, DULL)
    await town.heard()


async def switched_on(town: Town) -> None:
    reply = await town.run(town.admin, "report schedule", also="bright")
    assert "Weekly reports link to joyful messages of members who agreed." in reply.text


async def asked(town: Town, who: Member) -> Interaction:
    return await (await town.run(who, "mood me")).click(buttons.BRIGHT)


async def agreed(town: Town, who: Member) -> Interaction:
    return await town.press(await asked(town, who), bright.ALLOW)


async def said(town: Town, who: Member, text: str, where: Channel | None = None) -> Message:
    message = await town.guild.say(who, where or town.general, text)
    await town.heard()
    return message


def link(message: Message) -> str:
    guild = message.channel.guild
    assert guild is not None
    return f"https://discord.com/channels/{guild.id}/{message.channel.id}/{message.id}"


async def report(town: Town, where: Channel | None = None) -> str:
    """Post a report on this week, and return what it says without the message itself."""
    channel = where or town.general
    before = {post.id for post in town.server.posts(channel)}
    await town.run(town.admin, "report now", where=channel, period="this")
    (post,) = (each for each in town.server.posts(channel) if each.id not in before)
    return post.text


async def test_off_by_default(town: Town) -> None:
    await opened(town)
    shown = await agreed(town, town.member)
    assert "This server has not switched such links on" in shown.text
    joyful = await said(town, town.member, JOYFUL)
    text = await report(town)
    assert link(joyful) not in text
    assert "Bright moments" not in text


async def test_nothing_when_nobody_agreed(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    joyful = await said(town, town.member, JOYFUL)
    text = await report(town)
    assert link(joyful) not in text
    assert "Bright moments" not in text


async def test_a_joyful_message_of_who_agreed(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    before = await said(town, town.member, JOYFUL)
    shown = await agreed(town, town.member)
    assert shown.ephemeral
    joyful = await said(town, town.member, JOYFUL)
    other = await said(town, town.guild.add_member("Silent"), JOYFUL)
    text = await report(town)
    assert "**Bright moments**" in text
    assert link(joyful) in text
    assert link(other) not in text
    assert link(before) not in text, "it was written before its author agreed"
    assert JOYFUL not in text
    assert town.member.user.name not in text


async def test_in_korean(korean_town: Town) -> None:
    town = korean_town
    await opened(town)
    await town.run(town.admin, "report schedule", also="bright")
    shown = await asked(town, town.member)
    assert "동의하지 않았어요." in shown.text
    assert part(shown.message, bright.ALLOW)["label"] == "내 기쁜 메시지를 링크해도 돼요"
    await town.press(shown, bright.ALLOW)
    joyful = await said(town, town.member, "오늘 진짜 너무 행복해요!! 고마워요 다들 ㅎㅎ")
    text = await report(town)
    assert "반짝인 순간들" in text
    assert link(joyful) in text


async def test_who_withdraws_is_gone_from_the_next_report(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    shown = await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    assert link(joyful) in await report(town)
    gone = await town.press(shown, bright.DENY)
    assert "You have not agreed" in gone.text
    assert link(joyful) not in await report(town)
    await town.press(gone, bright.ALLOW)
    assert link(joyful) not in await report(town), "a new yes is about what comes after it"


async def test_a_deleted_message(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    await joyful.delete()
    await town.heard()
    assert link(joyful) not in await report(town)


async def test_a_message_that_is_gone_unnoticed(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    town.general.history.remove(joyful.id)
    assert await town.records() == 7
    assert link(joyful) not in await report(town)


async def test_a_message_that_was_edited_since_it_was_judged(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    joyful.content, joyful.edited_at = SAD, datetime.now(UTC)
    assert link(joyful) not in await report(town)


async def test_sad_and_angry_messages_never(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    texts = (SAD, ANGRY, DULL, "너무 슬퍼서 눈물이 나요")
    messages = [await said(town, town.member, text) for text in texts]
    text = await report(town)
    assert not any(link(each) in text for each in messages)
    assert "Bright moments" not in text


async def test_a_message_that_was_corrected(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    author = town.services.roster.author(town.guild.id, town.member.id)
    correction = Feedback(
        town.guild.id, joyful.id, author, "joy", "anger", "embedded@1", datetime.now(UTC)
    )
    await town.services.store.add_feedback(correction)
    assert link(joyful) not in await report(town)


async def test_a_channel_that_not_every_reader_sees(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    private = town.guild.add_channel("private")
    await private.set_permissions(town.guild.everyone, deny=Permission.VIEW_CHANNEL)
    await private.set_permissions(town.guild.me, allow=Permission.VIEW_CHANNEL)
    await town.run(town.admin, "monitor add", channel=private)
    joyful = await said(town, town.member, JOYFUL, private)
    assert await town.records() == 7
    assert link(joyful) not in await report(town)
    assert link(joyful) in await report(town, private), "there, everybody sees it"


async def test_a_channel_that_keeps_one_role_out(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    newcomers = town.guild.add_role("Newcomers")
    lounge, square = town.guild.add_channel("lounge"), town.guild.add_channel("square")
    await lounge.set_permissions(newcomers, deny=Permission.VIEW_CHANNEL)
    await town.run(town.admin, "monitor add", channel=lounge)
    joyful = await said(town, town.member, JOYFUL, lounge)
    assert link(joyful) not in await report(town, square)
    await square.set_permissions(newcomers, deny=Permission.VIEW_CHANNEL)
    assert link(joyful) in await report(town, square), "both keep the same people out"


async def test_threads_of_everybody_and_of_few(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    other = town.guild.add_member("Other")
    for who in (town.member, other):
        await agreed(town, who)
    public = await town.guild.add_thread(town.general, "public", town.member)
    private = await town.guild.add_thread(town.general, "private", other, private=True)
    seen = await said(town, town.member, JOYFUL, public)
    hidden = await said(town, other, JOYFUL, private)
    text = await report(town)
    assert link(seen) in text
    assert link(hidden) not in text


async def test_at_most_three_and_each_author_once(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    people = [town.guild.add_member(f"Glad {number}") for number in range(5)]
    messages = []
    for who in people:
        await agreed(town, who)
        messages += [await said(town, who, text) for text in (JOYFUL, THANKFUL)]
    text = await report(town)
    linked = [each for each in messages if link(each) in text]
    assert len(linked) == 3
    assert len({each.author.id for each in linked}) == 3


async def test_without_the_right_to_attach_files(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    plain = await town.closed_channel("plain", denied=Permission.ATTACH_FILES)
    text = await report(town, plain)
    assert link(joyful) in text
    assert len(text) <= 2000


async def test_an_opt_out_and_erasure_take_it_back(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    old = await asked(town, town.member)
    await agreed(town, town.member)
    await town.run(town.member, "privacy opt-out")
    refused = await town.press(old, bright.ALLOW)
    assert "You have opted out" in refused.text
    await town.run(town.member, "privacy opt-in")
    assert "You have not agreed" in (await asked(town, town.member)).text
    await agreed(town, town.member)
    sure = await town.run(town.member, "privacy delete")
    await town.press(sure, privacy.DELETE_CONFIRMED)
    assert "You have not agreed" in (await asked(town, town.member)).text


async def test_it_is_the_member_s_own_choice(town: Town) -> None:
    await agreed(town, town.admin)
    assert "You have not agreed" in (await asked(town, town.member)).text
    await agreed(town, town.member)
    shown = await town.run(town.member, "mood me")
    assert "This is off until you choose it." in shown.text, "the two choices are apart"
    exported = await (await town.press(shown, own_mood.SHOW)).click(buttons.EXPORT)
    document = json.loads(exported.files[0].content)
    assert document["settings"]["joyful_messages_linkable_since"] is not None


async def test_the_preview_and_switching_off(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    shown = await town.run(town.admin, "report preview", period="this")
    assert shown.ephemeral
    assert link(joyful) in shown.text
    reply = await town.run(town.admin, "report schedule", also="no-bright")
    assert "link to joyful" not in reply.text
    assert link(joyful) not in await report(town)


async def test_the_report_itself_holds_nothing_of_it(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    week = Week.of(datetime.now(UTC), zone_of("UTC"))
    computed = await town.services.reporter.report(town.guild.id, week)
    assert str(joyful.id) not in repr(computed)


async def test_a_report_does_not_wait_for_what_discord_does_not_show(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    town.server.fail("GET /channels/{channel_id}/messages/{message_id}", times=1, status=400)
    text = await report(town)
    assert link(joyful) not in text
    assert link(joyful) in await report(town)


async def test_an_age_restricted_channel_is_not_linked_from_another(town: Town) -> None:
    await opened(town)
    await switched_on(town)
    await agreed(town, town.member)
    lounge = town.guild.add_channel("lounge")
    await town.run(town.admin, "monitor add", channel=lounge)
    joyful = await said(town, town.member, JOYFUL, lounge)
    client = town.application.client
    assert client is not None
    known = client.get_channel(lounge.id)
    assert isinstance(known, discord.TextChannel)
    known.nsfw = True
    assert link(joyful) not in await report(town)
    known.nsfw = False
    assert link(joyful) in await report(town)


async def test_nothing_in_a_week_that_is_hidden(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await switched_on(town)
    await agreed(town, town.member)
    joyful = await said(town, town.member, JOYFUL)
    assert link(joyful) not in await report(town), "one person alone is no community"
