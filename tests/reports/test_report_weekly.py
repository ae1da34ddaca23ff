"""The report of a week, from a real store to the last figure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS, Emotion
from reports.errors import UnknownTimezone
from reports.report import NOTICEABLE
from reports.weekly import WeeklyReport, compute, summary
from storage.records import Batch, MessageColumns, MessageRecord
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.reports.report_samples import (
    AFTER,
    GUILD,
    SEOUL,
    SETTINGS,
    WEEK,
    ListStore,
    changed,
    columns_of,
    community,
    day_of,
    local,
    person_of,
    record,
    taken,
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with SqliteStore(tmp_path / "nunchi.sqlite3") as opened:
        yield opened


def small_week() -> list[MessageRecord]:
    """Five people; one of them writes on two days. The index is 1.0 over six person-days."""
    return [
        record(1, 0, local(0, 10), 0.2, joy=0.2),
        record(2, 0, local(0, 12), 0.4, joy=0.4),
        record(3, 0, local(1, 9), 0.9, joy=0.9),
        record(4, 1, local(0, 10), 0.0, joy=0.0),
        record(5, 2, local(0, 11), -0.5, joy=0.0),
        record(6, 3, local(0, 11), 0.1, joy=0.1),
        record(7, 4, local(0, 23.9), 0.2, joy=0.2),
    ]


def earlier(week: int, first_id: int, people: int = 5) -> list[MessageRecord]:
    moment = local(2, 10, WEEK.previous(week))
    return [record(first_id + person, person, moment, 0.0, joy=0.1) for person in range(people)]


async def report_of(columns: MessageColumns | None, **options: object) -> WeeklyReport:
    settings = replace(SETTINGS, **options)  # type: ignore[arg-type]  # names vary by test
    return await compute(ListStore(columns), settings, WEEK, now=AFTER)


async def test_a_small_week_by_hand(store: Store) -> None:
    await store.apply(Batch(upserts=(*small_week(), *earlier(1, 100))))
    report = await compute(store, SETTINGS, WEEK, now=AFTER)
    assert (report.messages, report.people, report.hidden, report.partial) == (7, 5, False, False)
    assert report.mood is not None
    assert report.mood.value == pytest.approx(1.0 / 6, abs=1e-6)
    assert report.baseline is not None
    assert (report.baseline.mood, report.baseline.weeks) == (0.0, 1)
    assert report.baseline.days == (0.0,) * 7
    assert report.change is not None
    assert report.change.value == 0.17  # As its moods are told: to two decimals.
    joy = report.shares[EMOTIONS.index(Emotion.JOY)]
    assert joy.emotion is Emotion.JOY
    assert joy.share is not None
    assert joy.share.value == pytest.approx((0.3 + 0.9 + 0 + 0 + 0.1 + 0.2) / 6, abs=1e-6)
    assert joy.usual == pytest.approx(0.1, abs=1e-6)
    assert report.hidden_days == (0, 1)
    assert report.points == ()


async def test_fewer_people_than_the_minimum_say_nothing(store: Store) -> None:
    await store.apply(Batch(upserts=tuple(small_week()[:-1])))
    report = await compute(store, SETTINGS, WEEK, now=AFTER)
    assert report.hidden
    assert (report.mood, report.change, report.baseline) == (None, None, None)
    assert (report.shares, report.points, report.hidden_days) == ((), (), ())
    allowed = await compute(store, replace(SETTINGS, minimum_group=4), WEEK, now=AFTER)
    assert not allowed.hidden


async def test_an_empty_week(store: Store) -> None:
    report = await compute(store, SETTINGS, WEEK, now=AFTER)
    assert (report.messages, report.people, report.hidden) == (0, 0, True)
    nobody = await compute(store, replace(SETTINGS, minimum_group=0), WEEK, now=AFTER)
    assert nobody.hidden


async def test_weeks_with_few_people_are_no_baseline(store: Store) -> None:
    rows = (*small_week(), *earlier(1, 100, people=4), *earlier(3, 200), *earlier(4, 300))
    await store.apply(Batch(upserts=rows))
    report = await compute(store, SETTINGS, WEEK, now=AFTER)
    assert report.baseline is not None
    assert report.baseline.weeks == 2
    await store.delete_before(GUILD, WEEK.bounds(SEOUL)[0])
    first = await compute(store, SETTINGS, WEEK, now=AFTER)
    assert first.mood is not None
    assert (first.baseline, first.change, first.changed) == (None, None, False)
    assert first.most_changed is None


async def test_the_same_records_give_the_same_report() -> None:
    columns = community()
    whole = await compute(ListStore(columns, 10_000), SETTINGS, WEEK, now=AFTER)
    pieces = await compute(ListStore(columns, 333), SETTINGS, WEEK, now=AFTER)
    assert whole.mood is not None
    assert pieces.mood is not None
    assert whole.mood.low == pytest.approx(pieces.mood.low, abs=1e-9)
    again = await compute(ListStore(columns, 10_000), SETTINGS, WEEK, now=AFTER)
    assert again == whole


async def test_a_planted_change_is_found_and_its_thursday() -> None:
    report = await report_of(community(dip=1.2))
    assert report.changed
    assert report.change is not None
    assert report.change.value < -NOTICEABLE
    assert report.low is not None
    assert report.low.clear
    assert report.low.span.day == 3
    assert report.high is not None
    assert report.high.span.day >= 5
    assert report.most_changed is not None
    assert report.most_changed.change is not None


@pytest.mark.no_cover
async def test_no_change_is_an_answer() -> None:
    claims = 0
    for seed in range(20):
        report = await report_of(community(600, 600, 25, seed=seed, dip=0.0))
        claims += report.changed
    assert claims <= 3


async def test_the_change_is_paired_by_person() -> None:
    """Against a bootstrap written out, person by person."""
    columns = community(500, 300, 12, seed=8)
    report = await report_of(columns)
    days: dict[int, dict[tuple[bool, int], list[float]]] = {}
    rows = zip(person_of(columns), day_of(columns), columns.valence, strict=True)
    for person, day, valence in rows:
        days.setdefault(person, {}).setdefault((day >= 0, day), []).append(float(valence))
    sums = np.array(
        [
            [
                f
                for now in (True, False)
                for f in (
                    sum(np.mean(v) for (is_now, _), v in of.items() if is_now == now),
                    sum(is_now == now for is_now, _ in of),
                )
            ]
            for of in days.values()
        ]
    )
    draw = np.random.default_rng(0)
    changes = []
    for _ in range(4000):
        s = sums[draw.integers(0, len(sums), len(sums))].sum(axis=0)
        changes.append(s[0] / s[1] - s[2] / s[3])
    total = sums.sum(axis=0)
    assert report.change is not None
    assert report.change.value == pytest.approx(total[0] / total[1] - total[2] / total[3], abs=0.01)
    low, high = np.quantile(changes, (0.025, 0.975))
    width = report.change.high - report.change.low
    assert high - low < width < 1.6 * (high - low)


async def test_one_loud_person_does_not_move_the_index() -> None:
    rows = [record(n, n % 10, local(n % 7, 12), 0.5) for n in range(70)]
    quiet = await report_of(columns_of(rows))
    rows += [record(100 + n, 0, local(2, 13), 0.5) for n in range(500)]
    loud = await report_of(columns_of(rows))
    assert quiet.mood is not None
    assert loud.mood is not None
    assert loud.mood.value == pytest.approx(quiet.mood.value)


async def test_classes_that_the_classifier_cannot_see_stay_absent() -> None:
    columns = community()
    probabilities = columns.probabilities.copy()
    hurt = EMOTIONS.index(Emotion.HURT)
    probabilities[:, hurt] = np.nan
    probabilities /= np.nansum(probabilities, axis=1, keepdims=True)
    report = await report_of(changed(columns, probabilities=probabilities))
    assert report.shares[hurt].share is None
    assert report.shares[hurt].change is None
    known = [share.share.value for share in report.shares if share.share is not None]
    assert sum(known) == pytest.approx(1)
    for point in report.points:
        assert np.isnan(point.shares[hurt])
        assert np.nansum(point.shares) == pytest.approx(1)


async def test_shares_of_two_models_with_different_classes_sum_to_one() -> None:
    columns = community()
    probabilities = columns.probabilities.copy()
    probabilities[::2, EMOTIONS.index(Emotion.HURT)] = np.nan
    probabilities /= np.nansum(probabilities, axis=1, keepdims=True)
    report = await report_of(changed(columns, probabilities=probabilities))
    assert sum(s.share.value for s in report.shares if s.share is not None) == pytest.approx(1)


async def test_days_with_few_people_are_not_shown() -> None:
    columns = community()
    kept = ~((day_of(columns) == 2) & (person_of(columns) > 3))
    report = await report_of(taken(columns, kept))
    assert 2 in report.hidden_days
    assert len(report.hidden_days) == 2
    assert not {point.span.day for point in report.points} & set(report.hidden_days)
    assert all(point.span.people >= 5 for point in report.points)


async def test_days_are_local() -> None:
    rows = [record(n, n % 6, local(6, 23, zone=SEOUL), 0.1) for n in range(30)]
    columns = columns_of(rows)
    seoul = await report_of(columns)
    assert [point.span.day for point in seoul.points] == [6]
    london = await report_of(columns, timezone="Europe/London")
    assert [(point.span.day, point.span.part) for point in london.points] == [(6, 2)]
    apia = await report_of(columns, timezone="Pacific/Apia")
    assert apia.messages == 0
    with pytest.raises(UnknownTimezone):
        await report_of(columns, timezone="Mars/Olympus")


async def test_partial_and_late() -> None:
    store = ListStore(community())
    end = WEEK.bounds(SEOUL)[1]
    midway = await compute(store, SETTINGS, WEEK, now=end - timedelta(hours=1))
    assert midway.partial
    due = end + timedelta(hours=9)
    in_time = await compute(store, SETTINGS, WEEK, now=due + timedelta(minutes=5), due=due)
    assert in_time.late_by is None
    late = await compute(store, SETTINGS, WEEK, now=due + timedelta(hours=5), due=due)
    assert late.late_by == timedelta(hours=5)


async def test_extreme_moods_stay_within_bounds() -> None:
    columns = community()
    for value in (-1.0, 1.0):
        report = await report_of(changed(columns, valence=np.full_like(columns.valence, value)))
        assert report.mood is not None
        assert (report.mood.value, report.mood.low, report.mood.high) == (value, value, value)
        assert (report.low, report.high, report.changed) == (None, None, False)


async def test_a_summary_of_any_days(store: Store) -> None:
    await store.apply(Batch(upserts=tuple(small_week())))
    start, end = local(0, 0), local(1, 24)
    result = await summary(store, SETTINGS, start, end)
    assert (result.messages, result.people, result.hidden) == (7, 5, False)
    assert result.mood is not None
    assert result.mood.value == pytest.approx(1.0 / 6, abs=1e-6)
    assert len(result.shares) == 9
    part = await summary(store, SETTINGS, local(0, 11.5), end)
    assert part.messages == 3
    assert part.hidden
    assert part.mood is None
    with pytest.raises(ValueError, match="after the start"):
        await summary(store, SETTINGS, end, start)


async def test_a_summary_counts_local_days_across_a_clock_change() -> None:
    moments = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (4, 28 - 24)]
    rows = [record(n, n % 6, moments[n % 2], 0.2) for n in range(12)]
    settings = replace(SETTINGS, timezone="America/New_York")
    start, end = datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)
    result = await summary(ListStore(columns_of(rows)), settings, start, end)
    assert result.mood is not None
    assert result.mood.value == pytest.approx(0.2)


async def test_the_loop_stays_free() -> None:
    columns = community(40_000, 20_000, 500)
    stalls: list[float] = []

    async def tick() -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(0.005)
            stalls.append(perf_counter() - before - 0.005)

    ticker = asyncio.create_task(tick())
    await compute(ListStore(columns, 5_000), SETTINGS, WEEK, now=AFTER)
    ticker.cancel()
    assert len(stalls) > 3
    assert sorted(stalls)[len(stalls) * 9 // 10] < 0.2
