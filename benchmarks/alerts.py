"""How often alerts err, and how soon they find a shift, on simulated channels of known truth.

Quiet channels of several kinds are watched week after week as the bot does it, each quarter of a
day: every alert is false. Then the mood of everybody shifts by a known size; counted is who is
found within a week, and after how many days. Last, one person more writes forty furious messages a
day: no alert is due. Prints one JSON object.

    python benchmarks/alerts.py [--channels 40] [--seed 0] [--seconds 600] [--jobs 2]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.channels.channel import Plan, lived
from benchmarks.channels.watched import FIRST_DAY, watched
from reports.alerts import STRETCH_DAYS, THRESHOLD
from reports.alerts_cusum import run_length
from reports.alerts_usual import WEEK_BINS
from reports.period import DAYS
from reports.spans import PARTS

KINDS: Final = {
    "usual": Plan(),
    "12 people": Plan(people=12),
    "200 people": Plan(people=200),
    "moody days": Plan(weather=0.06, lingering=0.5),
    "no common mood": Plan(weather=0.0, cycle=0.0),
}
SIZES: Final = (0.05, 0.1, 0.15, 0.2, 0.3)
QUIET_WEEKS: Final = 13
SHIFT_AT: Final = (FIRST_DAY + DAYS) * PARTS
LOUD: Final = 40.0


@dataclass(frozen=True, slots=True)
class Task:
    """One channel to simulate.

    Attributes:
        kind: Key of ``KINDS``.
        size: Of the shift; 0 for a quiet channel.
        loud: Whether one person more is furious.
        number: Which channel of its kind.
        seed: Of the whole run.
    """

    kind: str
    size: float
    loud: bool
    number: int
    seed: int


def simulated(task: Task) -> list[float]:
    """Return what came of a channel.

    Returns:
        For a quiet one, one entry an alert; for a shifted one the delay in days, if it was found
        within a week and in the right direction.
    """
    draw = np.random.default_rng([task.seed, task.number, round(task.size * 1000), task.loud])
    plan = KINDS[task.kind]
    if not task.size:
        loud = replace(plan, loud=LOUD, loud_from=SHIFT_AT) if task.loud else plan
        days = FIRST_DAY + QUIET_WEEKS * DAYS
        return [1.0 for _ in watched(lived(loud, days // DAYS, draw), days)]
    # Any quarter of the week may be the first of a shift, and either direction is possible.
    at = SHIFT_AT + task.number % WEEK_BINS
    shift = task.size * (-1) ** task.number
    days = FIRST_DAY + 3 * DAYS
    turns = lived(replace(plan, shift=shift, shift_at=at), days // DAYS, draw)
    found = [
        (alarm.after + 1 - at) / PARTS
        for alarm in watched(turns, days, first_day=at // PARTS)
        if at <= alarm.after < at + STRETCH_DAYS * PARTS and alarm.finding.size * shift > 0
    ]
    return found[:1]


def tasks(channels: int, seed: int) -> list[Task]:
    """Return every channel to simulate, so ordered that a part of them is a fair part."""
    wanted = [(kind, 0.0, False) for kind in KINDS]
    wanted += [("usual", 0.0, True), ("12 people", 0.0, True)]
    wanted += [(kind, size, False) for kind, size in product(KINDS, SIZES)]
    return [
        Task(kind, size, loud, number, seed)
        for number in range(channels)
        for kind, size, loud in wanted
    ]


def measure(channels: int, seed: int, seconds: float, jobs: int) -> dict[str, Any]:
    """Simulate until all is done or the time is over, and return the figures."""
    started = time.monotonic()
    results: dict[Task, list[float]] = {}
    queue = tasks(channels, seed)
    with ProcessPoolExecutor(jobs) as pool:
        for first in range(0, len(queue), 8 * jobs):
            if time.monotonic() - started > seconds:
                break
            some = queue[first : first + 8 * jobs]
            results.update(zip(some, pool.map(simulated, some), strict=True))
    return {
        "threshold": THRESHOLD,
        "independent_bins_by_siegmund": round(run_length(THRESHOLD)),
        "false_alarms_per_channel_week": _false(results, _is_quiet),
        "false_alarms_by_kind": {
            kind: _false({t: r for t, r in results.items() if t.kind == kind}, _is_quiet)
            for kind in KINDS
        },
        "one_loud_person": _false(results, lambda task: task.loud),
        "detection": {
            kind: {str(size): _detection(results, kind, size) for size in SIZES} for kind in KINDS
        },
        "plans": {kind: asdict(plan) for kind, plan in KINDS.items()},
        "seed": seed,
        "seconds": round(time.monotonic() - started, 1),
    }


def _false(results: dict[Task, list[float]], wanted: Callable[[Task], bool]) -> dict[str, float]:
    """Return the rate of alerts, with the upper end of its 95 % interval (Garwood 1936)."""
    counted = [found for task, found in results.items() if not task.size and wanted(task)]
    weeks, alerts = QUIET_WEEKS * len(counted), sum(map(len, counted))
    if not weeks:
        return {}
    return {
        "rate": round(alerts / weeks, 5),
        "upper_95": round(_poisson_upper(alerts) / weeks, 5),
        "channel_weeks": weeks,
        "alerts": alerts,
    }


def _is_quiet(task: Task) -> bool:
    return not task.loud


def _poisson_upper(count: int) -> float:
    """Return the mean under which so few events have a chance of 2.5 in a hundred."""
    low, high = float(count), count + 10 * math.sqrt(count + 1) + 10
    for _ in range(60):
        middle = (low + high) / 2
        chance = sum(
            math.exp(-middle + k * math.log(middle) - math.lgamma(k + 1)) for k in range(count + 1)
        )
        low, high = (middle, high) if chance > 0.025 else (low, middle)
    return high


def _detection(results: dict[Task, list[float]], kind: str, size: float) -> dict[str, float | None]:
    found = [each for task, each in results.items() if (task.kind, task.size) == (kind, size)]
    delays = [delay for each in found for delay in each]
    return {
        "probability": round(len(delays) / len(found), 3) if found else None,
        "median_delay_days": _quantile(delays, 0.5),
        "delay_days_90": _quantile(delays, 0.9),
        "channels": len(found),
    }


def _quantile(values: Iterable[float], part: float) -> float | None:
    kept = list(values)
    return round(float(np.quantile(kept, part)), 2) if kept else None


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--channels", type=int, default=40, help="of each kind and size")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600, help="begin nothing after so long")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    print(json.dumps(measure(given.channels, given.seed, given.seconds, given.jobs), indent=2))


if __name__ == "__main__":
    main()
