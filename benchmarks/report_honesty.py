"""Whether the weekly report is honest: simulated communities whose truth is known.

Each community writes five weeks (see the package ``communities``), a classifier that errs judges
them, and the report of the last week is held against the truth. Prints one JSON object:

- ``weeks``: by number of people, how many reports there are, and how many communities of which only
  the mood and its change, or the shares as well, were computed (see ``communities.glimpse``).
- ``coverage_95``: by number of people, how often 95 % intervals hold the truth: of the mood, of its
  change, of shares of emotions, of points of the curve. All but the points are those of communities
  that were only glimpsed at: there are more of them.
- ``false_change_rate``: in weeks without a change, how often each claim is made, and ``any`` of
  them, which is to be at most 5 %; by number of people.
- ``power``: how often a planted change is claimed, by its kind and size, and of how many people.
- ``change_point_error_days``: of a mood that changed for good within the week, how far the day it
  is said to have changed lies from the truth (``mean``), and how often by at most one day.
- ``prevalence_mae``: mean absolute error of the shares; ``prevalence_mae_classify_and_count``: what
  it would be if verdicts were counted.

The same seed prints the same figures, whatever the number of processes. It takes about ten minutes
of one processor unless told otherwise.

    python benchmarks/report_honesty.py [--weeks 100] [--people 5,10,20,50,100,500] [--seed 0]
        [--processes 1]
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from typing import Any, Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process a core is faster than threads

import numpy as np
from communities import (
    LAST_WEEK,
    Change,
    ChangeKind,
    Glimpse,
    Plan,
    Trial,
    glimpse,
    trial,
)

PEOPLE: Final = (5, 10, 20, 50, 100, 500)
AMONG: Final = 50
"""Changes are planted among so many people."""

SIZES: Final = {
    ChangeKind.MOOD: (0.03, 0.05, 0.1),
    ChangeKind.EMOTION: (0.03, 0.05, 0.1),
    ChangeKind.DAY: (0.05, 0.1),
    ChangeKind.CHANNEL: (0.05, 0.1),
}
ANGER: Final = 2
SATURDAY: Final = LAST_WEEK + 5
TURNS: Final = (1, 2, 3, 4)
"""Days of the week on which a mood changes for good."""

TURN: Final = -0.08

MOODS: Final = 8
"""So many communities are glimpsed at for each report."""

SHARES: Final = 2
"""Of so many of them, shares are estimated as well."""


class Simulation:
    """Runs trials on several cores."""

    def __init__(self, pool: ProcessPoolExecutor, seed: int) -> None:
        self._pool = pool
        self._seed = seed

    def __call__(self, plan: Plan, weeks: int, part: int = 0) -> list[Trial]:
        """Return the trials of a plan in which enough people wrote; parts differ in seeds."""
        first = (self._seed * 100 + part) * 100_000
        seeds = range(first, first + weeks)
        made = self._pool.map(trial, repeat(plan), seeds, chunksize=4)
        return [each for each in made if each is not None]

    def glimpses(self, plan: Plan, reports: int) -> list[Glimpse]:
        """Return what is glimpsed of communities, of the first of them with their shares."""
        first, count = self._seed * 1_000_000, reports * MOODS
        shares = [number < reports * SHARES for number in range(count)]
        seeds = range(first, first + count)
        made = self._pool.map(glimpse, repeat(plan), seeds, shares, chunksize=8)
        return [each for each in made if each is not None]


def coverage(trials: Sequence[Trial], glimpses: Sequence[Glimpse]) -> dict[str, float]:
    return {
        "mood": share(each.mood for each in glimpses),
        "change": share(each.change for each in glimpses if each.change is not None),
        "shares": share(held for each in glimpses for held in each.shares),
        "points": share(held for each in trials for held in each.points),
    }


def claims(trials: Sequence[Trial]) -> dict[str, float]:
    names = ("headline", "emotions", "points", "hours", "channels", "turning")
    each = {name: share(name in one.claims for one in trials) for name in names}
    return {**each, "any": share(bool(one.claims) for one in trials)}


def power(simulate: Simulation, weeks: int) -> dict[str, Any]:
    found: dict[str, Any] = {"people": AMONG}
    for part, (kind, sizes) in enumerate(SIZES.items()):
        place = ANGER if kind is ChangeKind.EMOTION else 0
        day = SATURDAY if kind is ChangeKind.DAY else LAST_WEEK
        found[kind.value] = {
            str(size): share(
                each.found
                for each in simulate(
                    Plan(people=AMONG, change=Change(kind, size, day, place)), weeks, 1 + part
                )
            )
            for size in sizes
        }
    return found


def change_points(simulate: Simulation, weeks: int) -> dict[str, float]:
    errors, planted = [], 0
    for turn in TURNS:
        change = Change(ChangeKind.MOOD, TURN, LAST_WEEK + turn)
        trials = simulate(replace(Plan(people=AMONG), change=change), weeks, 10 + turn)
        planted += len(trials)
        days = [each.turning for each in trials if each.turning is not None]
        errors += [abs(day - LAST_WEEK - turn) for day in days]
    return {
        "found": round(len(errors) / max(planted, 1), 4),
        "mean": round(float(np.mean(errors)), 4) if errors else float("nan"),
        "within_one_day": share(error <= 1 for error in errors),
    }


def share(values: Iterable[bool | None]) -> float:
    """Return which part is true; NaN of none."""
    known = list(values)
    return round(sum(map(bool, known)) / len(known), 4) if known else float("nan")


def measured(simulate: Simulation, people: Sequence[int], weeks: int) -> dict[str, Any]:
    quiet = {count: simulate(Plan(people=count), weeks) for count in people}
    seen = {count: simulate.glimpses(Plan(people=count), weeks) for count in people}
    every = [each for trials in quiet.values() for each in trials]
    fewer = max(weeks // 4, 1)
    return {
        "weeks": {
            str(count): {
                "reports": len(trials),
                "moods": len(seen[count]),
                "shares": sum(bool(each.shares) for each in seen[count]),
            }
            for count, trials in quiet.items()
        },
        "coverage_95": {
            str(count): coverage(trials, seen[count]) for count, trials in quiet.items()
        },
        "false_change_rate": {
            **{str(count): claims(trials) for count, trials in quiet.items()},
            "all": claims(every),
        },
        "power": power(simulate, fewer),
        "change_point_error_days": change_points(simulate, fewer),
        "prevalence_mae": round(float(np.mean([each.error for each in every])), 4),
        "prevalence_mae_classify_and_count": round(
            float(np.mean([each.counting for each in every])), 4
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weeks", type=int, default=100, help="reports of each size")
    parser.add_argument("--people", default=",".join(map(str, PEOPLE)), help="sizes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    people = [int(count) for count in given.people.split(",")]
    with ProcessPoolExecutor(given.processes) as pool:
        result = measured(Simulation(pool, given.seed), people, given.weeks)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
