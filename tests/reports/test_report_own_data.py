"""The export of one's own data: all of it, exactly as it is stored, and nothing of others."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from classifiers.emotion import EMOTIONS
from reports.own_data import OwnData, OwnFile, own_data
from storage.open import open_store
from storage.records import (
    NO_MODEL,
    AlertSettings,
    Batch,
    Feedback,
    GuildSettings,
    MessageRecord,
    ReportSchedule,
)
from storage.store import Store
from tests.support.store_records import FIRST_ID, GUILD, START, THREAD, author, record

ME, OTHER, USER = author(1), author(2), 55
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEN_MEBIBYTES = 10 * 1024 * 1024
SETTINGS = GuildSettings(GUILD)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path}/nunchi.sqlite3") as opened:
        yield opened


def mine(number: int, **changes: Any) -> MessageRecord:
    values: dict[str, Any] = {
        "author": ME,
        "thread_id": THREAD if number % 2 else None,
        "edited_at": START + timedelta(days=2, milliseconds=number) if number % 3 else None,
        "valence": (number % 9 - 4) / 8,
        "model": NO_MODEL if number % 7 == 0 else f"words@{number % 2}",
        **changes,
    }
    return record(number, **values)


def opened(file: OwnFile) -> dict[str, Any]:
    packed = file.name.endswith(".gz")
    content = gzip.decompress(file.content) if packed else file.content
    document: dict[str, Any] = json.loads(content)
    return document


def exported(data: OwnData) -> list[dict[str, Any]]:
    return [each for file in data.files for each in opened(file)["records"]]


def read_back(document: dict[str, Any]) -> MessageRecord:
    """Return the record that a document was made of."""
    shares = document["probabilities"]
    edited, thread = document["edited_at"], document["thread_id"]
    return MessageRecord(
        message_id=int(document["message_id"]),
        guild_id=GUILD,
        channel_id=int(document["channel_id"]),
        thread_id=None if thread is None else int(thread),
        author=ME,
        created_at=datetime.fromisoformat(document["created_at"]),
        edited_at=None if edited is None else datetime.fromisoformat(edited),
        language=document["language"],
        probabilities=tuple(
            math.nan if shares[emotion] is None else shares[emotion] for emotion in EMOTIONS
        ),
        valence=document["valence"],
        model=document["model"] or NO_MODEL,
    )


async def asked(store: Store, *, limit: int = TEN_MEBIBYTES, **changes: Any) -> OwnData:
    settings = replace(SETTINGS, **changes)
    return await own_data(store, settings, USER, ME, now=NOW, limit=limit)


async def stored(store: Store) -> list[MessageRecord]:
    return [each async for page in store.author_records(GUILD, ME) for each in page]


def same(one: Sequence[MessageRecord], other: Sequence[MessageRecord]) -> bool:
    """Compare in print: NaN does not equal itself."""
    return sorted(map(repr, one)) == sorted(map(repr, other))


async def test_it_is_exactly_what_is_stored(store: Store) -> None:
    written = [mine(number) for number in range(50)]
    fine = replace(mine(60), probabilities=(0.1, 0.7, 1e-6, *[0.2 / 6] * 6), valence=-0.3)
    strangers = [record(number, author=OTHER) for number in range(100, 130)]
    elsewhere = mine(200, guild_id=GUILD + 1)
    await store.apply(Batch((*written, fine, *strangers, elsewhere)))
    data = await asked(store)
    assert data.records == 51
    assert same([read_back(each) for each in exported(data)], await stored(store))
    content = data.files[0].content.decode()
    assert OTHER.hex() not in content
    assert str(FIRST_ID + 100) not in content
    assert str(FIRST_ID + 200) not in content


async def test_nothing_kept_is_an_answer_too(store: Store) -> None:
    data = await asked(store)
    (file,) = data.files
    document = opened(file)
    assert file.name == "nunchi-my-data-2026-11-21.json"
    assert (data.records, document["records"], document["records_total"]) == (0, [], 0)
    assert document["settings"] == {
        "own_mood_since": None,
        "joyful_messages_linkable_since": None,
        "agreed_to_be_measured_at": None,
        "opted_out": False,
        "opted_out_or_erased_at": None,
        "never_taken_until": None,
        "planned_the_reports": False,
        "switched_on_the_alerts": False,
    }


async def test_choices_and_feedback_of_the_member_only(store: Store) -> None:
    said = Feedback(GUILD, FIRST_ID, ME, "joy", "anger", "words@1", NOW)
    await store.delete_author(GUILD, ME, START)
    await store.allow_personal(GUILD, ME, NOW)
    await store.allow_personal(GUILD, OTHER, NOW)
    await store.add_feedback(said)
    await store.add_feedback(replace(said, author=OTHER, corrected="fear"))
    named: dict[str, Any] = {
        "report": ReportSchedule(planned_by=USER),
        "alerts": AlertSettings(switched_on_by=USER),
    }
    document = opened((await asked(store, **named)).files[0])
    assert document["settings"] == {
        "own_mood_since": "2026-11-21T12:00:00.000+00:00",
        "joyful_messages_linkable_since": None,
        "agreed_to_be_measured_at": None,
        "opted_out": False,
        "opted_out_or_erased_at": "2026-11-02T00:00:00.000+00:00",
        "never_taken_until": "2026-11-02T00:00:00.000+00:00",
        "planned_the_reports": True,
        "switched_on_the_alerts": True,
    }
    assert document["feedback"] == [
        {
            "message_id": str(FIRST_ID),
            "predicted": "joy",
            "corrected": "anger",
            "model": "words@1",
            "created_at": "2026-11-21T12:00:00.000+00:00",
            "language": said.language,
            "probabilities": "",
            "text": None,
        }
    ]
    assert (document["guild_id"], document["user_id"]) == (str(GUILD), str(USER))
    assert document["pseudonym"] == ME.hex()


async def test_what_somebody_else_planned_is_not_theirs(store: Store) -> None:
    named: dict[str, Any] = {
        "report": ReportSchedule(planned_by=USER + 1),
        "alerts": AlertSettings(switched_on_by=USER + 1),
    }
    document = opened((await asked(store, **named)).files[0])
    assert document["settings"]["planned_the_reports"] is False
    assert document["settings"]["switched_on_the_alerts"] is False


async def test_after_an_opt_out_only_the_opt_out_is_kept(store: Store) -> None:
    await store.apply(Batch((mine(1),)))
    await store.opt_out(GUILD, ME, NOW)
    data = await asked(store)
    assert data.records == 0
    assert opened(data.files[0])["settings"]["opted_out"] is True


@pytest.mark.no_cover
async def test_ten_thousand_messages_are_one_compressed_file(store: Store) -> None:
    await store.apply(Batch(tuple(mine(number) for number in range(10_000))))
    data = await asked(store)
    (file,) = data.files
    assert file.name == "nunchi-my-data-2026-11-21.json.gz"
    assert len(file.content) < 1024 * 1024
    assert opened(file)["records_total"] == data.records == 10_000
    assert same([read_back(each) for each in exported(data)], await stored(store))


async def test_what_does_not_fit_is_split_into_complete_files(store: Store) -> None:
    await store.apply(Batch(tuple(mine(number) for number in range(3000))))
    limit = 16 * 1024
    data = await asked(store, limit=limit)
    count = len(data.files)
    assert count > 2
    assert all(len(file.content) <= limit for file in data.files)
    documents = [opened(file) for file in data.files]
    assert [(each["part"], each["parts"]) for each in documents] == [
        (number, count) for number in range(1, count + 1)
    ]
    assert len({file.name for file in data.files}) == count
    assert same([read_back(each) for each in exported(data)], await stored(store))


async def test_the_same_records_give_the_same_bytes(store: Store) -> None:
    await store.apply(Batch(tuple(mine(number) for number in range(2000))))
    assert await asked(store) == await asked(store)
