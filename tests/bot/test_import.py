"""Importing exports of DiscordChatExporter, into both stores."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from bot.clock import snowflake_at
from bot.importing import kept_place
from bot.importing.importer import Wishes
from bot.importing.kept_place import Tally
from bot.importing.run import Outcome, files_in, import_files
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from storage.open import open_store
from storage.pseudonym import Pseudonymiser, load_or_create_key
from storage.records import Batch, ConsentMode, GuildSettings, MonitoredChannel, Watermark
from storage.retrospectives import ChannelKind
from storage.store import Store
from tests.support.camp import HAPPY, SAD, pitch, stored_scores, verdicts
from tests.support.exports import (
    CHANNEL,
    FORUM,
    GUILD,
    THREAD,
    as_json,
    document,
    exported,
    many,
    message_id,
    write,
)
from tests.support.mongodb_server import any_server, fresh_database, store_url
from tests.support.running_bot import running, settled, stored_ids

NOW = datetime.now(UTC)
BEGIN = NOW - timedelta(days=20)
TEXTS = HAPPY + SAD


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with any_server(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


@pytest.fixture(params=["sqlite", "mongodb"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path}/nunchi.sqlite3"
    if request.param == "mongodb":
        url = store_url(request.getfixturevalue("mongodb"), fresh_database(), "")
    return Settings.model_validate({"data_dir": tmp_path, "store": url})


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    """The store of a guild that listens to a channel and a forum since now."""
    async with open_store(settings.store.get_secret_value()) as opened:
        since = snowflake_at(NOW)
        listened = (MonitoredChannel(CHANNEL, since), MonitoredChannel(FORUM, since))
        await opened.save_settings(GuildSettings(GUILD, channels=listened))
        yield opened


async def taken(settings: Settings, *paths: Path, **wishes: Any) -> Outcome:
    return await import_files(settings, files_in(paths), Wishes(**wishes), lambda *_: None)


def author(settings: Settings, user: int) -> bytes:
    return Pseudonymiser(load_or_create_key(settings.key_file)).author(GUILD, user)


async def test_every_message_is_judged_once_and_dated_by_its_id(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    messages = many(1300, BEGIN, TEXTS)
    outcome = await taken(settings, write(tmp_path / "camp.json", document(messages)))
    assert (outcome.total.read, outcome.total.taken) == (1300, 1300)
    assert await stored_ids(store, GUILD) == [int(each["id"]) for each in messages]
    judged, expected = await stored_scores(store, GUILD), await verdicts(TEXTS)
    for each in messages[:64]:
        assert judged[int(each["id"])] == pytest.approx(expected[each["content"]], abs=1e-5)
    assert await store.watermarks(GUILD) == {}, "history is no sign that the channel was read"
    assert await store.readings(GUILD) == []


async def test_overlapping_parts_and_repeated_runs_change_nothing(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    messages = many(300, BEGIN, TEXTS)
    folder = tmp_path / "exports"
    folder.mkdir()
    write(folder / "general.json", document(messages[:200]))
    write(folder / "general [part 2].json", document(messages[100:]), indent=None)
    write(folder / "again.json.gz", document(messages))
    for _ in range(2):
        outcome = await taken(settings, folder)
        assert outcome.total.taken == 200 + 200 + 300
        assert await stored_ids(store, GUILD) == [int(each["id"]) for each in messages]


async def test_fields_of_other_versions(settings: Settings, store: Store, tmp_path: Path) -> None:
    kinds: list[dict[str, Any]] = [
        {"type": "Default"},
        {},
        {"type": "19"},
        {"type": "Reply", "reference": {}},
    ]
    old = document(
        [
            {
                "id": str(message_id(BEGIN, number)),
                "timestamp": "2019-01-02T03:04:05.678+00:00",
                "content": HAPPY[number],
                "author": {"id": "71", "name": "haru", "discriminator": "1234"},
                **more,
            }
            for number, more in enumerate(kinds)
        ]
    )
    del old["dateRange"], old["exportedAt"], old["channel"]["categoryId"], old["messageCount"]
    old["messages"].append(exported(message_id(BEGIN, 9), "Ada pinned a message.", type="6"))
    path = write(tmp_path / "old.json", "\ufeff" + as_json(old))
    outcome = await taken(settings, path)
    assert outcome.total.taken == 4
    assert outcome.total.left == {"not_human": 1}
    assert len(await stored_ids(store, GUILD)) == 4


async def test_who_and_what_is_left_out(settings: Settings, store: Store, tmp_path: Path) -> None:
    await store.opt_out(GUILD, author(settings, 13), NOW)
    bot_author = {**exported(1, "")["author"], "isBot": True}
    messages: list[Any] = [
        exported(message_id(NOW - timedelta(days=400)), "long ago"),
        exported(message_id(BEGIN, 1), HAPPY[0]),
        exported(message_id(BEGIN, 2), "beep", author=bot_author),
        exported(message_id(BEGIN, 3), "Ada joined the server.", type="GuildMemberJoin"),
        exported(message_id(BEGIN, 4), "measure me not", 13),
        exported(message_id(BEGIN, 5), "", attachments=[{"id": "1", "fileName": "cat.png"}]),
        exported(message_id(NOW + timedelta(hours=1)), "heard live already"),
        {"content": "no id"},
        "no object",
    ]
    path = write(tmp_path / "camp.json", document(messages))
    outcome = await taken(settings, path)
    assert outcome.total.left == {
        "expired": 1,
        "not_human": 2,
        "refused": 1,
        "heard": 1,
        "unreadable": 2,
    }
    assert (outcome.total.read, outcome.total.taken, outcome.total.wordless) == (9, 2, 1)
    assert await stored_ids(store, GUILD) == [message_id(BEGIN, 1), message_id(BEGIN, 5)]
    again = await taken(settings, path, overlap=True, since=BEGIN + timedelta(minutes=1))
    assert again.total.taken == 1
    assert len(await stored_ids(store, GUILD)) == 3


async def test_only_who_agreed_where_that_is_asked(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    chosen = await store.settings(GUILD)
    assert chosen is not None
    await store.save_settings(replace(chosen, consent=ConsentMode.EXPLICIT))
    await store.consent(GUILD, author(settings, 3), BEGIN)
    messages = many(70, BEGIN + timedelta(minutes=1), TEXTS)
    outcome = await taken(settings, write(tmp_path / "camp.json", document(messages)))
    theirs = [int(each["id"]) for each in messages if each["author"]["id"] == "3"]
    assert (outcome.total.taken, outcome.total.left) == (10, {"refused": 60})
    assert await stored_ids(store, GUILD) == theirs


async def test_retrospectives_keep_the_mood_of_each_section(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    chosen = await store.settings(GUILD)
    assert chosen is not None
    listened = MonitoredChannel(CHANNEL, snowflake_at(NOW), kind=ChannelKind.RETROSPECTIVE)
    await store.save_settings(replace(chosen, channels=(listened,)))
    post = "## Liked\nI loved working with my team.\n## Lacked\nI was sad that we were late."
    await taken(
        settings, write(tmp_path / "camp.json", document([exported(message_id(BEGIN), post)]))
    )
    (kept,) = await store.records(GUILD, [message_id(BEGIN)])
    assert [each.section for each in kept.sections] == ["liked", "lacked"]


async def test_who_is_erased_stays_erased(settings: Settings, store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "camp.json", document([exported(message_id(BEGIN), HAPPY[0], 13)]))
    await taken(settings, path)
    assert await store.delete_author(GUILD, author(settings, 13), NOW) == 1
    await taken(settings, path)
    assert await stored_ids(store, GUILD) == []


async def test_threads_count_to_their_channel(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    public = {"id": str(THREAD), "type": "GuildPublicThread"}
    inside = [exported(message_id(BEGIN), HAPPY[0])]
    post = [exported(message_id(BEGIN, 1), HAPPY[1])]
    thread = write(tmp_path / "thread.json", document(inside, **public, categoryId=str(CHANNEL)))
    forum = {**public, "id": str(THREAD + 1)}
    forum_post = write(tmp_path / "post.json", document(post, **forum, categoryId=str(FORUM)))
    outcome = await taken(settings, thread, forum_post)
    assert outcome.total.taken == 2
    found = await store.records(GUILD, [message_id(BEGIN), message_id(BEGIN, 1)])
    assert {(each.channel_id, each.thread_id) for each in found} == {
        (CHANNEL, THREAD),
        (FORUM, THREAD + 1),
    }
    refused = [
        write(
            tmp_path / "secret.json", document(inside, **public | {"type": "GuildPrivateThread"})
        ),
        write(tmp_path / "lost.json", document(inside, **public, categoryId=None)),
    ]
    outcome = await taken(settings, *refused)
    reasons = [reason for _, reason in outcome.refused]
    assert "private threads" in reasons[0]
    assert "does not say of which channel" in reasons[1]


async def test_places_that_are_not_imported(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    inside = [exported(message_id(BEGIN), HAPPY[0])]
    direct = {"guild": 0, "type": "DirectTextChat", "name": "ada"}
    cases = {
        "direct messages": document(inside, **direct),
        "never set up": document(inside, guild=5),
        "does not listen": document(inside, id="999"),
    }
    for number, (reason, content) in enumerate(cases.items()):
        outcome = await taken(settings, write(tmp_path / f"{number}.json", content))
        assert reason in outcome.refused[0][1]
    ours = write(tmp_path / "ours.json", document(inside))
    assert "another server" in (await taken(settings, ours, guild_id=5)).refused[0][1]
    other = await taken(settings, ours, channel_ids=frozenset({5}))
    assert "another channel" in other.refused[0][1]
    assert await stored_ids(store, GUILD) == []
    asked = await taken(settings, tmp_path / "2.json", unmonitored=True)
    assert asked.total.taken == 1
    chosen = await store.settings(GUILD)
    assert chosen is not None
    await store.save_settings(replace(chosen, left_at=NOW))
    assert "not on its server any more" in (await taken(settings, ours)).refused[0][1]


async def test_files_that_are_no_exports_or_are_damaged(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    whole = write(tmp_path / "whole.json", document(many(700, BEGIN, TEXTS)))
    data = whole.read_bytes()
    broken = {
        "empty.json": b"",
        "html.json": b"<!DOCTYPE html>",
        "list.json": b"[1, 2]",
        "other.json": b'{"name": "x"}',
        "nowhere.json": b'{"messages": []}',
        "latin.json": '{"guild": "é"}'.encode("latin-1"),
    }
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
        outcome = await taken(settings, tmp_path / name)
        assert "no export" in outcome.refused[0][1], name
    assert await stored_ids(store, GUILD) == []
    cut = tmp_path / "cut.json"
    cut.write_bytes(data[: len(data) * 4 // 5])
    outcome = await taken(settings, cut)
    assert outcome.damaged == [(cut, "the file ends in the middle")]
    assert 500 < outcome.total.taken < 600
    assert len(await stored_ids(store, GUILD)) == outcome.total.taken
    bad = tmp_path / "bad.json"
    bad.write_bytes(data[:-40].replace(b'"isPinned"', b'"isPinned', 1))
    outcome = await taken(settings, bad)
    assert outcome.damaged[0][1] == "it is no JSON"


async def test_a_later_edit_stays(settings: Settings, store: Store, tmp_path: Path) -> None:
    identifier = message_id(BEGIN)
    newer = exported(identifier, HAPPY[0], timestampEdited="2026-01-02T03:04:05.1234567+09:00")
    older = exported(identifier, SAD[0], timestampEdited="2026-01-01T20:00:00+02:00")
    await taken(settings, write(tmp_path / "new.json", document([newer])))
    (kept,) = await store.records(GUILD, [identifier])
    assert kept.edited_at == datetime(2026, 1, 1, 18, 4, 5, 123_000, tzinfo=UTC)
    await taken(settings, write(tmp_path / "older.json", document([older])))
    assert list(await store.records(GUILD, [identifier])) == [kept]


async def test_the_watermark_stays_where_it_is(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    mark = Watermark(GUILD, CHANNEL, message_id(NOW))
    await store.apply(Batch(watermarks=(mark,)))
    await taken(settings, write(tmp_path / "camp.json", document(many(3, BEGIN, TEXTS))))
    assert await store.watermarks(GUILD) == {CHANNEL: mark.message_id}


async def test_a_dry_run_counts_and_writes_nothing(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path / "camp.json", document(many(700, BEGIN, TEXTS)))
    outcome = await taken(settings, path, dry_run=True)
    assert outcome.total.taken == 700
    assert await stored_ids(store, GUILD) == []
    assert await store.readings(GUILD) == []


async def test_an_interrupted_run_goes_on_where_it_stopped(
    settings: Settings, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_place, "SAVE_EVERY", 0.0)
    messages = many(1600, BEGIN, TEXTS)
    first = write(tmp_path / "1 small.json", document(messages[:2]))
    path = write(tmp_path / "2 large.json.gz", document(messages))
    reached = asyncio.Event()

    def watch(file: Path, count: int, tally: Tally) -> None:
        del count
        if file == path and tally.read >= 1000:
            reached.set()

    run = asyncio.create_task(import_files(settings, [first, path], Wishes(), watch))
    waiting = asyncio.create_task(reached.wait())
    await asyncio.wait({run, waiting}, return_when=asyncio.FIRST_COMPLETED)
    assert reached.is_set(), run
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert len(await store.readings(GUILD)) == 2
    outcome = await import_files(settings, [first, path], Wishes(), lambda *_: None)
    assert 2 + 512 <= outcome.total.resumed < 1602
    assert (outcome.total.read, outcome.total.taken) == (1602, 1602)
    assert await stored_ids(store, GUILD) == [int(each["id"]) for each in messages]
    assert await store.readings(GUILD) == []


async def test_names_in_place_of_mentions_are_not_read_as_words(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    mentions = [{"id": str(10**17 + 7), "name": "sad_hate", "nickname": "I hate this"}]
    spoken = exported(message_id(BEGIN), "@I hate this so happy today", mentions=mentions)
    await taken(settings, write(tmp_path / "camp.json", document([spoken])))
    (judged,) = (await stored_scores(store, GUILD)).values()
    expected = (await verdicts(["so happy today"]))["so happy today"]
    assert judged == pytest.approx(expected, abs=1e-5)


async def test_the_same_record_as_from_discord_itself(tmp_path: Path) -> None:
    """What was heard live and what is imported of it cannot be told apart, and holds no text."""
    async with Sandbox() as server:
        camp = await pitch(server, tmp_path)
        said = [await camp.say(text) for text in (*TEXTS, "https://example.org/cat.png")]
        async with running(camp.settings) as application:
            await settled(application)
        columns = "id, guild, channel, thread, author, created, edited, language, scores, model"
        live = camp.rows(columns)
        with sqlite3.connect(camp.database) as connection:
            connection.execute("DELETE FROM message")
        connection.close()
        members = [exported(each.id, each.content, camp.member.user.id) for each in said]
        whole = document(members, guild=camp.guild.id, id=str(camp.channel.id))
        await taken(camp.settings, write(tmp_path / "camp.json", whole), overlap=True)
        imported = camp.rows(columns)
    assert [row[:8] + row[9:] for row in imported] == [row[:8] + row[9:] for row in live]
    assert len(imported) == len(said)
    for file in tmp_path.glob("bot.sqlite3*"):
        assert HAPPY[1].encode() not in file.read_bytes()


def test_the_command_tells_what_it_did(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nunchi.sqlite3"
    environment = {"NUNCHI_STORE": url, "NUNCHI_DATA_DIR": str(tmp_path)}
    path = write(tmp_path / "camp.json", document(many(30, BEGIN, TEXTS)))

    def run(*words: str) -> Any:
        return CliRunner().invoke(nunchi, ["import", *words], env=environment)

    without = run(str(path))
    assert without.exit_code == 69
    assert "set the bot up" in without.output

    async def set_up() -> None:
        async with open_store(url) as opened:
            chosen = GuildSettings(GUILD, channels=(MonitoredChannel(CHANNEL, snowflake_at(NOW)),))
            await opened.save_settings(replace(chosen, language="ko"))

    asyncio.run(set_up())
    done = run(str(path))
    assert done.exit_code == 0, done.output
    # Neither a bar nor an empty line where nobody watches.
    assert done.output.startswith("30 messages read, 30 taken;")
    dry = run(str(path), "--dry-run", "--since", "2100-01-01")
    assert "30 messages read, 0 would be taken;" in dry.output
    assert "left out: 30 older than --since" in dry.output
    refused = run(str(path), "--channel", "5")
    assert refused.exit_code == 1
    assert "left out camp.json: it is of another channel" in refused.output
    path.write_bytes(path.read_bytes()[:-2000])
    cut = run(str(path))
    assert cut.exit_code == 1
    assert "camp.json was taken as far as it goes: the file ends in the middle" in cut.output
