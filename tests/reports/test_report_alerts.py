"""Alerts: a planted shift is found, and nothing else makes one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks import alerts as benchmark
from benchmarks.channels.channel import Plan, lived
from benchmarks.channels.watched import FIRST_DAY, Alarm, watched
from reports.alerts import (
    QUIET_WEEKS,
    SETTLE,
    STRETCH_START,
    THRESHOLD,
    Shift,
    find_shifts,
    watch_at,
)
from reports.alerts_cusum import ALLOWANCE, evidence, run_length
from reports.alerts_usual import WEEK_BINS, Turns
from reports.grouping import milliseconds
from reports.period import DAYS
from reports.spans import PARTS
from storage.records import NO_MODEL, GuildSettings, MessageColumns, MonitoredChannel

CHANNEL, OTHER = 5, 6
NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
DAYS_KEPT = FIRST_DAY + 1
SHIFT_AT = (FIRST_DAY + 3) * PARTS
SETTINGS = GuildSettings(1, channels=(MonitoredChannel(CHANNEL, 0), MonitoredChannel(OTHER, 0)))


def after_a_shift(plan: Plan, seed: int = 0) -> list[Alarm]:
    days = FIRST_DAY + 2 * DAYS
    turns = lived(replace(plan, shift_at=SHIFT_AT), days // DAYS, np.random.default_rng(seed))
    return watched(turns, days, first_day=SHIFT_AT // PARTS)


@pytest.mark.parametrize("size", [-0.25, 0.25])
@pytest.mark.parametrize("seed", range(3))
def test_a_planted_shift_is_found_once_and_where_it_began(size: float, seed: int) -> None:
    (alarm,) = after_a_shift(Plan(shift=size), seed)
    assert SHIFT_AT <= alarm.after < SHIFT_AT + 4 * PARTS, "within four days"
    assert abs(alarm.began - SHIFT_AT) <= 2 * PARTS
    assert alarm.finding.size * size > 0
    assert alarm.finding.low <= size <= alarm.finding.high
    assert alarm.finding.people > 5


@pytest.mark.no_cover
def test_quiet_channels_are_quiet() -> None:
    weeks = 8
    days = FIRST_DAY + weeks * DAYS
    alarms = 0
    for seed in range(6):
        turns = lived(Plan(people=15), days // DAYS, np.random.default_rng([seed, 1]))
        alarms += len(watched(turns, days))
    assert alarms <= 1, f"{weeks * 6} channel-weeks, one alert in {QUIET_WEEKS}"


@pytest.mark.parametrize("people", [8, 30])
def test_one_loud_person_triggers_nothing(people: int) -> None:
    for seed in range(3):
        assert after_a_shift(Plan(people=people, loud=200.0, loud_from=SHIFT_AT), seed) == []


def test_a_small_channel_never_triggers() -> None:
    assert after_a_shift(Plan(people=4, rate=20.0, shift=-0.8)) == []


def test_a_burst_of_one_quarter_of_a_day_is_no_shift() -> None:
    days = FIRST_DAY + DAYS
    turns = lived(Plan(), days // DAYS, np.random.default_rng(3))
    burst = np.where(turns.bin == SHIFT_AT + 2, -0.9, turns.valence)
    messages = np.where(turns.bin == SHIFT_AT + 2, 500.0, turns.messages)
    changed = Turns(turns.author, turns.bin, messages, burst)
    assert watched(changed, days, first_day=SHIFT_AT // PARTS) == []


def test_a_weekly_cycle_is_no_shift() -> None:
    turns = lived(Plan(cycle=0.4), 12, np.random.default_rng(5))
    assert watched(turns, 12 * DAYS) == []


def test_evidence_begins_where_something_speaks_for_a_shift() -> None:
    scores = np.array([[0.0, -3.0, 1.5, np.nan, 9.0, 1.5]])
    found = evidence(scores, ALLOWANCE)
    assert found.value[0] == pytest.approx(1.0 + 2.0 + 1.0), "one bin counts 2.5 at most"
    assert found.began[0] == 2
    assert evidence(-scores, ALLOWANCE).value[0] == 0.0


def test_the_threshold_is_beyond_what_theory_asks_for() -> None:
    assert run_length(THRESHOLD) > QUIET_WEEKS * WEEK_BINS
    # Siegmund's approximation of the textbook's case: h = 5, k = 0.5, two-sided, 465 to 469.
    assert run_length(5.0) == pytest.approx(469, rel=0.01)


class Records:
    """A store that holds the messages of two channels: one shifted, one not."""

    def __init__(self, *columns: MessageColumns) -> None:
        self.columns = columns

    async def scan(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[MessageColumns]:
        first, last = milliseconds([start, end])
        for each in self.columns:
            yield rows_of(each, (each.time >= first) & (each.time < last))


def rows_of(columns: MessageColumns, mask: np.ndarray) -> MessageColumns:
    names = [name for name in MessageColumns.__slots__ if name != "models"]
    return MessageColumns(
        **{name: getattr(columns, name)[mask] for name in names}, models=columns.models
    )


def messages(turns: Turns, channel_id: int, model: str = "m@1") -> MessageColumns:
    """One message a person and bin, in the middle of it."""
    edges = milliseconds(watch_at(NOW + timedelta(days=1), "UTC").edges)[: DAYS_KEPT * PARTS]
    inside = turns.where(turns.bin < len(edges))
    count = len(inside)
    return MessageColumns(
        np.arange(count),
        np.full(count, channel_id),
        inside.author,
        edges[inside.bin] - 24 * 3_600_000 + 3_600_000,
        np.zeros((count, 9), np.float32),
        inside.valence.astype(np.float32),
        np.zeros(count, np.int16),
        (model,),
    )


def channel(shift: float, days_ago: int = 4, seed: int = 1) -> Turns:
    at = (DAYS_KEPT - 1 - days_ago) * PARTS
    plan = Plan(shift=shift, shift_at=at)
    return lived(plan, DAYS_KEPT // DAYS + 1, np.random.default_rng(seed))


async def shifts(*columns: MessageColumns, **last: datetime) -> tuple[Shift, ...]:
    known = {CHANNEL: last["last"]} if last else {}
    return await find_shifts(Records(*columns), SETTINGS, watch_at(NOW, "UTC"), known)


async def test_only_the_channel_that_shifted_is_named() -> None:
    (shift,) = await shifts(messages(channel(-0.3), CHANNEL), messages(channel(0.0), OTHER))
    assert shift.channel_id == CHANNEL
    assert shift.low < shift.size < min(shift.high, -0.1)
    assert abs(shift.began - (NOW - timedelta(days=4, hours=13))) <= timedelta(days=1)
    assert shift.until == datetime(2026, 11, 20, 12, tzinfo=UTC)


async def test_what_was_told_is_not_told_again() -> None:
    columns = messages(channel(-0.3), CHANNEL)
    assert await shifts(columns)
    assert await shifts(columns, last=NOW - timedelta(hours=6)) == ()


async def test_with_little_history_nothing_is_said() -> None:
    turns = channel(-0.3)
    for days, expected in ((13, 0), (20, 1)):
        recent = turns.where(turns.bin >= STRETCH_START - days * PARTS)
        assert len(await shifts(messages(recent, CHANNEL))) == expected


async def test_a_new_classifier_is_no_shift() -> None:
    turns = channel(-0.4)
    at = (DAYS_KEPT - 1 - 4) * PARTS
    before = messages(turns.where(turns.bin < at), CHANNEL, "old@1")
    assert await shifts(before, messages(turns.where(turns.bin >= at), CHANNEL, "new@1")) == ()


async def test_messages_that_say_nothing_do_not_count() -> None:
    assert await shifts(messages(channel(-0.4), CHANNEL, NO_MODEL)) == ()


async def test_channels_that_are_not_monitored_are_not_judged() -> None:
    assert await shifts(messages(channel(-0.4), 99)) == ()


async def test_a_store_without_records() -> None:
    assert await shifts() == ()


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        (NOW, 49 * 24 + 12),
        (datetime(2026, 11, 20, 12, tzinfo=UTC) + SETTLE - timedelta(seconds=1), 49 * 24 + 6),
        (datetime(2026, 11, 20, 0, 5, tzinfo=UTC), 49 * 24 + 18),
    ],
    ids=["at noon", "before the bin has settled", "just after midnight"],
)
def test_a_check_ends_with_the_last_bin_that_is_over(moment: datetime, hours: int) -> None:
    watch = watch_at(moment, "UTC")
    assert watch.until - watch.edges[0] == timedelta(hours=hours)


def test_a_day_of_25_hours_is_cut_into_quarters_too() -> None:
    moment = datetime(2026, 11, 20, 13, tzinfo=UTC)
    watch = watch_at(moment, "America/New_York")
    lengths = {
        later - earlier for earlier, later in zip(watch.edges, watch.edges[1:], strict=False)
    }
    assert lengths == {timedelta(hours=6), timedelta(hours=7)}


def test_the_benchmark_prints_one_object_and_keeps_to_its_time() -> None:
    script = Path(benchmark.__file__)
    command = [sys.executable, str(script), "--channels", "1", "--seconds", "0", "--jobs", "1"]
    done = subprocess.run(command, capture_output=True, check=True, cwd=script.parents[1])
    figures = json.loads(done.stdout)
    assert figures["threshold"] == THRESHOLD
    assert set(figures["detection"]) == set(benchmark.KINDS)
    assert figures["false_alarms_per_channel_week"] == {}, "there was no time for any"


def test_the_benchmark_is_seeded_and_finds_what_it_planted() -> None:
    task = benchmark.Task("no common mood", 0.3, False, 0, 0)
    (delay,) = benchmark.simulated(task)
    assert 1 <= delay <= 4
    assert benchmark.simulated(task) == [delay]
