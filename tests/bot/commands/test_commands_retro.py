"""`/retro`, its dialog, buttons and menu entry, through the real client on the loopback Discord."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.retro.reminding import reminder_due
from bot.sandbox import Channel, Interaction, Member, Permission
from bot.sandbox.components import walk
from bot.sandbox.errors import MissingPermissionError
from bot.sandbox.messages import Message
from reports.period import Week
from storage.records import GuildSettings
from storage.retrospectives import ChannelKind, RetroReminder, RetroSettings
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

WEBHOOKS = "POST /channels/{channel_id}/webhooks"
BOT_WITH_WEBHOOKS = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MANAGE_WEBHOOKS
)
POST_4L = {
    "liked": "The team helped me so much. I loved the demo!",
    "learned": "How to read a stack trace.",
    "lacked": "I slept badly and was sad.",
    "longed_for": "",
}


async def retro_town(town: Town, *, webhooks: bool = True) -> Town:
    """Make the first channel one for retrospectives, as an administrator would."""
    if webhooks:
        await town.guild.set_bot_permissions(BOT_WITH_WEBHOOKS)
        await town.server.flush()
    shown = await town.run(town.admin, "monitor kind", channel=town.general, kind="retrospective")
    assert shown.text is not None
    return town


async def written(town: Town, who: Member, **values: str) -> Interaction:
    opened = await town.run(who, "retro write")
    return await opened.submit_modal(**(values or POST_4L))


def post_of(channel: Channel) -> list[Message]:
    """Return what stands in a channel beside the notice: posts with a button to delete them."""
    return [
        message
        for message in channel.history
        if any("nunchi:retro:mine" in str(each) for each in walk(message.components))
    ]


async def kept(town: Town) -> list[tuple[int, str]]:
    """Return (message id, section) of everything that is kept of retrospectives."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    start = datetime.now(UTC) - timedelta(days=1)
    return [
        (message_id, section)
        async for page in town.services.store.retrospectives(town.guild.id, start, tomorrow)
        for message_id, section in zip(page.message_id.tolist(), page.section, strict=True)
    ]


async def records_of(town: Town, who: Member) -> int:
    author = town.services.roster.author(town.guild.id, who.id)
    return await town.services.store.count_author(town.guild.id, author)


async def test_a_channel_becomes_one_for_retrospectives_and_back(town: Town) -> None:
    await retro_town(town)
    assert [each.kind for each in town.settings.channels] == [ChannelKind.RETROSPECTIVE]
    with pytest.raises(MissingPermissionError):
        await town.run(town.member, "monitor kind", channel=town.general, kind="plain")
    assert town.settings.channels[0].kind is ChannelKind.RETROSPECTIVE
    await town.run(town.admin, "monitor kind", channel=town.general, kind="plain")
    assert town.settings.channels[0].kind is ChannelKind.PLAIN


async def test_the_notice_says_that_sections_are_kept(town: Town) -> None:
    await retro_town(town)
    notice_id = town.settings.channels[0].notice_id

    def told() -> bool:
        return any(
            each.id == notice_id and "section by section" in each.text
            for each in town.general.history
        )

    await town.server.wait_until(told)
    await town.run(town.admin, "monitor kind", channel=town.general, kind="plain")
    await town.server.wait_until(lambda: not told())


async def test_the_report_tells_the_mood_of_sections(town: Town) -> None:
    await retro_town(town)
    for number in range(6):
        person = town.guild.add_member(f"Writer {number}")
        await town.guild.say(person, town.general, "Liked\nI love this team!\nLacked\nI am so sad.")
    await town.heard()
    today = town.services.clock.now().date().isocalendar()
    rendered = await town.services.reporter.render(town.guild.id, Week(today[0], today[1]), "en")
    shown = "\n".join(
        each.content
        for each in rendered.message().view.walk_children()
        if isinstance(each, discord.ui.TextDisplay)
    )
    assert "Retrospectives (95% intervals): Liked +" in shown
    assert "Lacked −" in shown
    assert "100% wrote one this week" in shown
    assert "Retrospectives (95% intervals)" in rendered.text


async def test_typed_posts_are_measured_section_by_section(town: Town) -> None:
    await retro_town(town)
    text = "**Keep**\nstand-ups\n**Problem**\nthe build broke. I was angry!\n**Try**\ntests first"
    message = await town.guild.say(town.member, town.general, text)
    await town.guild.say(town.admin, town.general, "nice one!")
    await town.heard()
    assert await kept(town) == [(message.id, "keep"), (message.id, "problem"), (message.id, "try")]
    await message.edit("**Keep**\nstand-ups")
    await town.heard()
    assert await kept(town) == [(message.id, "keep")]
    await message.delete()
    await town.heard()
    assert await kept(town) == []


async def test_the_next_message_continues_a_post(town: Town) -> None:
    await retro_town(town)
    first = await town.guild.say(town.member, town.general, "Keep\nreviews\nProblem\nslow builds.")
    more = "And they fail quite often, too.\nTry\ncaching"
    second = await town.guild.say(town.member, town.general, more)
    await town.heard()
    assert (await kept(town))[2:] == [(second.id, "problem"), (second.id, "try")]
    await town.guild.say(town.admin, town.general, "I agree with all of that, my friend.")
    await town.guild.say(town.member, town.general, "Thank you all for listening to me today.")
    await town.heard()
    assert {message_id for message_id, _ in await kept(town)} == {first.id, second.id}


async def test_each_post_of_a_forum_is_one(town: Town) -> None:
    await retro_town(town)
    forum = town.guild.add_forum("retros")
    await town.server.flush()
    await town.run(town.admin, "monitor kind", channel=forum, kind="retrospective")
    thread = await town.guild.add_post(forum, "My week", town.member, "It was a good week.")
    await town.guild.say(town.admin, thread, "Well done! You should be proud of this. Really.")
    await town.heard()
    assert await kept(town) == [(thread.id, "free")]


async def test_write_posts_in_the_authors_name_and_measures_it_once(town: Town) -> None:
    await retro_town(town)
    answered = await written(town, town.member)
    assert "posted" in answered.text
    assert answered.ephemeral
    [post] = post_of(town.general)
    assert post.webhook_id is not None
    assert post.author.name == town.member.user.name
    assert "## Liked\nThe team helped" in post.content
    assert "Longed for" not in post.content
    assert post.allowed_mentions == {"parse": []}
    await town.heard()
    assert await kept(town) == [(post.id, "liked"), (post.id, "learned"), (post.id, "lacked")]
    assert await records_of(town, town.member) == 1
    # Reading the history again changes nothing, and finds no other author.
    client = town.application.client
    assert client is not None
    await client.catchup.request_guild(town.guild.id)
    await client.catchup.finished()
    await town.services.pipeline.drained()
    assert await records_of(town, town.member) == 1
    assert len(await kept(town)) == 3


async def test_the_webhook_is_made_once_and_again_when_it_is_gone(town: Town) -> None:
    await retro_town(town)
    before = sum(each.route == WEBHOOKS for each in town.server.requests)
    await written(town, town.member)
    await written(town, town.admin)
    assert sum(each.route == WEBHOOKS for each in town.server.requests) == before + 1
    world = town.server.world
    [webhook] = world.webhooks.of(town.general)
    world.webhooks.remove(webhook)
    answered = await written(town, town.member)
    assert "posted" in answered.text
    assert len(post_of(town.general)) == 3
    assert all(post.webhook_id for post in post_of(town.general))


async def test_without_the_permission_the_bot_posts_it(town: Town) -> None:
    await retro_town(town, webhooks=False)
    answered = await written(town, town.member)
    assert "posted" in answered.text
    [post] = post_of(town.general)
    assert post.author is town.server.world.bot
    assert post.content.startswith("-# Retrospective of Mina\n## Liked")
    await town.heard()
    assert [section for _, section in await kept(town)] == ["liked", "learned", "lacked"]
    assert await records_of(town, town.member) == 1


async def test_a_name_that_discord_refuses_is_posted_by_the_bot(town: Town) -> None:
    await retro_town(town)
    clyde = town.guild.add_member("Clyde Discord")
    answered = await written(town, clyde)
    assert "posted" in answered.text
    [post] = post_of(town.general)
    assert "Retrospective of Clyde Discord" in post.content


async def test_long_posts_are_split_and_each_message_is_headed(town: Town) -> None:
    await retro_town(town)
    long = " ".join(f"Sentence number {n} was good." for n in range(130))
    await written(town, town.member, liked=long, learned="a lot")
    posts = post_of(town.general)
    assert len(posts) > 1
    assert all(len(post.content) <= 2000 for post in posts)
    assert all(post.content.startswith("## Liked") for post in posts)
    said = " ".join(" ".join(post.content.split()) for post in posts)
    assert all(f"number {n} was" in said for n in range(130))
    await town.heard()
    assert {section for _, section in await kept(town)} == {"liked", "learned"}
    assert await records_of(town, town.member) == len(posts)


async def test_mentions_in_a_post_ping_nobody(town: Town) -> None:
    await retro_town(town)
    await written(town, town.member, liked=f"@everyone <@{town.admin.id}> thank you")
    [post] = post_of(town.general)
    assert not post.mention_everyone
    assert post.mentions == []


async def test_whoever_opted_out_posts_and_is_not_measured(town: Town) -> None:
    await retro_town(town)
    await town.services.privacy.opt_out(town.guild.id, town.member.id)
    answered = await written(town, town.member)
    assert "not measured" in answered.text
    await town.heard()
    assert len(post_of(town.general)) == 1
    assert await kept(town) == []
    assert await records_of(town, town.member) == 0


async def test_opting_out_later_forgets_what_was_measured(town: Town) -> None:
    await retro_town(town)
    await written(town, town.member)
    await town.heard()
    assert await kept(town) != []
    await town.services.privacy.opt_out(town.guild.id, town.member.id)
    assert await kept(town) == []
    # The button under the post still knows its author, though nothing is kept.
    [post] = post_of(town.general)
    asked = await town.guild.click(town.member, post, "Delete my post")
    done = await (await asked.click("Delete it")).changed()
    assert "Deleted" in done.text
    assert post.deleted


async def test_only_the_author_deletes_a_post_with_all_its_parts(town: Town) -> None:
    await retro_town(town)
    long = " ".join(f"Sentence number {n} was good." for n in range(130))
    await written(town, town.member, liked=long)
    await written(town, town.admin, liked="another one")
    posts = post_of(town.general)
    stranger = town.guild.add_member("Stranger")
    refused = await town.guild.click(stranger, posts[0], "Delete my post")
    assert "Only the person who wrote it" in refused.text
    asked = await town.guild.click(town.member, posts[0], "Delete my post")
    assert not posts[0].deleted
    await (await asked.click("Delete it")).changed()
    await town.heard()
    assert [post.deleted for post in posts] == [True] * (len(posts) - 1) + [False]
    assert {message_id for message_id, _ in await kept(town)} == {posts[-1].id}


async def test_the_arc_is_for_the_author_only(town: Town) -> None:
    await retro_town(town)
    answered = await written(town, town.member)
    arc = await answered.click("Show its arc")
    assert arc.ephemeral
    assert "Brightest in" in arc.text
    assert "nothing is kept" in arc.text
    message = arc.messages[-1]
    [picture] = message.files
    assert picture.content.startswith(b"\x89PNG")
    assert "Brightest in" in (picture.description or "")
    [post] = post_of(town.general)
    own = await town.guild.use_context_menu(town.member, "Retrospective arc", post)
    assert "Liked" in own.text
    stranger = town.guild.add_member("Curious")
    refused = await town.guild.use_context_menu(stranger, "Retrospective arc", post)
    assert "only for the people who wrote them" in refused.text


async def test_the_arc_of_typed_messages_takes_those_around_it(korean_town: Town) -> None:
    town = korean_town
    first = await town.guild.say(town.member, town.general, "좋았던 점\n팀이 좋았어요. 신났어요!")
    await town.guild.say(town.member, town.general, "아쉬웠던 점\n잠을 못 자서 속상했어요.")
    arc = await town.guild.use_context_menu(town.member, "Retrospective arc", first)
    assert "아쉬웠던 점" in arc.text
    assert "문장 2개" in arc.text
    short = await town.guild.say(town.admin, town.general, "네")
    refused = await town.guild.use_context_menu(town.admin, "Retrospective arc", short)
    assert "두 개 이상" in refused.text


async def test_the_dialog_asks_what_the_channel_wants(korean_town: Town) -> None:
    town = await retro_town(korean_town)
    shown = await town.run(town.admin, "retro form", form="kpt")
    assert "KPT" in shown.text
    opened = await town.run(town.member, "retro write")
    assert opened.modal is not None
    labels = [each["label"] for each in opened.modal["components"]]
    assert labels == ["유지할 점 (Keep)", "문제점 (Problem)", "시도할 점 (Try)"]
    answered = await opened.submit_modal(keep="매일 산책했어요", problem="", **{"try": "일찍 자기"})
    assert "올렸어요" in answered.text
    other = await town.run(town.member, "retro write", form="5f")
    assert other.modal is not None
    assert len(other.modal["components"]) == 5
    refused = await town.run(town.member, "retro form", form="4l")
    assert town.settings.retro.form_of(town.general.id) == "kpt"
    assert refused.text


async def test_every_form_opens_a_dialog_that_discord_takes(town: Town) -> None:
    await retro_town(town)
    offered = await town.guild.autocomplete(
        town.member, "retro write", "form", "", channel=town.general
    )
    assert len(offered) >= 12
    for choice in offered:
        opened = await town.run(town.member, "retro write", form=choice["value"])
        assert opened.modal is not None, choice
    refused = await town.run(town.member, "retro write", form="no such form")
    assert "do not know this form" in refused.text


async def test_an_empty_dialog_posts_nothing(town: Town) -> None:
    await retro_town(town)
    answered = await written(town, town.member, liked="  \n ")
    assert "nothing in it" in answered.text
    assert post_of(town.general) == []


async def test_nobody_fills_the_channel(town: Town) -> None:
    await retro_town(town)
    for _ in range(3):
        await written(town, town.member, liked="good")
    refused = await town.run(town.member, "retro write")
    assert "That was quick" in refused.text
    assert (await town.run(town.admin, "retro write")).modal is not None


async def test_a_text_that_cannot_be_posted_comes_back(town: Town) -> None:
    await retro_town(town)
    opened = await town.run(town.member, "retro write")
    await town.general.set_permissions(
        town.guild.me, deny=Permission.SEND_MESSAGES | Permission.MANAGE_WEBHOOKS
    )
    await town.server.flush()
    answered = await opened.submit_modal(**POST_4L)
    assert "nothing is lost" in answered.text
    [file] = answered.messages[-1].files
    assert b"The team helped me so much" in file.content


async def test_who_may_not_write_there_cannot(town: Town) -> None:
    await retro_town(town)
    await town.general.set_permissions(town.member, deny=Permission.SEND_MESSAGES)
    await town.server.flush()
    refused = await town.run(town.member, "retro write")
    assert "may not write" in refused.text
    assert refused.modal is None


async def test_without_such_a_channel_there_is_a_hint(town: Town) -> None:
    refused = await town.run(town.member, "retro write")
    assert "/monitor kind" in refused.text
    refused = await town.run(town.member, "retro status")
    assert "/monitor kind" in refused.text


async def test_in_a_thread_of_the_channel_it_is_posted_there(town: Town) -> None:
    await retro_town(town)
    thread = await town.guild.add_thread(town.general, "week 46", town.admin)
    await town.server.flush()
    opened = await town.run(town.member, "retro write", where=thread, form="free")
    answered = await opened.submit_modal(free="It was fine. I was happy.")
    assert "posted" in answered.text
    [post] = post_of(thread)
    await town.heard()
    assert await kept(town) == [(post.id, "free")]
    asked = await town.guild.click(town.member, post, "Delete my post")
    await (await asked.click("Delete it")).changed()
    assert post.deleted


async def test_in_a_forum_it_opens_a_post(town: Town) -> None:
    await retro_town(town)
    await town.run(town.admin, "monitor kind", channel=town.general, kind="plain")
    forum = town.guild.add_forum("retros")
    await town.server.flush()
    await town.run(town.admin, "monitor kind", channel=forum, kind="retrospective")
    answered = await written(town, town.member)
    assert "posted" in answered.text
    [thread] = [each for each in town.guild.threads if "Mina" in each.name]
    assert thread.parent is forum
    assert len(post_of(thread)) == 1
    await town.heard()
    assert [section for _, section in await kept(town)] == ["liked", "learned", "lacked"]


async def test_status_tells_a_rate_and_never_who(town: Town) -> None:
    await retro_town(town)
    people = [town.guild.add_member(f"Person {n}") for n in range(6)]
    for person in people[:4]:
        await town.guild.say(person, town.general, "Keep\nwalks\nTry\nsleep")
    await town.heard()
    few = await town.run(town.member, "retro status")
    assert "Fewer than 5 people" in few.text
    for person in people[4:]:
        await town.guild.say(person, town.general, "Keep\nwalks\nTry\nsleep")
    await town.heard()
    shown = await town.run(town.member, "retro status")
    assert "100%" in shown.text
    assert not any(person.user.name in shown.text for person in people)


async def test_the_reminder_is_off_set_shown_and_ended(town: Town) -> None:
    await retro_town(town)
    assert "No reminder" in (await town.run(town.admin, "retro remind")).text
    assert "Manage Server" in (await town.run(town.member, "retro remind")).text
    refused = await town.run(town.admin, "retro remind", weekday=4, at="5pm")
    assert "17:30" in refused.text
    refused = await town.run(town.admin, "retro remind", weekday=4)
    assert "both" in refused.text
    shown = await town.run(town.admin, "retro remind", weekday=4, at="17:30")
    assert "Friday at 17:30" in shown.text
    assert "Nobody is pinged" in shown.text
    found = town.settings.retro.reminder
    assert found is not None
    assert (found.weekday, found.hour, found.minute) == (4, 17, 30)
    assert "No reminder" in (await town.run(town.admin, "retro remind", off=True)).text
    assert town.settings.retro.reminder is None


async def test_a_reminder_is_posted_once_and_its_button_writes(town: Town) -> None:
    await retro_town(town)
    now = town.services.clock.now()
    reminder = RetroReminder(
        town.general.id, now.weekday(), now.hour, now.minute, since=now - timedelta(hours=1)
    )

    def edit(settings: GuildSettings) -> GuildSettings:
        return GuildSettings(
            settings.guild_id, channels=settings.channels, retro=RetroSettings((), reminder)
        )

    await town.services.roster.change(town.guild.id, edit)
    assert await town.services.prompts.post_due(town.settings)
    assert not await town.services.prompts.post_due(town.settings)
    [post] = [each for each in town.server.posts(town.general) if "look back" in each.text]
    assert post.mentions == []
    assert post.mention_roles == []
    opened = await town.guild.click(town.member, post, "Write")
    assert opened.modal is not None
    answered = await opened.submit_modal(**POST_4L)
    assert "posted" in answered.text


async def test_a_reminder_pings_a_role_only_when_a_manager_chose_it(town: Town) -> None:
    await retro_town(town)
    role = town.guild.add_role("campers")
    await town.server.flush()
    now = town.services.clock.now()
    at = f"{now.hour}:{now.minute:02d}"
    refused = await town.run(
        town.admin, "retro remind", weekday=now.weekday(), at=at, role=town.guild.everyone
    )
    assert "do not ping everybody" in refused.text
    shown = await town.run(town.admin, "retro remind", weekday=now.weekday(), at=at, role=role)
    assert f"<@&{role.id}>" in shown.text
    found = town.settings.retro.reminder
    assert found is not None
    early = replace(found, since=now - timedelta(hours=1))
    await town.services.roster.change(
        town.guild.id, lambda settings: replace(settings, retro=RetroSettings((), early))
    )
    assert await town.services.prompts.post_due(town.settings)
    [post] = [each for each in town.server.posts(town.general) if "look back" in each.text]
    assert post.allowed_mentions is not None
    assert post.allowed_mentions.get("roles") == [role.id]
    assert "everyone" not in post.allowed_mentions.get("parse", [])


async def test_a_dialog_that_outlives_the_channels_kind_gives_the_text_back(town: Town) -> None:
    await retro_town(town)
    opened = await town.run(town.member, "retro write")
    await town.run(town.admin, "monitor kind", channel=town.general, kind="plain")
    answered = await opened.submit_modal(**POST_4L)
    assert "nothing is lost" in answered.text
    assert len(answered.messages[-1].files) == 1
    assert post_of(town.general) == []


def friday(reminder: RetroReminder) -> GuildSettings:
    return GuildSettings(1, timezone="Asia/Seoul", retro=RetroSettings(reminder=reminder))


async def test_when_a_reminder_is_due() -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    settings = friday(RetroReminder(5, weekday=4, hour=17, minute=30, since=since))
    due = datetime(2026, 11, 13, 8, 30, tzinfo=UTC)  # 17:30 in Seoul
    for moment, expected in (
        (due - timedelta(seconds=1), None),
        (due, due),
        (due + timedelta(hours=2), due),
        (due + timedelta(hours=4), None),
        (due + timedelta(days=7), due + timedelta(days=7)),
    ):
        found = reminder_due(settings, moment)
        assert (found.moment if found else None) == expected
    late = friday(RetroReminder(5, 4, 17, 30, since=due + timedelta(minutes=1)))
    assert reminder_due(late, due + timedelta(minutes=2)) is None
    assert reminder_due(GuildSettings(1), due) is None


async def test_the_history_of_changes_calls_a_form_by_its_name(korean_town: Town) -> None:
    town = await retro_town(korean_town)
    await town.run(town.admin, "retro form", form="5f")
    shown = await town.run(town.admin, "settings", page="history")
    assert f"<#{town.general.id}> 5F · 사실, 느낌, 발견" in shown.text
