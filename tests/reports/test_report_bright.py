"""Which messages a report may link to: surely joyful ones of members who agreed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.classifier import load
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.training.chat import load_chat
from reports.bright import (
    CANDIDATES,
    EACH,
    JOY,
    VALENCE,
    BrightMoment,
    bright_moments,
    next_best,
)
from reports.period import Week
from storage.open import open_store
from storage.records import Batch, Feedback, GuildSettings, MessageRecord, ReportSchedule
from tests.support.store_records import GUILD, START, THREAD, author, record

WEEK = Week.parse("2026-W45")
ON = GuildSettings(GUILD, report=ReportSchedule(bright=True))
BEFORE = START - timedelta(days=1)
ME, OTHER, THIRD = author(1), author(2), author(3)
DAY = timedelta(days=1)


def scores(joy: float, rest: Emotion = Emotion.NEUTRAL) -> tuple[float, ...]:
    return tuple(
        joy if each is Emotion.JOY else 1 - joy if each is rest else 0.0 for each in EMOTIONS
    )


def joyful(number: int, who: bytes = ME, **changes: object) -> MessageRecord:
    values = {"author": who, "probabilities": scores(0.98), "valence": 0.9, **changes}
    return record(number, **values)


async def found(
    tmp_path: Path,
    records: Sequence[MessageRecord],
    agreed: Sequence[bytes] = (ME,),
    *,
    settings: GuildSettings = ON,
    since: datetime = BEFORE,
    feedback: Sequence[Feedback] = (),
) -> list[BrightMoment]:
    async with open_store(f"sqlite:///{tmp_path / 'bright.sqlite3'}") as store:
        await store.apply(Batch(tuple(records)))
        for who in agreed:
            await store.allow_links(GUILD, who, since)
        for each in feedback:
            await store.add_feedback(each)
        return list(await bright_moments(store, settings, WEEK))


def ids(moments: Sequence[BrightMoment]) -> list[int]:
    return [each.message_id for each in moments]


async def test_a_joyful_message_of_who_agreed(tmp_path: Path) -> None:
    mine = joyful(1, thread_id=THREAD)
    (moment,) = await found(tmp_path, [mine, joyful(2, OTHER), record(3, author=ME)])
    assert (moment.message_id, moment.container_id) == (mine.message_id, THREAD)
    assert (moment.author, moment.day) == (ME, START.date())


async def test_nothing_unless_the_guild_switched_it_on(tmp_path: Path) -> None:
    assert await found(tmp_path, [joyful(1)], settings=GuildSettings(GUILD)) == []


async def test_nothing_when_nobody_agreed(tmp_path: Path) -> None:
    assert await found(tmp_path, [joyful(1)], agreed=()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"probabilities": scores(JOY - 0.01)},
        {"valence": VALENCE - 0.01},
        {"probabilities": scores(0.1, Emotion.SADNESS)},
        {"probabilities": scores(0.1, Emotion.ANGER)},
        {"probabilities": (math.nan,) * len(EMOTIONS)},
        {"created_at": START - timedelta(seconds=1)},
        {"created_at": START + 7 * DAY},
    ],
    ids=["unsure", "not so pleasant", "sad", "angry", "untold", "before", "after"],
)
async def test_what_is_never_linked(tmp_path: Path, changes: dict[str, object]) -> None:
    assert await found(tmp_path, [joyful(1, **changes)]) == []


async def test_only_what_was_written_after_agreeing(tmp_path: Path) -> None:
    moments = await found(tmp_path, [joyful(1), joyful(5)], since=START + timedelta(seconds=3))
    assert ids(moments) == [joyful(5).message_id]


async def test_what_a_member_corrected(tmp_path: Path) -> None:
    given = [
        Feedback(GUILD, joyful(number).message_id, OTHER, "joy", said, "lexicon@1", START)
        for number, said in ((1, "sadness"), (2, "joy"))
    ]
    moments = await found(tmp_path, [joyful(1), joyful(2)], feedback=given)
    assert ids(moments) == [joyful(2).message_id]


async def test_who_shares_the_first_bytes_has_not_agreed(tmp_path: Path) -> None:
    assert await found(tmp_path, [joyful(1, ME[:8] + bytes(8))]) == []


async def test_the_surest_first_whatever_the_order(tmp_path: Path) -> None:
    records = [
        joyful(1, ME),
        joyful(2, OTHER, probabilities=scores(0.999)),
        joyful(3, THIRD, valence=0.95),
        joyful(4, OTHER),
    ]
    everybody = (ME, OTHER, THIRD)
    first = await found(tmp_path, records, everybody)
    (tmp_path / "again").mkdir()
    again = await found(tmp_path / "again", records[::-1], everybody[::-1])
    expected = [records[index].message_id for index in (1, 2, 0, 3)]
    assert ids(first) == ids(again) == expected


async def test_a_flood_stays_bounded_and_no_author_fills_it(tmp_path: Path) -> None:
    people = [author(number) for number in range(200)]
    records = [joyful(10 * n + k, who) for n, who in enumerate(people) for k in range(10)]
    moments = await found(tmp_path, records, people)
    assert len(moments) == CANDIDATES
    assert max(sum(each.author == who for each in moments) for who in people) <= EACH


def moment(number: int, who: bytes, day: int) -> BrightMoment:
    when = (START + day * DAY).date()
    return BrightMoment(number, 1, 1, who, None, when, 0.99, 0.9)


def test_other_authors_always_and_other_days_where_there_are_some() -> None:
    first, same, later = moment(1, ME, 0), moment(2, OTHER, 0), moment(3, THIRD, 1)
    mine = moment(4, ME, 2)
    assert next_best([first, same, later, mine], []) == first
    assert next_best([same, later, mine], [first]) == later
    assert next_best([same, mine], [first, later]) == same
    assert next_best([mine], [first]) is None
    assert next_best([], []) is None


async def test_days_are_those_of_the_guild(tmp_path: Path) -> None:
    settings = replace(ON, timezone="Asia/Seoul")
    late = joyful(1, created_at=datetime(2026, 11, 3, 16, tzinfo=UTC))
    (found_one,) = await found(tmp_path, [late], settings=settings)
    assert found_one.day.isoformat() == "2026-11-04"


async def test_how_often_the_shipped_model_is_right() -> None:
    """The figures of the documentation, of which nothing may get worse unnoticed."""
    classifier = load("embedded")
    await classifier.start()
    lines = load_chat(split="dev")
    chosen: list[Emotion] = []
    for start in range(0, len(lines), 64):
        batch = lines[start : start + 64]
        judged = await classifier.classify([line.text for line in batch])
        for line, each in zip(batch, judged, strict=True):
            if each.probabilities[EMOTIONS.index(Emotion.JOY)] >= JOY and each.valence >= VALENCE:
                chosen.append(line.label)
    await classifier.close()
    assert len(chosen) >= 100
    assert chosen.count(Emotion.JOY) / len(chosen) >= 0.95
    assert sum(chosen.count(each) for each in (Emotion.SADNESS, Emotion.ANGER)) <= 3
