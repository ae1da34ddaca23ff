"""What both stores promise where members are asked first."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.consent import NEVER_ASKED, asked_until, is_consented
from storage.open import open_store
from storage.packing import EPOCH, milliseconds
from storage.records import FOREVER, Batch, Choices, ConsentMode, GuildSettings, Verdict
from storage.settings_document import settings_from_document, settings_to_document
from storage.sqlite_schema import MIGRATIONS, migrate
from storage.store import Store
from tests.support.store_records import FIRST_ID, GUILD, START, author, record

ASKS = GuildSettings(GUILD, consent=ConsentMode.EXPLICIT)
TELLS = GuildSettings(GUILD)
SECOND = timedelta(seconds=1)
FAR = START.replace(year=2030)

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def moment(number: int) -> datetime:
    return record(number).created_at


def batch(*numbers: int) -> Batch:
    """Records of one author: ``author(1)``."""
    return Batch(tuple(record(number, author=author(1)) for number in numbers))


async def numbers(store: Store) -> list[int]:
    pages = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    return [int(each) - FIRST_ID for page in pages for each in page.message_id]


async def test_nothing_is_taken_before_its_author_agreed(store: Store) -> None:
    await store.save_settings(ASKS)
    assert await store.apply(batch(1, 2)) == 0
    assert await store.consent(GUILD, author(1), moment(3))
    assert await store.apply(batch(1, 2, 3, 4, 5)) == 2
    assert await numbers(store) == [4, 5]
    assert await store.apply(Batch((record(6, author=author(2)),))) == 0
    assert await store.consents(GUILD) == {author(1): moment(3)}
    assert await store.choices(GUILD, author(1)) == Choices(consented_at=moment(3))


async def test_the_first_yes_counts_and_a_refusal_ends_it(store: Store) -> None:
    await store.save_settings(ASKS)
    await store.consent(GUILD, author(1), moment(3))
    await store.consent(GUILD, author(1), moment(9))
    assert await store.consents(GUILD) == {author(1): moment(3)}
    await store.opt_out(GUILD, author(1), moment(10))
    assert await store.consents(GUILD) == {}
    assert not await store.consent(GUILD, author(1), moment(11))
    await store.opt_in(GUILD, author(1), moment(12))
    assert await store.apply(batch(13)) == 0, "back, but not yet agreed"
    assert await store.consent(GUILD, author(1), moment(14))
    assert await store.apply(batch(13, 15)) == 1
    await store.delete_author(GUILD, author(1), moment(16))
    assert await store.consents(GUILD) == {}


async def test_beginning_to_ask_deletes_what_nobody_agreed_to(store: Store) -> None:
    await store.save_settings(TELLS)
    assert await store.delete_unconsented(GUILD) == 0
    await store.consent(GUILD, author(1), moment(3))
    await store.apply(batch(1, 2, 4, 5))
    await store.apply(Batch(tuple(record(n, author=author(2)) for n in range(20, 25))))
    elsewhere = GuildSettings(GUILD + 1)
    await store.save_settings(elsewhere)
    await store.apply(Batch((record(30, guild_id=GUILD + 1),)))
    left = await store.departures(GUILD)
    await store.save_settings(ASKS)
    assert await store.delete_unconsented(GUILD) == 7
    assert await numbers(store) == [4, 5]
    assert await store.departures(GUILD) > left, "figures that were shown must stand"
    assert await store.delete_unconsented(GUILD) == 0
    again = [
        Verdict(FIRST_ID + n, None, "en", record(n).probabilities, 0.0, "words@2") for n in (1, 4)
    ]
    assert await store.rejudge(GUILD, again) == 1, "judging again brings nothing back"
    assert await numbers(store) == [4, 5]
    assert await store.count_author(GUILD + 1, record(30).author) == 1


async def test_ceasing_to_ask_takes_nothing_from_the_time_between(store: Store) -> None:
    await store.save_settings(ASKS)
    await store.consent(GUILD, author(1), moment(3))
    await store.save_settings(GuildSettings(GUILD, notice_since=moment(10)))
    stranger = [record(n, author=author(2)) for n in (5, 10, 11)]
    assert await store.apply(Batch(tuple(stranger))) == 1
    assert await store.apply(batch(2, 4)) == 1
    assert await numbers(store) == [4, 11]


async def test_leaving_a_server_ends_every_consent(store: Store) -> None:
    await store.save_settings(ASKS)
    await store.consent(GUILD, author(1), moment(3))
    await store.delete_guild(GUILD)
    assert await store.consents(GUILD) == {}


async def test_what_a_process_left_half_done_is_completed_by_mongodb(
    mongodb_address: str,
) -> None:
    url = f"{mongodb_address}/nunchi_test_half_done_consent"
    async with open_store(url) as store:
        await store.delete_guild(GUILD)
        await store.save_settings(TELLS)
        await store.apply(batch(1, 2))
        await store.save_settings(ASKS)
    async with open_store(url) as store:
        assert await numbers(store) == []


async def test_a_file_of_an_older_version_asks_as_it_said(tmp_path: Path) -> None:
    path = tmp_path / "nunchi.sqlite3"
    before = next(n for n, one in enumerate(MIGRATIONS) if "TABLE consent" in one[0])
    connection = sqlite3.connect(path)
    migrate(connection, MIGRATIONS[:before])
    for guild_id, mode in ((GUILD, "explicit"), (GUILD + 1, "notice")):
        document = json.dumps({"guild_id": guild_id, "consent": mode})
        connection.execute("INSERT INTO settings VALUES (?, ?)", (guild_id, document))
    connection.commit()
    connection.close()
    async with open_store(f"sqlite:///{path}") as store:
        assert await store.apply(batch(1)) == 0
        assert await store.apply(Batch((record(1, guild_id=GUILD + 1),))) == 1


def test_up_to_when_a_server_asks() -> None:
    assert asked_until(None) == asked_until(TELLS) == NEVER_ASKED
    assert asked_until(ASKS) == FOREVER
    back = GuildSettings(GUILD, notice_since=START)
    assert asked_until(back) == milliseconds(START)
    assert settings_from_document(settings_to_document(back)) == back
    stamp = milliseconds(START)
    assert is_consented(stamp, NEVER_ASKED, None)
    assert not is_consented(stamp, FOREVER, None)
    assert not is_consented(stamp, FOREVER, START), "not in the same millisecond"
    assert is_consented(stamp, FOREVER, START - SECOND)
    assert is_consented(stamp + 1, stamp, None)
