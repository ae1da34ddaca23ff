"""The bootstrap against exact values, exhaustive enumeration and simulated communities."""

from __future__ import annotations

from itertools import product
from time import thread_time

import numpy as np
import pytest

from reports.bootstrap import (
    RESAMPLES,
    Estimate,
    Floats,
    divided,
    generator_for,
    intervals,
    jointly_clear,
    near_nothing,
    resampled_sums,
    share_intervals,
)
from reports.freedom import Support, student_quantile
from reports.statistics import steadied


def replicates_of(
    numerator: Floats, denominator: Floats, draw: np.random.Generator, resamples: int = RESAMPLES
) -> Floats:
    """Return ratios of sums over people drawn again, float64[resamples, figures]."""
    sums = resampled_sums(np.hstack([numerator, denominator]), draw, resamples)
    return divided(*np.hsplit(sums, 2))


def support_of(*people: int) -> Support:
    """Return the support of figures, each of so many people who weigh alike."""
    weights = [np.repeat([1.0, 0.0], (each, 500 - each)) for each in people]
    return Support.of(np.stack(weights, axis=1))


@pytest.mark.parametrize(
    ("probability", "freedom", "table"),
    [
        (0.975, 4, 2.776),
        (0.975, 9, 2.262),
        (0.975, 30, 2.042),
        (0.95, 10, 1.812),
        (0.975, 1e9, 1.960),
    ],
)
def test_student_quantiles_agree_with_the_table(
    probability: float, freedom: float, table: float
) -> None:
    assert student_quantile(probability, freedom) == pytest.approx(table, rel=3e-3)


def test_ratios_by_hand() -> None:
    numerator, denominator = np.array([[1.0, 0.0], [3.0, 0.0]]), np.array([[1.0, 0.0], [4.0, 0.0]])
    values = divided(numerator.sum(axis=0), denominator.sum(axis=0))
    assert values[0] == pytest.approx(4 / 5)
    assert np.isnan(values[1])


def test_people_who_weigh_alike_have_the_freedom_of_students() -> None:
    support = support_of(5, 30)
    assert support.freedom == pytest.approx([4, 29])
    assert support.inflation == pytest.approx([(5 / 4) ** 0.5, (30 / 29) ** 0.5])


def test_one_loud_person_among_thirty_leaves_little_freedom() -> None:
    weights = np.ones((30, 1))
    weights[0] = 100
    assert Support.of(weights).freedom[0] < 3


def test_support_follows_the_variance_of_simulated_residuals() -> None:
    weights = np.array([7.0, 7.0, 6.0, 3.0, 1.0])
    part = weights / weights.sum()
    means = np.random.default_rng(3).normal(size=(40_000, 5))
    variances = ((means - (means @ part)[:, None]) ** 2 * part**2).sum(axis=1)
    support = Support.of(weights[:, None])
    true = (part**2).sum()
    assert support.inflation[0] == pytest.approx((true / variances.mean()) ** 0.5, rel=0.01)
    freedom = 2 * variances.mean() ** 2 / variances.var()
    assert support.freedom[0] == pytest.approx(freedom, rel=0.05)


def test_five_people_who_moved_one_way_by_chance_are_no_change() -> None:
    """No replicate lies beyond the most extreme person; the interval has to."""
    ones = np.ones((5, 1))
    moved = np.array([[0.02], [0.3], [0.05], [0.11], [0.28]])
    replicates = replicates_of(moved, ones, np.random.default_rng(0))
    assert replicates.min() > 0
    estimate = intervals(moved.mean(axis=0), replicates, Support.of(ones))[0]
    assert not estimate.excludes(0.0)


def test_claims_have_more_to_clear_than_the_interval() -> None:
    estimate = Estimate(0.2, 0.1, 0.3, beyond=(-0.02, 0.4))
    assert estimate.excludes(0.0)
    assert not estimate.clears(0.0)
    assert Estimate(0.2, 0.1, 0.3).clears(0.0)


def test_intervals_of_small_shares_reach_further_up_than_down() -> None:
    draws = np.random.default_rng(0).normal(0.03, 0.01, (RESAMPLES, 1))
    estimate = share_intervals(np.array([0.03]), draws, support_of(20))[0]
    assert 0 < estimate.low < 0.03 < estimate.high
    assert estimate.high - 0.03 > 1.3 * (0.03 - estimate.low)
    none = share_intervals(np.array([0.0]), np.zeros((RESAMPLES, 1)), support_of(20))[0]
    assert (none.value, none.low) == (0.0, 0.0)


def test_the_spread_of_a_share_of_few_people_leans_on_all_shares() -> None:
    """A rare emotion that looks sure by chance is as unsure as the others make it."""
    values = np.array([0.5, 0.3, 0.1, 0.1])
    spread = np.sqrt(values * (1 - values) / 40)
    spread[3] = 0.001
    draws = values + np.random.default_rng(0).normal(size=(RESAMPLES, 4)) * spread
    widths = {
        people: [each.high - each.low for each in share_intervals(values, draws, support)]
        for people, support in ((n, support_of(n, n, n, n)) for n in (5, 400))
    }
    assert widths[5][3] > 0.6 * widths[5][2]
    assert widths[400][3] < 0.3 * widths[400][2]


def test_chance_is_as_large_for_small_shares_as_for_large_ones() -> None:
    draw = np.random.default_rng(0)
    spreads = [
        steadied(draw.binomial(200, share, 4_000) / 200, 3 / 8 / 200).std()
        for share in (0.03, 0.1, 0.5)
    ]
    assert max(spreads) < 1.1 * min(spreads)
    assert np.isfinite(steadied(np.array([0.0, 1.0]), 0.0)).all()


def test_replicates_follow_the_exhaustive_bootstrap() -> None:
    numerator = np.array([[0.9], [-0.4], [2.2], [0.1]])
    denominator = np.array([[1.0], [1.0], [4.0], [2.0]])
    draws = [list(draw) for draw in product(range(4), repeat=4)]
    exact = np.array([numerator[d].sum() / denominator[d].sum() for d in draws])
    drawn = replicates_of(numerator, denominator, np.random.default_rng(1), 40_000)[:, 0]
    assert drawn.mean() == pytest.approx(exact.mean(), abs=0.005)
    assert drawn.std() == pytest.approx(exact.std(), rel=0.02)
    for level in (0.1, 0.5, 0.9):
        assert np.quantile(drawn, level) == pytest.approx(np.quantile(exact, level), abs=0.02)


def test_blocks_of_resamples_are_all_drawn() -> None:
    people = 3_000  # more than one block
    ones = np.ones((people, 1))
    replicates = replicates_of(ones, ones, np.random.default_rng(0), 1_500)
    assert replicates.shape == (1_500, 1)
    assert np.all(replicates == 1)


def test_the_same_guild_and_period_draw_the_same_people() -> None:
    first, again = (generator_for(1, "2026-W46").random(4) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, generator_for(2, "2026-W46").random(4))
    assert not np.array_equal(first, generator_for(1, "2026-W45").random(4))


def test_intervals_hold_their_value_and_widen_for_few_people() -> None:
    draws = np.random.default_rng(0).normal(0.3, 0.1, (RESAMPLES, 2))
    few, many = intervals(np.array([0.3, 0.3]), draws, support_of(5, 500))
    assert few.low < many.low < 0.3 < many.high < few.high
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.1, rel=0.08)


def test_estimates_exclude_what_lies_outside() -> None:
    estimate = Estimate(0.2, 0.1, 0.3)
    assert estimate.excludes(0.0)
    assert estimate.excludes(0.31)
    assert not estimate.excludes(0.1)


def test_a_share_near_nothing_may_be_none_or_have_been_missed() -> None:
    missed = near_nothing(Estimate(0.001, 0.0005, 0.002), 200)
    assert (missed.value, missed.low, missed.high) == (0.001, 0.0, 3 / 200)
    plain = Estimate(0.2, 0.1, 0.3)
    assert near_nothing(plain, 200) == plain
    assert near_nothing(plain, 0.0) == Estimate(0.2, 0.0, 1.0)


def test_one_strong_deviation_is_found_among_many() -> None:
    draw = np.random.default_rng(4)
    true = np.array([0.0, 0.5, np.nan, 0.0])
    replicates = true + draw.normal(0, 0.1, (RESAMPLES, 4))
    assert jointly_clear(true, replicates, support_of(50, 50, 50, 50)).tolist() == [
        False,
        True,
        False,
        False,
    ]


def test_chance_is_called_clear_in_one_of_twenty_at_most() -> None:
    draw = np.random.default_rng(5)
    false = 0
    for _ in range(300):
        observed = draw.normal(0, 0.1, 9)
        replicates = observed + draw.normal(0, 0.1, (400, 9))
        false += bool(jointly_clear(observed, replicates, support_of(*[200] * 9)).any())
    assert false / 300 <= 0.09


def test_nothing_to_compare_is_never_clear() -> None:
    assert not jointly_clear(
        np.full(3, np.nan), np.full((10, 3), np.nan), support_of(0, 0, 0)
    ).any()
    assert not jointly_clear(np.zeros(2), np.zeros((10, 2)), support_of(20, 20)).any()


def test_intervals_cover_the_truth_under_heavy_tailed_activity() -> None:
    """A naive interval, which takes 2 400 messages for independent, covers far less."""
    draw = np.random.default_rng(11)
    truth, rounds = 0.1, 200
    for people, least in ((8, 0.90), (60, 0.90)):
        activity = 1 / (np.arange(people) + 1.5) ** 1.1
        covered = naive = 0
        for _ in range(rounds):
            effect = truth + draw.normal(0, 0.3, people)
            messages = draw.multinomial(2400, activity / activity.sum())
            days = np.minimum(np.ceil(messages / 3), 7)
            sums = days * effect + draw.normal(0, 0.25, people) * np.sqrt(days)
            replicates = replicates_of(sums[:, None], days[:, None], draw, 500)
            value = np.array([sums.sum() / days.sum()])
            estimate = intervals(value, replicates, Support.of(days[:, None]))[0]
            covered += not estimate.excludes(truth)
            mean = (messages * effect).sum() / 2400
            naive += abs(mean - truth) < 1.96 * 0.46 / np.sqrt(2400)
        assert covered / rounds >= least
        assert naive < covered * 0.8


def test_five_thousand_messages_of_three_hundred_people_take_a_moment() -> None:
    draw = np.random.default_rng(0)
    numerator, denominator = draw.random((300, 60)), draw.random((300, 60))
    started = thread_time()
    replicates_of(numerator, denominator, draw)
    assert thread_time() - started < 1.0  # 0.03 s; of the processor, whatever else it does


def test_resamples_without_anybody_are_left_out() -> None:
    replicates = np.random.default_rng(0).normal(0.5, 0.1, (RESAMPLES, 2))
    replicates[:40] = np.nan
    assert jointly_clear(np.array([0.5, np.nan]), replicates, support_of(30, 30)).tolist() == [
        True,
        False,
    ]
