"""Turning points and good stretches on simulated days with known truth."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from reports.history import RAREST, Turning
from reports.stretch import stretch_of
from reports.turning import turning_of
from tests.reports.past_samples import past_of, quiet_moods
from tests.reports.report_samples import WEEK


def turned(moods: np.ndarray, seed: int = 0, simulations: int = 200) -> Turning | None:
    return turning_of(past_of(moods), np.random.default_rng(seed), simulations)


@pytest.mark.no_cover
@pytest.mark.parametrize(("weeks", "memory"), [(5, 0.0), (9, 0.3), (13, 0.0)])
def test_false_alarms_are_rare(weeks: int, memory: float) -> None:
    draw, alarms = np.random.default_rng(11), 0
    for seed in range(120):
        moods = quiet_moods(weeks, draw, memory=memory)
        moods[draw.random(moods.shape) < 0.05] = np.nan
        alarms += turned(moods, seed) is not None
    assert alarms <= 5  # at a rate of 1.5 %, chance has more than 5 of 120 once in 100 times


@pytest.mark.no_cover
@pytest.mark.parametrize("weeks", [5, 6, 13])
@pytest.mark.parametrize(("noises", "least"), [(4, 54), (5, 57)])
def test_change_points_are_found_within_a_day(weeks: int, noises: int, least: int) -> None:
    """At the rate of 1.5 % the power is 96 % or more, and 99 % or more, of 400 weeks."""
    draw, within, found = np.random.default_rng(2), 0, 0
    for seed in range(60):
        moods, day = quiet_moods(weeks, draw), int(draw.integers(1, 6))
        moods[-1, day:] -= noises * 0.06  # so many times the noise of a day
        turning = turned(moods, seed)
        if turning is not None:
            found += 1
            within += abs(turning.first - day) <= 1 and turning.change < 0
    assert found >= least
    assert within / found >= 0.9


def test_unusual_days_of_the_past_hide_little() -> None:
    """Were the noise their plain standard deviation, fewer than half would be found."""
    draw, found = np.random.default_rng(3), 0
    for seed in range(40):
        moods = quiet_moods(10, draw)
        moods[[2, 5, 7], [1, 6, 3]] += np.array([0.6, -0.6, 0.6])
        moods[-1, 3:] -= 0.24
        found += turned(moods, seed) is not None
    assert found >= 36


def test_a_single_day_is_told_as_such() -> None:
    moods = quiet_moods(10, np.random.default_rng(4))
    moods[-1, 2] += 0.5
    turning = turned(moods, simulations=2000)
    assert turning is not None
    assert (turning.first, turning.last, turning.lasting) == (2, 2, False)
    assert turning.once_in == RAREST
    assert turning.weeks == 9
    assert turning.change == pytest.approx(0.5, abs=0.15)
    assert turning.mood == pytest.approx(moods[-1, 2])


def test_a_change_that_stays_lasts() -> None:
    moods = quiet_moods(10, np.random.default_rng(5))
    moods[-1, 4:] -= 0.4
    turning = turned(moods)
    assert turning is not None
    assert (turning.first, turning.last, turning.lasting) == (4, 6, True)


def test_what_began_the_week_before_is_no_news() -> None:
    moods = quiet_moods(10, np.random.default_rng(6))
    moods[-1] -= 0.4
    assert turned(moods) is not None
    moods[-2, 3:] -= 0.4
    assert turned(moods) is None


def test_short_and_flat_pasts_say_nothing() -> None:
    moods = quiet_moods(4, np.random.default_rng(7))
    moods[-1, 2] += 1
    assert turned(moods) is None
    flat = np.full((10, 7), 0.1)
    assert turned(flat) is None
    assert turned(np.full((10, 7), np.nan)) is None
    tiny = quiet_moods(10, np.random.default_rng(8), noise=0.001)
    tiny[-1, 2] += 0.01
    assert turned(tiny) is None  # sure, but nobody would notice


def test_hidden_days_are_never_part_of_it() -> None:
    moods = quiet_moods(10, np.random.default_rng(9))
    moods[-1, 3:] += 0.5
    moods[-1, 5:] = np.nan
    turning = turned(moods)
    assert turning is not None
    assert (turning.first, turning.last) == (3, 4)
    assert turning.mood == pytest.approx(moods[-1, 3:5].mean())


def test_the_same_days_always_give_the_same() -> None:
    moods = quiet_moods(8, np.random.default_rng(10))
    moods[-1, 5:] -= 0.2
    assert turned(moods, 1) == turned(moods, 1)


def flat_but(*good: int, weeks: int = 8) -> np.ndarray:
    """Return days that are good, counted back from the last one (0), among ordinary ones."""
    flat = np.tile([0.1, 0.0], weeks * 7)[: weeks * 7].copy()
    flat[::2] = 0.0
    flat[[len(flat) - 1 - back for back in good]] = 0.3
    return flat.reshape(weeks, 7)


def test_the_longest_good_stretch_of_the_week() -> None:
    stretch = stretch_of(past_of(flat_but(*range(1, 6))))
    assert stretch is not None
    assert (stretch.days, stretch.last) == (5, WEEK.sunday - timedelta(1))
    assert (stretch.mood, stretch.usual) == (pytest.approx(0.3), pytest.approx(0.0))
    assert stretch.longest_in == 8


def test_a_stretch_may_begin_in_the_week_before() -> None:
    stretch = stretch_of(past_of(flat_but(*range(5, 10))))
    assert stretch is not None
    assert stretch.days == 5
    assert stretch.first < WEEK.monday <= stretch.last


def test_longer_stretches_are_remembered() -> None:
    stretch = stretch_of(past_of(flat_but(*range(4), *range(22, 30))))
    assert stretch is not None
    assert (stretch.days, stretch.longest_in) == (4, 3)


def test_short_stretches_and_pasts_are_not_told() -> None:
    assert stretch_of(past_of(flat_but(0, 1, 2))) is None
    assert stretch_of(past_of(flat_but(*range(5), weeks=4))) is None
    hidden = flat_but(*range(5))
    hidden[-1, 4] = np.nan
    assert stretch_of(past_of(hidden)) is None
