"""Emotions against their usual range, and the year, from pasts with known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS, Emotion
from reports.daily import Day
from reports.history import STEPS
from reports.usual import usual_of
from reports.year import NARROWEST, year_of
from tests.reports.past_samples import past_of, quiet_moods
from tests.reports.report_samples import WEEK

MIX = np.array([0.07, 0.04, 0.08, 0.25, 0.08, 0.1, 0.05, 0.05, 0.28])


def mixes(weeks: int, draw: np.random.Generator, size: float = 400) -> np.ndarray:
    return draw.dirichlet(MIX * size, weeks)


@pytest.mark.parametrize("weeks", [6, 13])
def test_a_usual_week_lies_inside(weeks: int) -> None:
    draw, outside = np.random.default_rng(1), 0
    for _ in range(300):
        usual = usual_of(past_of(quiet_moods(weeks, draw), shares=mixes(weeks, draw)))
        assert usual is not None
        outside += bool(usual.outside)
    assert outside / 300 <= 0.085  # 0.05 to 0.06, and two standard errors


def test_what_changed_lies_outside() -> None:
    draw = np.random.default_rng(2)
    shares = mixes(13, draw)
    shares[-1] = MIX + np.array([0, 0, 0, 0.2, 0, 0, 0, 0, -0.2])
    usual = usual_of(past_of(quiet_moods(13, draw), shares=shares))
    assert usual is not None
    assert usual.weeks == 12
    assert {(one.emotion, one.outside) for one in usual.outside} == {
        (Emotion.JOY, 1),
        (Emotion.NEUTRAL, -1),
    }
    joy = next(one for one in usual.ranges if one.emotion is Emotion.JOY)
    assert joy.low < joy.middle < joy.high < joy.shares[-1]
    assert len(joy.shares) == 13


def test_classes_that_are_not_known_have_no_range() -> None:
    draw = np.random.default_rng(3)
    shares = mixes(8, draw)
    shares[:, 2:] = np.nan
    usual = usual_of(past_of(quiet_moods(8, draw), shares=shares))
    assert usual is not None
    assert [one.emotion for one in usual.ranges] == list(EMOTIONS[:2])
    assert usual_of(past_of(quiet_moods(8, draw))) is None
    assert usual_of(past_of(quiet_moods(5, draw), shares=mixes(5, draw))) is None


def test_the_year_in_steps() -> None:
    moods = quiet_moods(53, np.random.default_rng(4))
    moods[10, 2] = np.nan
    moods[52, 6] = 0.9
    moods[51, 6] = -0.9
    year = year_of(past_of(moods))
    assert year is not None
    assert len(year.steps) == 53
    assert all(len(row) == 7 for row in year.steps)
    assert (year.steps[52][6], year.steps[51][6]) == (STEPS, -STEPS)
    assert year.steps[10][2] is None
    assert year.hidden == {(10, 2)}
    assert year.shown == 53 * 7 - 1
    assert year.above + year.below <= year.shown
    assert year.monday == WEEK.previous(52).monday
    assert year.middle == pytest.approx(np.nanmedian(moods), abs=0.005)
    assert year.width >= NARROWEST


def test_the_brightest_month() -> None:
    moods = np.zeros((30, 7)) + np.linspace(0, 0.01, 7)
    moods[:9] += 0.3
    year = year_of(past_of(moods))
    assert year is not None
    assert year.best is not None
    assert year.best in {(2026, 5), (2026, 6)}
    short = year_of(past_of(moods[-6:]))
    assert short is not None
    assert short.best is None


def test_short_pasts_have_no_year() -> None:
    assert year_of(past_of(quiet_moods(4, np.random.default_rng(5)))) is None
    assert year_of(past_of(np.full((20, 7), np.nan))) is None


def test_a_step_never_tells_the_mood_of_a_day() -> None:
    moods = quiet_moods(20, np.random.default_rng(6), noise=0.004) * 0.1
    year = year_of(past_of(moods))
    assert year is not None
    assert {step for row in year.steps for step in row} == {0}


def test_days_to_come_are_not_part_of_the_year() -> None:
    past = past_of(quiet_moods(8, np.random.default_rng(7)))
    last = past.weeks[-1]
    unwritten = tuple(Day(day.date) for day in last.days[3:])
    now = replace(last, days=(*last.days[:3], *unwritten))
    midway = replace(past, weeks=(*past.weeks[:-1], now))
    year, over = year_of(midway, partial=True), year_of(midway)
    assert year is not None
    assert over is not None
    assert (year.begun, over.begun) == (3, 7)
