"""Simulated communities are what their plan says, and their truth is true."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from benchmarks.communities import LAST_WEEK, Change, ChangeKind, Community, Plan, judged, written
from storage.open import open_store

MANY = Plan(people=400, rate=6.0)


def community(plan: Plan = MANY, seed: int = 0) -> Community:
    return written(plan, np.random.default_rng(seed))


def mean_valence(made: Community, chosen: np.ndarray) -> float:
    """Return the mean over person-days, as a report weighs it."""
    keys = made.columns.author[chosen].astype(np.int64) * 35 + made.day[chosen]
    _, place, count = np.unique(keys, return_inverse=True, return_counts=True)
    weights = 1 / count[place]
    return float(weights @ made.columns.valence[chosen] / weights.sum())


def test_the_same_seed_writes_the_same() -> None:
    one, again, other = community(), community(), community(seed=1)
    assert np.array_equal(one.columns.probabilities, again.columns.probabilities)
    assert np.array_equal(one.columns.time, again.columns.time)
    assert len(one.columns) != len(other.columns)


def test_activity_has_a_heavy_tail_and_messages_come_by_time() -> None:
    made = community()
    _, counts = np.unique(made.columns.author, return_counts=True)
    counts = np.sort(counts)[::-1]
    assert counts[: len(counts) // 10].sum() > 0.35 * counts.sum()
    assert np.all(np.diff(made.columns.time) >= 0)
    assert (made.day.min(), made.day.max()) == (0, 34)
    assert np.abs(made.columns.valence).max() <= 1.1


def test_the_true_mood_and_shares_are_those_of_many_people() -> None:
    made = [community(seed=seed) for seed in range(4)]
    last = [mean_valence(each, each.day >= LAST_WEEK) for each in made]
    assert np.mean(last) == pytest.approx(made[0].mood(), abs=0.01)
    labels = np.concatenate([each.labels[each.day >= LAST_WEEK] for each in made])
    assert np.bincount(labels, minlength=9) / len(labels) == pytest.approx(
        made[0].shares(), abs=0.02
    )


def test_a_planted_mood_moves_the_week_and_its_truth() -> None:
    quiet = community()
    made = community(Plan(people=400, rate=6.0, change=Change(ChangeKind.MOOD, -0.1)))
    assert made.mood() - quiet.mood() == pytest.approx(-0.1)
    assert made.mood(0, LAST_WEEK) == pytest.approx(quiet.mood(0, LAST_WEEK))
    gap = mean_valence(made, made.day >= LAST_WEEK) - mean_valence(quiet, quiet.day >= LAST_WEEK)
    assert gap == pytest.approx(-0.1, abs=1e-3)


def test_a_planted_emotion_rises_by_its_size() -> None:
    plan = Plan(people=400, rate=6.0, change=Change(ChangeKind.EMOTION, 0.1, place=2))
    made = community(plan)
    assert made.shares()[2] - made.shares(0, LAST_WEEK)[2] == pytest.approx(0.1)
    assert made.shares().sum() == pytest.approx(1.0)
    now, before = (made.labels[mask] == 2 for mask in (made.day >= LAST_WEEK, made.day < LAST_WEEK))
    assert now.mean() - before.mean() == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("kind", [ChangeKind.DAY, ChangeKind.CHANNEL])
def test_a_planted_day_or_channel_moves_only_itself(kind: ChangeKind) -> None:
    day = LAST_WEEK + 3 if kind is ChangeKind.DAY else LAST_WEEK
    made = community(Plan(people=400, rate=6.0, change=Change(kind, 0.08, day, 1)))
    quiet = community()
    moved = made.brightness - quiet.brightness > 0.04
    there = made.day == day if kind is ChangeKind.DAY else made.columns.channel_id == 102
    assert np.array_equal(moved, there & (made.day >= LAST_WEEK))


def test_the_weekly_cycle_is_in_mood_and_truth() -> None:
    made = community(Plan(people=400, rate=6.0, cycle=0.1))
    saturday, wednesday = made.mood(33, 34), made.mood(30, 31)
    assert saturday - wednesday == pytest.approx(0.1, abs=0.02)


def test_people_come_and_go_and_those_who_opted_out_are_gone() -> None:
    made = community()
    authors = made.columns.author
    first, last = (set(authors[mask].tolist()) for mask in (made.day < 7, made.day >= LAST_WEEK))
    assert first - last
    assert last - first
    assert len(made.opted_out) == 20
    assert not set(made.opted_out.tolist()) & set(authors.tolist())


def test_the_classifier_errs_as_planned() -> None:
    labels = np.repeat(np.arange(9), 500)
    posteriors = judged(labels, np.random.default_rng(0))
    assert posteriors.sum(axis=1) == pytest.approx(np.ones(len(labels)))
    right = (posteriors.argmax(axis=1) == labels).mean()
    assert 0.74 < right < 0.8
    counted = community().counted()
    assert np.abs(counted - community().shares()).max() > 0.03


async def test_a_store_holds_what_was_written(tmp_path: Path) -> None:
    made = community(Plan(people=6, rate=2.0, opt_outs=0.2))
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    async with open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}") as store:
        await made.fill(store)
        stored = [columns async for columns in store.scan(1, start, end)]
        assert len(await store.opted_out(1)) == 1
    assert np.array_equal(np.concatenate([each.time for each in stored]), made.columns.time)
    authors = np.concatenate([each.author for each in stored])
    assert np.array_equal(authors, made.columns.author)
    scanned = [columns async for columns in made.scan(1, start, end)]
    assert np.array_equal(scanned[0].valence, made.columns.valence)
