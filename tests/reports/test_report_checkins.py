"""What members say of themselves, beside what is measured; on a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from reports.export.sections import sections_of
from reports.report import WeeklyReport
from reports.shown import shown_report
from reports.weekly import compute
from reports.wording import lines
from storage.checkins import CheckinAnswer
from storage.records import Batch, GuildSettings
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.reports.report_samples import AFTER, GUILD, SETTINGS, WEEK, local, record


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with SqliteStore(tmp_path / "checkins.sqlite3") as opened:
        yield opened


def author(person: int) -> bytes:
    return (person + 1).to_bytes(8, "big") + bytes(8)


async def answered(store: Store, person: int, day: int, face: int) -> None:
    week, weekday = WEEK.previous(-(day // 7)), day % 7
    at = local(weekday, 18.5, week)
    prompt = f"{local(weekday, 18, week):%Y%m%dT%H%M}"
    await store.answer_checkin(CheckinAnswer(GUILD, prompt, author(person), face, at))


async def wrote(store: Store, moods: Sequence[tuple[int, int, float]], each: int = 3) -> None:
    """Let (person, day, valence) write; enough to be measured."""
    records = [
        record(1 + number * each + part, person, local(day, 12 + part), valence)
        for number, (person, day, valence) in enumerate(moods)
        for part in range(each)
    ]
    for start in range(0, len(records), 500):
        await store.apply(Batch(upserts=tuple(records[start : start + 500])))


async def report_of(store: Store, settings: GuildSettings = SETTINGS) -> WeeklyReport:
    return await compute(store, settings, WEEK, now=AFTER)


async def test_every_person_counts_once_a_day_and_the_last_answer_holds(store: Store) -> None:
    await wrote(store, [(person, 0, 0.1) for person in range(6)])
    for person in range(6):
        await answered(store, person, 0, 1)
        await answered(store, person, 0, 5)
    await answered(store, 0, 1, 1)
    report = await report_of(store)
    assert report.checkins is not None
    assert report.checkins.mood is not None
    assert report.checkins.mood.value == pytest.approx((6 * 1 - 1) / 7, abs=0.006)
    assert report.checkins.usual is None


async def test_fewer_people_than_the_minimum_are_not_told_of(store: Store) -> None:
    await wrote(store, [(person, 0, 0.1) for person in range(9)])
    for person in range(4):
        await answered(store, person, 0, 2)
    report = await report_of(store)
    assert report.checkins is not None
    assert (report.checkins.mood, report.checkins.people) == (None, 0)
    assert not any("check" in line for line in lines(report, "en"))
    await answered(store, 4, 0, 2)
    shown = await report_of(store)
    assert shown.checkins is not None
    assert shown.checkins.mood is not None


async def test_what_is_usual_needs_enough_people_as_well(store: Store) -> None:
    await wrote(store, [(person, 0, 0.1) for person in range(6)])
    for person in range(6):
        await answered(store, person, 0, 4)
        await answered(store, person, -7 if person < 4 else -40, 2)
    few = await report_of(store)
    assert few.checkins is not None
    assert few.checkins.usual is None
    await answered(store, 4, -8, 2)
    enough = await report_of(store)
    assert enough.checkins is not None
    assert enough.checkins.usual == -0.5


async def people_who_agree(store: Store, slope: float, seed: int = 4) -> WeeklyReport:
    rng = np.random.default_rng(seed)
    moods = []
    for person in range(25):
        for day in range(5):
            valence = float(np.clip(rng.normal(0, 0.4), -0.9, 0.9))
            moods.append((person, day, valence))
            felt = 3 + slope * 3 * valence + rng.normal(0, 0.8)
            await answered(store, person, day, int(np.clip(round(felt), 1, 5)))
    await wrote(store, moods)
    return await report_of(store)


@pytest.mark.parametrize(
    ("slope", "said"),
    [(1.0, "go together (correlation +0."), (-1.0, "go opposite ways"), (0.0, "is not clear")],
)
async def test_agreement_with_what_is_measured(store: Store, slope: float, said: str) -> None:
    report = await people_who_agree(store, slope)
    assert report.checkins is not None
    assert report.checkins.agreement is not None
    told = lines(report, "en")
    assert any(said in line for line in told), told
    assert any("About 25 people who checked in say" in line for line in told)
    assert any("체크인에 답한 약 25명이 고른 기분" in line for line in lines(report, "ko"))


async def test_no_agreement_is_told_of_few_people_or_few_messages(store: Store) -> None:
    moods = [(person, day, 0.1 * person - 0.4) for person in range(9) for day in range(5)]
    await wrote(store, moods)
    for person, day, valence in moods:
        await answered(store, person, day, 4 if valence > 0 else 2)
    few = await report_of(store)
    assert few.checkins is not None
    assert few.checkins.mood is not None
    assert few.checkins.agreement is None


@pytest.mark.no_cover
async def test_the_interval_of_the_agreement_holds_the_truth(tmp_path: Path) -> None:
    """Faces are the measured mood and noise: the correlation that many people have is known."""
    values, held = [], 0
    for seed in range(12):
        async with SqliteStore(tmp_path / f"{seed}.sqlite3") as store:
            report = await people_who_agree(store, 1.0, seed)
        assert report.checkins is not None
        assert report.checkins.agreement is not None
        values.append(report.checkins.agreement)
    truth = float(np.mean([each.value for each in values]))
    held = sum(each.low <= truth <= each.high for each in values)
    assert held >= 10


async def test_what_was_shown_stands_when_somebody_leaves(store: Store) -> None:
    await wrote(store, [(person, 0, 0.1) for person in range(9)])
    for person in range(9):
        await answered(store, person, 0, 5 if person else 1)
    first = await shown_report(store, SETTINGS, WEEK, now=AFTER)
    await store.opt_out(GUILD, author(0), AFTER - timedelta(hours=1))
    second = await shown_report(store, SETTINGS, WEEK, now=AFTER)
    assert first.checkins is not None
    assert second.checkins == first.checkins


async def test_a_larger_minimum_hides(store: Store) -> None:
    await wrote(store, [(person, 0, 0.1) for person in range(9)])
    for person in range(9):
        await answered(store, person, 0, 5)
    report = await report_of(store, replace(SETTINGS, minimum_group=10))
    assert report.checkins is None or report.checkins.mood is None


async def test_files_carry_the_same_figures(store: Store) -> None:
    report = await people_who_agree(store, 1.0)
    assert report.checkins is not None
    (section,) = (each for each in sections_of(report, "en") if each.name == "checkins")
    found = {each.key: each for each in section.observations}
    assert report.checkins.mood is not None
    assert found["faces"].value == report.checkins.mood.value
    assert found["agreement"].unit == "correlation"
    assert found["answered"].value == 25
