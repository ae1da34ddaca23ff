"""Whole reports of simulated communities whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reports.analysis import weekly_report
from reports.gathered import Gathered
from reports.grouping import Cells
from reports.report import WeeklyReport
from reports.tallies import joined
from tests.reports.report_samples import SETTINGS, WEEK

TRUTH = 0.1
SHARES = np.array([0.07, 0.04, 0.08, 0.25, 0.08, 0.1, 0.05, 0.05, 0.28])


def simulated(draw: np.random.Generator, people: int, rate: float, change: float = 0.0) -> Gathered:
    """Return 35 days of a community.

    Args:
        draw: Randomness.
        people: How many, with activity falling off as a power law.
        rate: Messages a person and day, on average.
        change: How much every mood moves in the last week.
    """
    activity = 1 / (np.arange(people) + 1.5) ** 0.9
    parts = np.array([0.02, 0.2, 0.4, 0.38])
    expected = (rate * activity / activity.mean())[:, None, None] * parts * np.ones((1, 35, 1))
    count = draw.poisson(expected)
    who, day, part = np.nonzero(count)
    messages = count[who, day, part].astype(np.float64)
    mood = TRUTH + draw.normal(0, 0.25, people)[who] + draw.normal(0, 0.15, (people, 35))[who, day]
    noise = draw.normal(0, 0.35, len(who)) / np.sqrt(messages)
    valence = np.clip(mood + np.where(day >= 28, change, 0.0) + noise, -1, 1)
    odds = (
        draw.gamma(SHARES * 8 * messages[:, None]) * np.exp(draw.normal(0, 0.3, (people, 9)))[who]
    )
    posterior = odds / odds.sum(axis=1, keepdims=True)
    known = np.repeat(messages[:, None], 9, axis=1)
    bins = (day * 4 + part).astype(np.int64)
    none = np.zeros(len(who))
    cells = Cells(
        who.astype(np.uint64), bins, messages, valence * messages, posterior * known, known, none
    )
    return Gathered(cells, joined([]))


def reports(people: int, rate: float, rounds: int, change: float = 0.0) -> list[WeeklyReport]:
    draw = np.random.default_rng(people)
    made = []
    for guild in range(rounds):
        settings = replace(SETTINGS, guild_id=guild)
        gathered = simulated(draw, people, rate, change)
        made.append(weekly_report(gathered, settings, WEEK, partial=False, late_by=None))
    return [report for report in made if not report.hidden]


@pytest.mark.parametrize(("people", "rate"), [(6, 5.0), (12, 3.0), (40, 2.0)])
def test_intervals_cover_and_nothing_is_claimed_of_nothing(people: int, rate: float) -> None:
    """Measured over 400 and more rounds: 93 to 97 % covered, 3 to 7 % claimed."""
    made = reports(people, rate, 120)
    assert len(made) > 100
    covered = sum(r.mood is not None and not r.mood.excludes(TRUTH) for r in made)
    assert covered / len(made) >= 0.90
    assert sum(report.changed for report in made) / len(made) <= 0.12
    assert sum(report.most_changed is not None for report in made) / len(made) <= 0.12
    low = [report.low for report in made]
    assert sum(point is not None and point.clear for point in low) / len(made) <= 0.12


def test_a_change_of_a_tenth_is_found_among_thirty() -> None:
    made = reports(30, 3.0, 40, change=-0.1)
    assert sum(report.changed for report in made) / len(made) >= 0.9
