"""The change of a mood against exact covariances and simulated people."""

from __future__ import annotations

import numpy as np
import pytest

from reports.bootstrap import Estimate
from reports.freedom import Floats, student_quantile
from reports.paired import Stretch, as_told, changed, support_of


def stretches(
    people: int, draw: np.random.Generator, lasting: float = 0.1, daily: float = 0.15
) -> tuple[Stretch, Stretch]:
    """Return a week and four before it of people whose moods do not change."""
    own = draw.normal(0, lasting, people)
    made = []
    for most in (7, 28):
        days = draw.binomial(most, np.linspace(0.3, 0.9, people)).astype(float)
        days[0] = max(days[0], 1)
        total = days * own + draw.normal(0, daily, people) * np.sqrt(days)
        made.append(Stretch(total, days))
    return made[0], made[1]


def covariance(now: Stretch, before: Stretch, lasting: float) -> tuple[Floats, float]:
    """Return that of the influences, and the variance of the change, written out."""
    a, b, one = now.parts, before.parts, np.ones(len(now.days))
    own = np.diag(lasting * a**2 + a / now.days.sum())
    theirs = np.diag(lasting * b**2 + b / before.days.sum())
    both = np.diag(lasting * a * b)
    less_a, less_b = np.eye(len(a)) - np.outer(a, one), np.eye(len(b)) - np.outer(b, one)
    mixed = less_a @ both @ less_b.T
    whole = less_a @ own @ less_a.T + less_b @ theirs @ less_b.T - mixed - mixed.T
    return whole, float(np.trace(own + theirs - 2 * both))


@pytest.mark.parametrize("lasting", [0.0, 0.5, 2.0])
def test_the_support_is_that_of_the_covariance_of_the_influences(lasting: float) -> None:
    now, before = stretches(9, np.random.default_rng(2))
    whole, variance = covariance(now, before, lasting)
    freedom, inflation = support_of(now, before, lasting)
    assert freedom == pytest.approx(np.trace(whole) ** 2 / (whole**2).sum())
    assert inflation == pytest.approx((variance / np.trace(whole)) ** 0.5)


def test_everybody_alike_is_students_paired_test() -> None:
    draw = np.random.default_rng(1)
    now, before = (Stretch(draw.normal(size=6), np.ones(6)) for _ in range(2))
    freedom, inflation = support_of(now, before)
    assert freedom == pytest.approx(5)
    assert inflation == pytest.approx((6 / 5) ** 0.5)
    pairs = now.total - before.total
    estimate = changed(now, before, (0.95,))[0]
    assert estimate.value == pytest.approx(pairs.mean())
    reach = student_quantile(0.975, 5) * pairs.std(ddof=1) / 6**0.5
    assert estimate.high - estimate.value == pytest.approx(reach)


def test_what_is_lasting_about_a_person_cancels() -> None:
    days = np.full(8, 7.0)
    moods = np.linspace(-0.9, 0.9, 8)
    estimate = changed(Stretch(moods * 7, days), Stretch(moods * 28, 4 * days), (0.95,))[0]
    assert estimate.value == pytest.approx(0.0)
    assert estimate.high == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("people", [5, 12])
def test_intervals_of_few_people_hold_none_as_often_as_they_say(people: int) -> None:
    """Of 800, 95 % within 93.4 and 96.5 by chance, and 98 % within 97 and 99."""
    draw = np.random.default_rng(people)
    made = [changed(*stretches(people, draw), (0.95, 0.98)) for _ in range(800)]
    held, claimed = (np.mean([not each[place].excludes(0.0) for each in made]) for place in (0, 1))
    assert 0.93 <= held <= 0.97
    assert 0.965 <= claimed <= 0.995


def test_a_crowd_before_does_not_make_five_people_sure() -> None:
    days = np.zeros(200)
    days[:5] = 7
    freedom, _ = support_of(
        Stretch(np.zeros(200), days), Stretch(np.zeros(200), np.full(200, 20.0))
    )
    assert freedom < 8


def test_one_person_alone_says_nothing_and_breaks_nothing() -> None:
    one = Stretch(np.array([3.0]), np.array([7.0]))
    estimate = changed(one, Stretch(np.array([8.0]), np.array([28.0])), (0.95,))[0]
    assert np.isfinite([estimate.value, estimate.low, estimate.high]).all()


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [(0.083, 0.0365, 0.04), (0.045, 0.184, -0.14), (0.12, 0.25, -0.13), (-0.004, 0.004, 0.0)],
)
def test_a_change_agrees_with_the_moods_beside_it(now: float, before: float, change: float) -> None:
    raw = Estimate(now - before, now - before - 0.1, now - before + 0.1, beyond=(-1.0, 1.0))
    told = as_told(raw, now, before)
    assert told.value == change
    assert (told.low, told.high, told.beyond) == (raw.low, raw.high, raw.beyond)


def test_a_change_stays_in_its_published_interval() -> None:
    assert as_told(Estimate(0.011, 0.010, 0.012), 0.1251, 0.1149).value == 0.01
