"""The rotation test: figures by hand, no claims without a change, also where days are alike."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reports.rotation import CHANCE, chance_either_way, chances_above, distances

WEEK = 7


def days_of(
    rng: np.random.Generator, days: int, alike: float, lift: float, figures: int
) -> np.ndarray:
    """Return days of one person that resemble the days before, a third of them without words."""
    noise = rng.normal(size=(days + 50, figures))
    state = np.zeros_like(noise)
    for day in range(1, len(noise)):
        state[day] = alike * state[day - 1] + math.sqrt(1 - alike**2) * noise[day]
    found = state[50:] * 0.2
    found[-WEEK:] += lift
    found[rng.random(days) > 0.67] = np.nan
    return found


def test_distances_by_hand() -> None:
    days = np.array([0.0, np.nan, 0.0, 0.0, 1.0, 1.0, 1.0, np.nan])[:, None]
    apart = distances(days, 4)[:, 0]
    assert apart[4] == pytest.approx((1 - 0) / math.sqrt(1 / 3 + 1 / 3))
    assert apart[0] == pytest.approx((0 - 1) / math.sqrt(1 / 3 + 1 / 3))
    assert len(apart) == len(days)


def test_the_farthest_of_so_many_windows() -> None:
    apart = np.array([0.1, -0.4, 2.0, np.nan, 0.3])
    assert chance_either_way(apart, 2) == 1 / 4
    assert chance_either_way(apart, 1) == 2 / 4
    assert chance_either_way(apart, 3) == 1.0


def test_together_the_highest_figure_counts() -> None:
    apart = np.array([[3.0, 0.0], [0.0, 1.0], [0.5, 2.0], [np.nan, 9.0]])
    assert chances_above(apart, 0).tolist() == [1 / 3, 1.0]
    assert chances_above(apart, 2).tolist() == [1.0, 2 / 3]
    assert chances_above(np.full((4, 2), np.nan), 0).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("days", [30, 120])
@pytest.mark.parametrize("alike", [0.0, 0.6])
def test_claims_without_a_change_are_rare(days: int, alike: float) -> None:
    rng = np.random.default_rng(days)
    weeks, one, many = 400, 0, 0
    for _ in range(weeks):
        apart = distances(days_of(rng, days, alike, 0.0, 8), WEEK)
        one += chance_either_way(apart[:, 0], days - WEEK) <= CHANCE
        many += bool((chances_above(apart, days - WEEK) <= CHANCE).any())
    # 5 %, and three standard errors of so many weeks.
    bound = weeks * CHANCE + 3 * math.sqrt(weeks * CHANCE * (1 - CHANCE))
    assert one <= bound
    assert many <= bound


def test_clear_changes_are_found() -> None:
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(100):
        apart = distances(days_of(rng, 120, 0.3, 0.4, 1), WEEK)
        found += chance_either_way(apart[:, 0], 120 - WEEK) <= CHANCE
    assert found >= 70
