"""Whole reports of simulated communities whose truth is known.

The figures of many more communities are in ``docs/honesty.md``; here a few with fixed seeds must
stay within what chance allows. An interval over messages instead of people would not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.communities import Change, ChangeKind, Plan, Trial, trial
from reports import bootstrap, statistics
from reports.claims import ALL, CHANNELS, DETAIL, EMOTIONS, HEADLINE, TURNING
from tests.support.processes import unmeasured

ROOT = Path(__file__).parents[2]
QUIET = Change()


@cache
def trials(people: int, weeks: int = 30, change: Change = QUIET) -> tuple[Trial, ...]:
    made = [trial(Plan(people=people, change=change), seed) for seed in range(weeks)]
    return tuple(each for each in made if each is not None)


def held(made: tuple[Trial, ...]) -> float:
    return sum(each.mood for each in made) / len(made)


@pytest.mark.no_cover
@pytest.mark.parametrize("people", [5, 20])
def test_intervals_hold_the_truth(people: int) -> None:
    """Of 30 intervals at 95 %, fewer than 26 hold the truth once in 60 times."""
    made = trials(people)
    assert len(made) >= 28
    assert held(made) >= 0.85
    changes = [each.change for each in made if each.change is not None]
    assert sum(changes) / len(changes) >= 0.85
    assert np.mean([share for each in made for share in each.shares]) >= 0.90
    assert np.mean([point for each in made for point in each.points]) >= 0.90


def test_quiet_weeks_are_called_quiet() -> None:
    """More than 6 of 60 quiet weeks with a claim come once in 25 times where 5 % have one."""
    made = trials(5) + trials(20)
    assert sum(bool(each.claims) for each in made) <= 0.1 * len(made)


def test_the_chances_of_all_claims_add_up() -> None:
    assert HEADLINE + EMOTIONS + CHANNELS + 2 * DETAIL + TURNING <= ALL


@pytest.mark.no_cover
def test_a_brighter_week_is_found_among_thirty() -> None:
    made = trials(30, 12, Change(ChangeKind.MOOD, 0.1))
    assert sum(each.found for each in made) / len(made) >= 0.9


def test_shares_are_nearer_to_the_truth_than_counted_verdicts() -> None:
    made = trials(20)
    assert np.mean([e.error for e in made]) < 0.9 * np.mean([e.counting for e in made])


@pytest.mark.no_cover
def test_a_bootstrap_over_messages_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were every message a person of its own, the intervals would be far too narrow."""
    drawn = bootstrap.resampled_sums

    def narrow(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        sums = drawn(values, generator)
        return values.sum(axis=0) + (sums - values.sum(axis=0)) / 4  # sixteen messages each

    monkeypatch.setattr(statistics, "resampled_sums", narrow)
    made = [trial(Plan(people=20), seed) for seed in range(20)]
    assert held(tuple(each for each in made if each is not None)) < 0.85


def test_the_benchmark_prints_one_object() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "report_honesty.py")]
    options = ["--weeks", "2", "--people", "6", "--processes", "1"]
    ended = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=unmeasured(),
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert set(result) == {
        "weeks",
        "coverage_95",
        "false_change_rate",
        "power",
        "change_point_error_days",
        "prevalence_mae",
        "prevalence_mae_classify_and_count",
    }
    assert set(result["coverage_95"]["6"]) == {"mood", "change", "shares", "points"}
    assert result["weeks"]["6"] == {"reports": 2, "moods": 16, "shares": 4}
    assert "any" in result["false_change_rate"]["6"]
    assert set(result["power"]) == {"people", "mood", "emotion", "day", "channel"}
