"""`/monitor backfill`, as managers and members meet it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.backfill import Backfiller
from bot.clock import snowflake_at
from bot.cogs import backfill as backfill_cog
from bot.sandbox import Channel, Interaction, Permission
from bot.sandbox.errors import MissingPermissionError
from bot.sandbox.messages import Message
from storage.records import MessageRecord
from tests.bot.commands.town import Town, World
from tests.support.running_bot import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

HISTORY = "GET /channels/{channel_id}/messages"
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill_cog, "EDIT_EVERY", 0.05)


def backfiller(town: Town) -> Backfiller:
    client = town.application.client
    assert client is not None
    return client.backfill


async def written(
    town: Town, count: int, *, place: Channel | None = None, days: float = 10
) -> list[Message]:
    """Let a member write, a minute apart, beginning some days ago."""
    begin = NOW - timedelta(days=days)
    return [
        await town.guild.say(
            town.member,
            place or town.general,
            f"What a lovely day {number}",
            at=begin + timedelta(minutes=number),
        )
        for number in range(count)
    ]


async def listening(town: Town, channel: Channel | None = None) -> None:
    await town.server.flush()
    await town.run(town.admin, "monitor add", channel=channel or town.general)


async def began(town: Town, channel: Channel | None = None, **options: object) -> Interaction:
    shown = await town.run(
        town.admin, "monitor backfill", channel=channel or town.general, **options
    )
    return await shown.click("Read the history")


async def over(town: Town, pressed: Interaction) -> None:
    await until(lambda: "Done" in pressed.text)
    running = backfiller(town).running
    await until(lambda: not any(running(each.id) for each in town.guild.channels))
    await town.heard()


async def kept(town: Town, messages: list[Message]) -> list[MessageRecord]:
    found = await town.services.store.records(town.guild.id, [each.id for each in messages])
    return sorted(found, key=lambda each: each.message_id)


async def test_history_is_read_after_telling_what_will_be_read(town: Town) -> None:
    said = await written(town, 250)
    await listening(town)
    shown = await town.run(town.admin, "monitor backfill", channel=town.general)
    assert shown.ephemeral
    assert f"I would read what people wrote in <#{town.general.id}>" in shown.text
    assert "no text is kept" in shown.text
    assert await town.records() == 0, "nothing is read before somebody says so"
    await over(town, await shown.click("Read the history"))
    assert [each.message_id for each in await kept(town, said)] == [each.id for each in said]
    assert await town.records() == 250
    assert await town.services.store.readings(town.guild.id) == []
    note = town.server.posts(town.general)[-1]
    assert note.text.startswith("### Nunchi reads back")
    marks = await town.services.store.watermarks(town.guild.id)
    assert marks == {town.general.id: note.id}, "only what was heard live moves it"
    assert "My data / opt out" in str(note.components)


async def test_progress_is_shown_up_to_the_end(town: Town) -> None:
    await written(town, 120)
    await listening(town)
    pressed = await began(town)
    await over(town, pressed)
    assert "**100 %**" in pressed.text
    assert "120 messages read" in pressed.text
    assert "Stop reading" not in str(pressed.message and pressed.message.components)


async def test_threads_are_read_too_and_nothing_that_was_heard_live(town: Town) -> None:
    main = await written(town, 3)
    threads = [
        await town.guild.open_thread(
            town.general, name, town.member.user, thread_id=snowflake_at(NOW - timedelta(days=age))
        )
        for name, age in (("now", 8), ("then", 9))
    ]
    inside = [message for each in threads for message in await written(town, 2, place=each, days=7)]
    await threads[1].archive()
    await listening(town)
    live = await town.guild.say(town.member, town.general, "heard live")
    await town.heard()
    town.server.requests.clear()
    await over(town, await began(town))
    assert len(await kept(town, main)) == 3
    assert {each.thread_id for each in await kept(town, inside)} == {each.id for each in threads}
    assert len(await kept(town, [live])) == 1
    assert await town.records() == 8
    pages = [each for each in town.server.requests if each.route == HISTORY]
    assert len(pages) == 3, "one page for each container, and none twice"


async def test_a_forum_is_read_by_its_posts(town: Town) -> None:
    forum = town.guild.add_forum("ideas")
    posts = [
        await town.guild.add_post(
            forum, f"idea {age}", town.member, "I love this idea", at=NOW - timedelta(days=age)
        )
        for age in (3, 5)
    ]
    await listening(town, forum)
    await over(town, await began(town, forum))
    found = await town.services.store.records(town.guild.id, [each.id for each in posts])
    assert {each.thread_id for each in found} == {each.id for each in posts}
    notice = next(each for each in forum.threads() if each not in posts)
    assert town.server.posts(notice)[-1].text.startswith("### Nunchi reads back")


async def test_only_from_the_day_that_was_chosen(town: Town) -> None:
    old = await written(town, 2, days=90)
    new = await written(town, 2, days=3)
    await listening(town)
    day = f"{NOW - timedelta(days=5):%Y-%m-%d}"
    await over(town, await began(town, since=day))
    assert await kept(town, old) == []
    assert len(await kept(town, new)) == 2
    await over(town, await began(town, since=f"{NOW - timedelta(days=100):%Y-%m-%d}"))
    assert len(await kept(town, old)) == 2
    assert await town.records() == 4, "what was read again is there once"


async def test_nothing_is_read_that_is_older_than_the_retention(town: Town) -> None:
    old = await written(town, 1, days=500)
    await written(town, 1, days=2)
    await listening(town)
    shown = await town.run(town.admin, "monitor backfill", channel=town.general, since="2015-01-01")
    assert "Nothing older is kept on this server" in shown.text
    await over(town, await shown.click("Read the history"))
    assert await kept(town, old) == []
    assert await town.records() == 1


async def test_who_opted_out_is_left_out(town: Town) -> None:
    await written(town, 3)
    await listening(town)
    await town.services.privacy.opt_out(town.guild.id, town.member.user.id)
    await over(town, await began(town))
    assert await town.records() == 0


@pytest.mark.parametrize(
    ("since", "answer"),
    [("yesterday", "Choose a date"), ("2190-01-01", "still to come"), ("99999-1-1", "Choose")],
)
async def test_a_day_that_is_none(town: Town, since: str, answer: str) -> None:
    await listening(town)
    shown = await town.run(town.admin, "monitor backfill", channel=town.general, since=since)
    assert answer in shown.text


async def test_dates_are_suggested_in_the_readers_language(korean_town: Town) -> None:
    town = korean_town
    found = await town.guild.autocomplete(
        town.admin, "monitor backfill", "since", "", channel=town.general
    )
    names = [each["name"] for each in found]
    assert [name.split(" (")[0] for name in names] == ["1주 전", "4주 전", "3개월 전", "1년 전"]


async def test_where_it_cannot_be_done(town: Town) -> None:
    shown = await town.run(town.admin, "monitor backfill", channel=town.general)
    assert "I do not listen to" in shown.text
    await listening(town)
    await town.general.set_permissions(town.guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    await town.server.flush()
    shown = await town.run(town.admin, "monitor backfill", channel=town.general)
    assert "I need Read Message History" in shown.text


async def test_only_managers_may_ask_begin_and_stop(town: Town) -> None:
    await written(town, 2)
    await listening(town)
    shown = await town.run(town.admin, "monitor backfill", channel=town.general)
    with pytest.raises(MissingPermissionError):
        await town.run(town.member, "monitor backfill", channel=town.general)
    await town.guild.set_member_roles(town.admin, [])
    pressed = await shown.click("Read the history")
    assert "You need this permission" in pressed.text
    assert backfiller(town).running(town.general.id) is None
    assert await town.records() == 0


async def test_it_is_stopped_and_what_was_read_stays(town: Town) -> None:
    await written(town, 350)
    await listening(town)
    town.server.delay(HISTORY, 0.3, times=None)
    pressed = await began(town)
    await until(lambda: "100 messages read" in pressed.text)
    twice = await town.run(town.admin, "monitor backfill", channel=town.general)
    assert "Stop reading" in str(twice.message and twice.message.components)
    stopped = await town.press(pressed, "Stop reading")
    assert "Stopped. What was read so far is kept." in stopped.text
    town.server.clear_faults()
    await town.heard()
    assert 100 <= await town.records() < 350
    assert await town.services.store.readings(town.guild.id) == []
    await until(lambda: "Stopped." in twice.text)


async def test_it_ends_when_nobody_listens_any_more(town: Town) -> None:
    await written(town, 350)
    await listening(town)
    town.server.delay(HISTORY, 0.3, times=None)
    pressed = await began(town)
    await until(lambda: "100 messages read" in pressed.text)
    await town.run(town.admin, "monitor remove", channel=town.general.mention)
    town.server.clear_faults()
    await until(lambda: "I do not listen to this channel any more" in pressed.text)


async def test_it_goes_on_by_itself_after_a_restart(town: Town, world: World) -> None:
    said = await written(town, 350)
    await listening(town)
    town.server.delay(HISTORY, 0.3, times=None)
    pressed = await began(town)
    await until(lambda: "100 messages read" in pressed.text)
    before = world.application.client
    assert before is not None
    await before.close()
    await until(lambda: world.application.client is not before)
    await town.server.wait_until(world.application.connected, 30)
    town.server.clear_faults()

    async def complete() -> bool:
        return len(await kept(town, said)) == 350

    await until(complete)
    posts = town.server.posts(town.general)
    await until(lambda: any("Done" in each.text for each in posts))
    assert any("350 messages read" in each.text for each in posts)
    assert await town.records() == 350
    stale = await town.press(pressed, "Stop reading")
    assert "is not being read now" in stale.text


async def test_progress_goes_on_in_a_post_when_the_answer_can_be_edited_no_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_cog, "TOKEN_LIFE", 0.2)
    await written(town, 250)
    await listening(town)
    desk = town.guild.add_channel("desk")
    town.server.delay(HISTORY, 0.4, times=None)
    shown = await town.run(town.admin, "monitor backfill", channel=town.general, where=desk)
    pressed = await shown.click("Read the history")
    await until(lambda: "It goes on." in pressed.text)
    await until(lambda: len(town.server.posts(desk)) == 1)
    town.server.clear_faults()
    await until(lambda: "Done" in town.server.posts(desk)[0].text)
    assert "250 messages read" in town.server.posts(desk)[0].text


async def test_administrators_see_later_who_began_it(town: Town) -> None:
    await written(town, 1)
    await listening(town)
    await over(town, await began(town))
    (change,) = [
        each
        for each in await town.services.store.changes(town.guild.id)
        if each.setting == "backfill"
    ]
    assert change.by == town.admin.user.id
    assert str(town.general.id) in str(change.after)
