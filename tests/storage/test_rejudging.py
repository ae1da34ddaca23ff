"""Replacing verdicts, on each back end: it never brings back what is gone."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS
from reports.period import Week, zone_of
from reports.weekly import compute, summary
from storage.packing import EPOCH
from storage.records import NO_MODEL, Batch, Deletion, GuildSettings, MessageRecord, Verdict
from storage.store import Store
from tests.support.store_records import CHANNEL, FIRST_ID, GUILD, START, THREAD, author, record

FAR = START + timedelta(days=400)
EDIT = START + timedelta(hours=1)


def verdict(number: int, **changes: object) -> Verdict:
    joyful = tuple(1.0 if emotion == "joy" else 0.0 for emotion in EMOTIONS)
    told = Verdict(FIRST_ID + number, None, "en", joyful, 0.75, "other@2")
    return replace(told, **changes)


async def stored(store: Store) -> dict[int, tuple[str, str, float]]:
    """Return message number -> model, language and valence."""
    found = {}
    async for page in store.scan(GUILD, EPOCH, FAR):
        for one in await store.records(GUILD, page.message_id.tolist()):
            said = (one.model, one.language, round(one.valence, 3))
            found[one.message_id - FIRST_ID] = said
    return found


async def keep(store: Store, *records: MessageRecord) -> None:
    await store.apply(Batch(upserts=records))


async def test_a_verdict_is_replaced_and_nothing_else(store: Store) -> None:
    await keep(store, record(1, thread_id=THREAD), record(2))
    before = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    assert await store.rejudge(GUILD, [verdict(1)]) == 1
    assert await stored(store) == {
        1: ("other@2", "en", 0.75),
        2: ("lexicon@1", "und", -0.8),
    }
    after = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    for name in ("message_id", "channel_id", "author", "time"):
        one, other = (
            np.concatenate([getattr(page, name) for page in pages]) for pages in (before, after)
        )
        assert one.tolist() == other.tolist()
    assert set(await store.versions(GUILD, THREAD, 0, FIRST_ID + 9)) == {FIRST_ID + 1}
    assert set(await store.versions(GUILD, CHANNEL, 0, FIRST_ID + 9)) == {FIRST_ID + 2}


async def test_what_is_gone_stays_gone(store: Store) -> None:
    await keep(store, *map(record, range(10)))
    await store.apply(Batch(deletions=(Deletion(GUILD, (FIRST_ID + 3,)),)))
    await store.opt_out(GUILD, author(1), FAR)
    left = [number for number in range(10) if number != 3 and number % 5 != 1]
    assert await store.rejudge(GUILD, [verdict(number) for number in range(12)]) == len(left)
    assert sorted(await stored(store)) == left


async def test_a_later_edit_is_left_alone(store: Store) -> None:
    await keep(store, record(1, edited_at=EDIT))
    assert await store.rejudge(GUILD, [verdict(1)]) == 0
    assert await store.rejudge(GUILD, [verdict(1, edited_at=EDIT - timedelta(seconds=1))]) == 0
    assert await store.rejudge(GUILD, [verdict(1, edited_at=EDIT)]) == 1
    later = EDIT + timedelta(hours=1)
    assert await store.rejudge(GUILD, [verdict(1, edited_at=later, valence=0.5)]) == 1
    assert await store.versions(GUILD, CHANNEL, 0, FIRST_ID + 9) == {FIRST_ID + 1: later}
    await keep(store, record(1, edited_at=EDIT))
    assert (await stored(store))[1] == ("other@2", "en", 0.5)


async def test_another_guild_and_an_empty_list_change_nothing(store: Store) -> None:
    await keep(store, record(1))
    assert await store.rejudge(GUILD + 1, [verdict(1)]) == 0
    assert await store.rejudge(GUILD, []) == 0
    assert (await stored(store))[1][0] == "lexicon@1"


async def test_sentiments_are_kept_as_they_are(store: Store) -> None:
    await keep(store, record(1))
    absent = (math.nan,) * len(EMOTIONS)
    assert await store.rejudge(GUILD, [verdict(1, probabilities=absent)]) == 1
    (page,) = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    assert np.isnan(page.probabilities).all()
    assert page.valence.tolist() == [0.75]


async def test_deleting_and_rejudging_at_once_never_keeps_a_message(store: Store) -> None:
    for start in range(0, 60, 20):
        numbers = range(start, start + 20)
        await keep(store, *map(record, numbers))
        gone = Deletion(GUILD, tuple(FIRST_ID + number for number in numbers))
        await asyncio.gather(
            store.rejudge(GUILD, [verdict(number) for number in numbers]),
            store.apply(Batch(deletions=(gone,))),
            store.rejudge(GUILD, [verdict(number) for number in numbers]),
        )
    assert await stored(store) == {}


async def test_a_week_of_sentiments_is_reported_from_every_store(store: Store) -> None:
    absent = (math.nan,) * len(EMOTIONS)
    week = [
        record(
            number,
            created_at=START + timedelta(hours=number),
            author=author(number % 7),
            probabilities=absent,
            valence=0.5 if number % 2 else -0.25,
            model="polar@3",
        )
        for number in range(7 * 24)
    ]
    silent = record(999, probabilities=absent, valence=0.0, model=NO_MODEL)
    await keep(store, *week, silent)
    settings = GuildSettings(GUILD, timezone="UTC")
    report = await compute(store, settings, Week.of(START, zone_of("UTC")), now=FAR)
    assert (report.messages, report.people, report.hidden) == (168, 7, False)
    assert report.mood is not None
    assert report.mood.value == pytest.approx(0.125, abs=1e-6)
    assert not report.tells_emotions
    assert report.points
    mood = await summary(store, settings, START, START + timedelta(days=7))
    assert mood.mood is not None
    assert all(share.share is None for share in mood.shares)
