"""Answers to check-ins, in both stores."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.checkins import CheckinAnswer, CheckinSettings
from storage.records import GuildSettings
from storage.settings_document import settings_from_document, settings_to_document
from storage.store import Store

GUILD = 1 << 60
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA, MINA = bytes([1] * 16), bytes([2] * 16)
ANSWER = CheckinAnswer(GUILD, "20261116T0900", ADA, 4, NOW)


async def faces(store: Store, guild_id: int = GUILD) -> list[int]:
    found = await store.checkins(guild_id, NOW - HOUR, NOW + 24 * HOUR)
    return [int(face) for face in found.face]


async def test_an_answer_to_a_question_counts_once_and_the_last_one_holds(store: Store) -> None:
    assert await store.answer_checkin(ANSWER)
    assert await store.answer_checkin(replace(ANSWER, face=2, at=NOW + HOUR))
    assert await store.answer_checkin(replace(ANSWER, author=MINA, face=5))
    assert await store.answer_checkin(replace(ANSWER, prompt="20261117T0900", face=3))
    assert sorted(await faces(store)) == [2, 3, 5]


async def test_answers_of_a_stretch_of_time_come_by_time(store: Store) -> None:
    for number, at in enumerate((NOW + HOUR, NOW, NOW - HOUR), start=1):
        await store.answer_checkin(replace(ANSWER, prompt=f"q{number}", face=number, at=at))
    found = await store.checkins(GUILD, NOW, NOW + HOUR)
    assert [int(face) for face in found.face] == [2]
    assert found.author[0] == int.from_bytes(ADA[:8], "big")
    whole = await store.checkins(GUILD, NOW - HOUR, NOW + 2 * HOUR)
    assert [int(face) for face in whole.face] == [3, 2, 1]


async def test_who_opts_out_leaves_no_answer_and_gives_none(store: Store) -> None:
    await store.answer_checkin(ANSWER)
    await store.answer_checkin(replace(ANSWER, author=MINA))
    await store.opt_out(GUILD, ADA, NOW + HOUR)
    assert len(await faces(store)) == 1
    assert not await store.answer_checkin(replace(ANSWER, at=NOW + 2 * HOUR))
    assert len(await faces(store)) == 1


async def test_answers_go_with_their_age_and_their_guild(store: Store) -> None:
    for guild_id in (GUILD, GUILD + 1):
        for number in range(3):
            at = NOW + number * HOUR
            given = replace(ANSWER, guild_id=guild_id, prompt=f"q{number}", at=at)
            await store.answer_checkin(given)
    await store.delete_before(GUILD, NOW + HOUR)
    assert len(await faces(store)) == 2
    await store.delete_guild(GUILD)
    assert await faces(store) == []
    assert len(await faces(store, GUILD + 1)) == 3


async def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        await store.answer_checkin(replace(ANSWER, at=NOW.replace(tzinfo=None)))


def test_the_choice_of_a_guild_survives() -> None:
    settings = GuildSettings(1, checkins=CheckinSettings(5, 4, 18, NOW))
    document = json.loads(json.dumps(settings_to_document(settings)))
    assert settings_from_document(document) == settings
    del document["checkins"]
    assert settings_from_document(document).checkins == CheckinSettings()
