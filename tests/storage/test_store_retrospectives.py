"""Sections of retrospectives are written and deleted with the record of their message."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from storage.records import Batch, Deletion, GuildSettings, MessageRecord, MonitoredChannel, Verdict
from storage.retrospectives import (
    ChannelForm,
    ChannelKind,
    RetroReminder,
    RetroSection,
    RetroSettings,
)
from storage.settings_document import settings_from_document, settings_to_document
from storage.store import Store
from tests.support.store_records import CHANNEL, FIRST_ID, GUILD, START, author, record

END = START + timedelta(days=7)
MIXED = (0.5, 0.25, 0.0, math.nan, 0.25, 0.0, 0.0, 0.0, 0.0)


def section(key: str, valence: float, sentences: int = 2, form: str = "4l") -> RetroSection:
    return RetroSection(key, form, sentences, MIXED, valence)


LIKED, LACKED = section("liked", 0.5), section("lacked", -0.25, 3)


def post(number: int, **changes: Any) -> MessageRecord:
    return record(number, **{"sections": (LIKED, LACKED), **changes})


async def kept(store: Store, guild_id: int = GUILD) -> list[tuple[int, str]]:
    return [
        (message_id - FIRST_ID, key)
        async for page in store.retrospectives(guild_id, START, END)
        for message_id, key in zip(page.message_id.tolist(), page.section, strict=True)
    ]


BOTH = [(1, "liked"), (1, "lacked")]


async def test_sections_come_back_as_they_were_written(store: Store) -> None:
    await store.apply(Batch(upserts=(post(1), record(2), post(3, guild_id=GUILD + 1))))
    pages = [page async for page in store.retrospectives(GUILD, START, END)]
    assert len(pages) == 1
    page = pages[0]
    assert page.message_id.tolist() == [FIRST_ID + 1] * 2
    assert page.channel_id.tolist() == [CHANNEL] * 2
    assert page.author.tolist() == [int.from_bytes(author(1)[:8], "big")] * 2
    assert page.time.tolist() == [int((START.timestamp() + 1) * 1000)] * 2
    assert (page.section, page.form) == (("liked", "lacked"), ("4l", "4l"))
    assert page.sentences.tolist() == [2, 3]
    assert page.valence.tolist() == [0.5, -0.25]
    assert np.array_equal(page.probabilities, np.float32([MIXED, MIXED]), equal_nan=True)


async def test_only_the_asked_time_is_read(store: Store) -> None:
    late = post(4, created_at=END)
    await store.apply(Batch(upserts=(post(1), late)))
    assert await kept(store) == BOTH


async def test_more_than_a_page_comes_in_order(store: Store) -> None:
    # Many at one moment, so that a page must not end between two of them and lose some.
    moment = START + timedelta(hours=1)
    posts = [post(n, created_at=moment if n % 2 else START) for n in range(2100)]
    for first in range(0, len(posts), 700):
        await store.apply(Batch(upserts=tuple(posts[first : first + 700])))
    found = await kept(store)
    assert len(found) == len(set(found)) == 2 * 2100
    assert {number for number, _ in found} == set(range(2100))


async def test_writing_again_changes_nothing(store: Store) -> None:
    batch = Batch(upserts=(post(1),))
    await store.apply(batch)
    await store.apply(batch)
    assert await kept(store) == BOTH


async def test_an_edit_replaces_them_and_an_older_one_does_not(store: Store) -> None:
    await store.apply(Batch(upserts=(post(1),)))
    edited = START + timedelta(hours=2)
    await store.apply(Batch(upserts=(post(1, edited_at=edited, sections=(LACKED,)),)))
    assert await kept(store) == [(1, "lacked")]
    await store.apply(Batch(upserts=(post(1),)))
    assert await kept(store) == [(1, "lacked")]
    later = edited + timedelta(hours=1)
    await store.apply(Batch(upserts=(post(1, edited_at=later, sections=()),)))
    assert await kept(store) == []


async def test_whatever_forgets_the_message_forgets_them(store: Store) -> None:
    async def again() -> None:
        await store.apply(Batch(upserts=(post(1),)))
        assert await kept(store) == BOTH

    await again()
    await store.apply(Batch(deletions=(Deletion(GUILD, (FIRST_ID + 1,)),)))
    assert await kept(store) == []
    await again()
    await store.delete_container(GUILD, CHANNEL)
    assert await kept(store) == []
    await again()
    await store.delete_before(GUILD, END)
    assert await kept(store) == []
    await again()
    await store.delete_guild(GUILD)
    assert await kept(store) == []
    await again()
    await store.delete_author(GUILD, author(1), END)
    assert await kept(store) == []
    await store.apply(Batch(upserts=(post(1),)))
    assert await kept(store) == [], "what was erased is never taken again"


async def test_who_opted_out_has_none(store: Store) -> None:
    await store.apply(Batch(upserts=(post(1), post(2))))
    await store.opt_out(GUILD, author(1), START)
    assert await kept(store) == [(2, "liked"), (2, "lacked")]
    await store.apply(Batch(upserts=(post(1), post(6))))
    assert await kept(store) == [(2, "liked"), (2, "lacked")]


async def test_judging_again_replaces_them(store: Store) -> None:
    # A real snowflake: its time is that of the message.
    epoch = datetime(2015, 1, 1, tzinfo=UTC)
    message_id = (int((START - epoch).total_seconds() * 1000) << 22) + 5
    await store.apply(Batch(upserts=(record(1, message_id=message_id, created_at=START),)))
    verdict = Verdict(message_id, None, "ko", MIXED, 0.0, "new@1", (section("try", 0.1),))
    assert await store.rejudge(GUILD, [verdict]) == 1
    assert [key for _, key in await kept(store)] == ["try"]
    await store.rejudge(GUILD, [replace(verdict, sections=None, model="newer@1")])
    assert [key for _, key in await kept(store)] == ["try"]
    await store.rejudge(GUILD, [replace(verdict, sections=())])
    assert await kept(store) == []


async def test_an_author_gets_their_own(store: Store) -> None:
    await store.apply(Batch(upserts=(post(1), record(6))))
    records = [each async for page in store.author_records(GUILD, author(1)) for each in page]
    by_id = {each.message_id - FIRST_ID: each.sections for each in records}
    assert [each.section for each in by_id[1]] == ["liked", "lacked"]
    assert by_id[6] == ()
    some = await store.records(GUILD, [FIRST_ID + 1])
    assert [each.sentences for each in some[0].sections] == [2, 3]


async def test_settings_keep_kinds_forms_and_the_reminder(store: Store) -> None:
    reminder = RetroReminder(5, weekday=4, hour=17, minute=30, since=START, role_id=9)
    settings = GuildSettings(
        GUILD,
        channels=(MonitoredChannel(5, 0, kind=ChannelKind.RETROSPECTIVE), MonitoredChannel(6, 0)),
        retro=RetroSettings((ChannelForm(5, "kpt"),), reminder),
    )
    await store.save_settings(settings)
    assert await store.settings(GUILD) == settings
    assert settings.retro.form_of(5) == "kpt"
    assert settings.retro.form_of(6) is None


def test_older_settings_know_no_retrospectives() -> None:
    document = settings_to_document(GuildSettings(GUILD, channels=(MonitoredChannel(5, 0),)))
    del document["retro"], document["channels"][0]["kind"]
    read = settings_from_document(document)
    assert read.retro == RetroSettings()
    assert read.channels[0].kind is ChannelKind.PLAIN


def test_a_reminder_needs_a_zone() -> None:
    naive = RetroReminder(5, 4, 17, 30, since=datetime(2026, 11, 2))  # noqa: DTZ001
    settings = GuildSettings(GUILD, retro=RetroSettings(reminder=naive))
    with pytest.raises(ValueError, match="naive"):
        settings_to_document(settings)
