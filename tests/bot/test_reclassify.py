"""Judging again what another classifier judged, through a Discord on this machine."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

import bot.reclassify
from bot.errors import SettingsError, StartFailed, TokenRefused
from bot.reclassify import Outcome
from bot.reclassify_run import Request, judge_again
from bot.sandbox.faults import Abort
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from storage.errors import StoreUnavailable
from storage.open import open_store
from storage.pseudonym import Pseudonymiser, load_or_create_key
from storage.records import Batch, Deletion
from tests.bot.test_run_command import start
from tests.support.camp import HAPPY, SAD, Camp, be_impatient, locked, pitch
from tests.support.running_bot import ago, monitor, running, settled
from tests.support.tiny_vit import make_tiny_vit, picture

HISTORY = "GET /channels/{channel_id}/messages"
OLD, NEW = "lexicon@1", "embedded@"


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server, tmp_path) -> Camp:
    return await pitch(server, tmp_path, classifier="lexicon")


class Bar:
    def __init__(self) -> None:
        self.total: int | None = None
        self.done = 0

    def begin(self, total: int) -> None:
        self.total = total

    def advance(self, count: int) -> None:
        self.done += count


async def again(camp: Camp, bar: Bar | None = None, **asked: object) -> Outcome:
    """Run the command's work with the default classifier."""
    shown = bar or Bar()
    settings = camp.settings.model_copy(update={"classifier": "embedded"})
    request = Request(camp.guild.id, **asked)
    outcome, model = await judge_again(settings, request, shown.begin, shown.advance)
    assert model.startswith(NEW)
    return outcome


async def judged_by_the_old_one(camp: Camp) -> None:
    async with running(camp.settings) as application:
        await settled(application)


def models(camp: Camp) -> Counter[str]:
    return Counter(model.partition("@")[0] for _, model in camp.rows("id, model"))


def watermarks(camp: Camp) -> dict[int, int]:
    with sqlite3.connect(camp.database) as connection:
        found = dict(connection.execute("SELECT container, message FROM watermark").fetchall())
    connection.close()
    return found


async def test_everything_is_judged_again_and_only_once(server, camp):
    thread = await camp.guild.add_thread(camp.channel, "now", camp.member)
    past = await camp.guild.add_thread(camp.channel, "then", camp.member)
    for number in range(130):
        await camp.say((HAPPY + SAD)[number % 8])
    for number in range(5):
        await camp.say(SAD[number % 4], thread)
        await camp.say(HAPPY[number % 4], past)
    await past.archive()
    await judged_by_the_old_one(camp)
    assert models(camp) == {"lexicon": 140}
    before, marks = camp.rows("id, channel, thread, author, created, edited"), watermarks(camp)
    server.requests.clear()

    bar = Bar()
    outcome = await again(camp, bar)
    assert outcome == Outcome(found=140, rejudged=140)
    assert (bar.total, bar.done) == (140, 140)
    assert models(camp) == {"embedded": 140}
    assert camp.rows("id, channel, thread, author, created, edited") == before
    assert watermarks(camp) == marks
    assert server.gateway_counts["identify"] == 1, "of the bot that ran before"
    assert len([each for each in server.requests if each.route == HISTORY]) == 4

    server.requests.clear()
    assert await again(camp) == Outcome()
    assert not [each for each in server.requests if each.route == HISTORY]


async def test_pictures_without_words_are_left_alone(camp):
    await camp.say("https://example.org/cat.png")
    await camp.say(HAPPY[0])
    await judged_by_the_old_one(camp)
    assert await again(camp) == Outcome(found=1, rejudged=1)
    assert [model[:8] for (model,) in camp.rows("model")] == ["", "embedded"]


async def test_pictures_count_again_where_the_bot_looks_at_them(server, tmp_path):
    seeing = f"vit?model={make_tiny_vit(tmp_path / 'colours', steps=0)}"
    camp = await pitch(server, tmp_path, classifier="lexicon", images=seeing)
    shown = [("rain.jpg", picture("sadness", "JPEG"))]
    await camp.say(HAPPY[1], files=shown)
    await camp.say("", files=shown)
    await camp.say(HAPPY[1])
    await judged_by_the_old_one(camp)
    before = [model for (model,) in camp.rows("model")]
    assert await again(camp) == Outcome(found=2, rejudged=2)
    after = [model for (model,) in camp.rows("model")]
    assert after[1] == before[1], "the picture alone is judged by the same one as before"
    assert after[0] == f"{after[2]}+{after[1]}"
    assert after[2].startswith(NEW)
    assert await again(camp) == Outcome()


async def test_an_interrupted_run_goes_on_where_it_stopped(server, camp, monkeypatch):
    for number in range(250):
        await camp.say(HAPPY[number % 4])
    await judged_by_the_old_one(camp)
    bar = Bar()
    server.delay(HISTORY, 0.2, times=None)
    task = asyncio.create_task(again(camp, bar))
    while bar.done < 100:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    done = models(camp)["embedded"]
    assert 100 <= done < 250
    server.clear_faults()
    assert await again(camp) == Outcome(found=250 - done, rejudged=250 - done)
    assert models(camp) == {"embedded": 250}


async def test_a_day_and_a_channel_can_be_chosen(camp):
    room = camp.guild.add_channel("room")
    await monitor(camp.url, camp.guild, [camp.channel, room], timezone="Asia/Seoul")
    old = await camp.say(SAD[0], at=ago(days=9))
    await camp.say(SAD[1], at=ago(days=5))
    await camp.say(SAD[2], room, at=ago(days=5))
    new = await camp.say(SAD[3], at=ago(days=1))
    await judged_by_the_old_one(camp)
    seoul = timedelta(hours=9)
    day = datetime.combine((ago(days=5) + seoul).date(), datetime.min.time())
    outcome = await again(camp, channel_id=camp.channel.id, since=day, until=day)
    assert outcome == Outcome(found=1, rejudged=1)
    assert models(camp) == {"embedded": 1, "lexicon": 3}
    assert await again(camp, since=day) == Outcome(found=2, rejudged=2)
    left = [number for number, model in camp.rows("id, model") if model == OLD]
    assert left == [old.id]
    assert new.id not in left


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"channel_id": 5}, "is not monitored"),
        ({"since": datetime(2026, 2, 2), "until": datetime(2026, 2, 1)}, "must not lie before"),  # noqa: DTZ001
    ],
)
async def test_what_cannot_be_asked_is_explained(camp, asked, told):
    with pytest.raises(SettingsError, match=told):
        await again(camp, **asked)


async def test_an_unknown_server_is_explained(camp):
    with pytest.raises(SettingsError, match="no server with the id 12 is known"):
        await judge_again(camp.settings, Request(12), print, print)


async def test_a_wrong_token_is_explained(camp):
    settings = camp.settings.model_copy(update={"discord_token": SecretStr("wrong")})
    with pytest.raises(TokenRefused):
        await judge_again(settings, Request(camp.guild.id), print, print)


async def test_what_was_deleted_while_nobody_listened_is_forgotten(camp):
    said = [await camp.say(HAPPY[n % 4]) for n in range(12)]
    room = camp.guild.add_channel("room")
    await monitor(camp.url, camp.guild, [camp.channel, room])
    lone = await camp.say(SAD[0], room)
    await judged_by_the_old_one(camp)
    for message in (said[0], said[5], said[11], lone):
        await message.delete()
    assert await again(camp) == Outcome(found=13, rejudged=9, gone=4)
    assert models(camp) == {"embedded": 9}


async def test_a_closed_history_is_not_taken_for_an_empty_one(server, camp):
    """Discord gives an empty page, and no error, to who may not read the history."""
    room = camp.guild.add_channel("room")
    await monitor(camp.url, camp.guild, [camp.channel, room])
    for number in range(3):
        await camp.say(HAPPY[number], room)
    await camp.say(SAD[0])
    await judged_by_the_old_one(camp)
    await room.set_permissions(camp.guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    assert await again(camp) == Outcome(found=4, rejudged=1, unreadable=3)
    assert models(camp) == {"embedded": 1, "lexicon": 3}


async def test_a_deleted_channel_holds_up_no_other(camp):
    room = camp.guild.add_channel("room")
    await monitor(camp.url, camp.guild, [room, camp.channel])
    await camp.say(HAPPY[0], room)
    await camp.say(SAD[0])
    await judged_by_the_old_one(camp)
    await room.delete()
    assert await again(camp) == Outcome(found=2, rejudged=1, unreadable=1)


async def test_an_edit_is_judged_as_it_stands_now(camp):
    message = await camp.say(SAD[0])
    await judged_by_the_old_one(camp)
    await message.edit(HAPPY[1])
    assert await again(camp) == Outcome(found=1, rejudged=1)
    ((_, edited, model),) = camp.rows("id, edited, model")
    assert edited is not None
    assert model.startswith(NEW)
    async with running(camp.settings) as application:
        await camp.expect(application, [message])
    assert models(camp) == {"embedded": 1}, "the edit is known already"


async def test_a_text_that_is_empty_by_now_leaves_the_record(camp):
    message = await camp.say(SAD[0])
    await judged_by_the_old_one(camp)
    await message.edit("https://example.org/")
    assert await again(camp) == Outcome(found=1, silent=1)
    assert models(camp) == {"lexicon": 1}


async def test_who_opts_out_while_it_works_stays_out(server, camp, monkeypatch):
    """The opt-out and a deletion come between reading a page and writing what is said of it."""
    other = camp.guild.add_member("Nari")
    for number in range(4):
        await camp.say(HAPPY[number])
        last = await camp.guild.say(other, camp.channel, SAD[number])
    await judged_by_the_old_one(camp)
    key = Pseudonymiser(load_or_create_key(camp.settings.key_file))
    real = bot.reclassify.Judge.predictions

    async def meanwhile(self, texts):
        async with open_store(camp.url) as store:
            await store.opt_out(
                camp.guild.id, key.author(camp.guild.id, camp.member.id), datetime.now(UTC)
            )
            await store.apply(Batch(deletions=(Deletion(camp.guild.id, (last.id,)),)))
        return await real(self, texts)

    monkeypatch.setattr(bot.reclassify.Judge, "predictions", meanwhile)
    assert await again(camp) == Outcome(found=8, rejudged=3, overtaken=5)
    assert models(camp) == {"embedded": 3}


async def test_a_bot_runs_beside_it(server, camp):
    """The live bot keeps writing, deleting and moving its watermarks, with the new classifier."""
    for number in range(210):
        await camp.say((HAPPY + SAD)[number % 8])
    await judged_by_the_old_one(camp)
    server.delay(HISTORY, 0.1, times=None)
    now_used = camp.settings.model_copy(update={"classifier": "embedded"})
    async with running(now_used) as application:
        task = asyncio.create_task(again(camp))
        said, fresh = camp.rows(), []
        for number in range(20):
            fresh.append(await camp.say(HAPPY[number % 4]))
            await asyncio.sleep(0.01)
        gone = fresh[:5]
        for message in gone:
            await message.delete()
        outcome = await task
        await server.flush()
        await settled(application)
    assert outcome.rejudged == 210
    ids = {number for (number,) in camp.rows()}
    assert ids == ({number for (number,) in said} | {m.id for m in fresh}) - {m.id for m in gone}
    assert models(camp) == {"embedded": 225}
    assert max(watermarks(camp).values()) >= fresh[-1].id
    assert server.gateway_counts["identify"] == 2, "one for each run of the bot"


async def test_trouble_at_discord_is_waited_out(server, camp, monkeypatch):
    await camp.say(HAPPY[0])
    await judged_by_the_old_one(camp)
    monkeypatch.setattr("bot.reclassify_history.FIRST_PAUSE", 0.01)
    server.abort(HISTORY, Abort.BEFORE, times=2)
    assert await again(camp) == Outcome(found=1, rejudged=1)


async def test_trouble_at_discord_that_lasts_is_told(server, camp, monkeypatch):
    await camp.say(HAPPY[0])
    await judged_by_the_old_one(camp)
    monkeypatch.setattr("bot.reclassify_history.FIRST_PAUSE", 0.01)
    server.abort(HISTORY, Abort.BEFORE, times=None)
    with pytest.raises(StartFailed, match="goes on where it stopped"):
        await again(camp)
    server.clear_faults()
    assert await again(camp) == Outcome(found=1, rejudged=1)


async def test_a_store_that_stops_answering_ends_it(camp, monkeypatch):
    await camp.say(HAPPY[0])
    await judged_by_the_old_one(camp)
    be_impatient(monkeypatch)
    with locked(camp.database), pytest.raises(StoreUnavailable):
        await again(camp)
    assert models(camp) == {"lexicon": 1}


async def test_the_command_says_what_it_did(server, camp, tmp_path):
    for number in range(3):
        await camp.say(HAPPY[number])
    await judged_by_the_old_one(camp)
    process = await start(
        "reclassify",
        "--guild",
        str(camp.guild.id),
        folder=tmp_path,
        DISCORD_TOKEN=server.token,
        NUNCHI_DISCORD_API=server.base_url,
        NUNCHI_STORE=camp.url,
        NUNCHI_DATA_DIR=str(tmp_path),
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert out.decode().startswith("3 of 3 messages are now judged by embedded@")
    assert models(camp) == {"embedded": 3}
