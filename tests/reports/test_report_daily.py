"""A guild's last weeks: the same rules of hiding, little memory, samples of large servers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from reports.daily import MOST_MESSAGES, Past, look_back, windows_of
from reports.grouping import milliseconds
from reports.period import DAYS
from reports.retrospect import told
from reports.weekly import compute
from storage.records import MessageColumns
from tests.reports.report_samples import (
    AFTER,
    SEOUL,
    SETTINGS,
    WEEK,
    ListStore,
    changed,
    columns_of,
    community,
    day_of,
    fixed_report,
    local,
    person_of,
    record,
    taken,
)


async def past_of(columns: MessageColumns | None, messages: int = 1500) -> Past:
    return await look_back(ListStore(columns), SETTINGS, WEEK, messages)


async def test_moods_are_those_of_the_report() -> None:
    columns = community()
    past = await past_of(columns)
    assert [week.week.key for week in past.weeks] == [f"2026-W{n}" for n in range(42, 47)]
    report = await compute(ListStore(columns), SETTINGS, WEEK, now=AFTER)
    assert report.mood is not None
    assert past.weeks[-1].mood == pytest.approx(report.mood.value)
    for share, known in zip(report.shares, past.weeks[-1].shares, strict=True):
        assert share.share is not None
        assert known == pytest.approx(share.share.value)
    thursday = taken(columns, day_of(columns) == 3)
    people = person_of(thursday)
    mine = [thursday.valence[people == one].astype(float).mean() for one in np.unique(people)]
    assert past.weeks[-1].days[3].mood == pytest.approx(np.mean(mine))
    assert past.weeks[-1].days[3].people == len(mine)


async def test_nothing_is_known_of_hidden_days() -> None:
    columns = community()
    few = ~((day_of(columns) == 2) & (person_of(columns) > 3))
    past = await past_of(taken(columns, few))
    hidden = [day for day in past.weeks[-1].days if day.hidden]
    report = await compute(ListStore(taken(columns, few)), SETTINGS, WEEK, now=AFTER)
    assert len(hidden) == 2  # one alone could be computed from the week
    assert tuple(day.date.weekday() for day in hidden) == report.hidden_days
    assert all((day.mood, day.people, day.error) == (None, 0, 0.0) for day in hidden)


async def test_a_week_of_few_people_is_hidden_as_a_whole() -> None:
    columns = community()
    few = ~((day_of(columns) < 0) & (day_of(columns) >= -7) & (person_of(columns) > 3))
    past = await past_of(taken(columns, few))
    week = past.weeks[-2]
    assert week.mood is None
    assert np.isnan(week.shares).all()
    assert all(day.mood is None for day in week.days)
    assert past.told == 3


async def test_weeks_of_another_classifier_are_left_out() -> None:
    columns = community()
    model = (day_of(columns) < -7).astype(np.int16)
    past = await past_of(changed(columns, model=model, models=("test@1", "old@1")))
    assert len(past.weeks) == 2


async def test_without_messages_there_is_only_the_week() -> None:
    past = await past_of(None)
    assert len(past.weeks) == 1
    assert past.told == 0


async def test_an_empty_week_between_others_stays() -> None:
    columns = community()
    past = await past_of(taken(columns, (day_of(columns) < -14) | (day_of(columns) >= -7)))
    assert len(past.weeks) == 5
    assert past.weeks[2].messages == 0
    assert not any(day.hidden for day in past.weeks[2].days)


@pytest.mark.parametrize("part", [0.004, 0.3, 0.999])
def test_a_sample_lies_within_every_part_of_every_day(part: float) -> None:
    windows = list(windows_of(WEEK, part, SEOUL))
    start, end = WEEK.bounds(SEOUL)
    length = sum(((last - first) for first, last in windows), timedelta())
    assert length / (end - start) == pytest.approx(part, rel=1e-3)
    edges = milliseconds([start + timedelta(hours=6 * n) for n in range(4 * DAYS + 1)])
    places = np.searchsorted(edges, milliseconds([first for first, _ in windows]), side="right") - 1
    assert places.tolist() == list(range(4 * DAYS))
    assert all(first < last <= end for first, last in windows)


async def test_large_servers_are_sampled_evenly() -> None:
    columns = community(6000, 6000, 60)
    whole = await past_of(columns, 100)
    sample = await past_of(columns, MOST_MESSAGES // 53 * 3)
    assert sample.sampled == pytest.approx(1 / 3, abs=0.01)
    read = sum(week.messages for week in sample.weeks) / sum(w.messages for w in whole.weeks)
    assert read == pytest.approx(1 / 3, abs=0.05)
    for one, other in zip(sample.weeks, whole.weeks, strict=True):
        assert one.mood == pytest.approx(other.mood, abs=0.06)


async def test_far_too_many_old_messages_end_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.daily.MOST_MESSAGES", 2000)
    past = await look_back(ListStore(community(800, 5000)), SETTINGS, WEEK, 30)
    assert len(past.weeks) == 1


async def test_days_are_local() -> None:
    records = [record(n, n, local(6, 23.9), 0.5) for n in range(6)]
    records += [record(10 + n, n, local(0, 0.1), -0.5) for n in range(6)]
    past = await past_of(columns_of(records))
    days = past.weeks[-1].days
    assert (days[0].mood, days[6].mood) == (-0.5, 0.5)
    assert all(day.mood is None and not day.hidden for day in days[1:6])


async def test_without_a_minimum_group_one_person_is_enough() -> None:
    settings = replace(SETTINGS, minimum_group=0)
    store = ListStore(columns_of([record(1, 1, datetime(2026, 11, 10, 9, tzinfo=UTC), 0.25)]))
    past = await look_back(store, settings, WEEK, 1)
    assert past.weeks[-1].days[1].mood == 0.25


async def test_what_is_told_does_not_depend_on_the_moods_of_hidden_days() -> None:
    columns = community()
    columns = taken(columns, ~((day_of(columns) == 3) & (person_of(columns) > 3)))
    told_of = []
    for mood in (-1.0, 1.0):
        hidden = np.isin(day_of(columns), (2, 3))
        valence = np.where(hidden, mood, columns.valence).astype(np.float32)
        past = await past_of(changed(columns, valence=valence))
        told_of.append(told(fixed_report(), past))
        assert [day.date.weekday() for day in past.weeks[-1].days if day.hidden] == [2, 3]
    low, high = told_of
    assert low.year is not None
    assert low.year == high.year
    assert low.turning == high.turning
    assert low.stretch == high.stretch
