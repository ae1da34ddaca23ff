"""The look ahead: only where it is earned, never wider or surer than tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reports.forecast import Forecaster, ahead_of, forecaster_of, installed
from reports.retrospect import in_retrospect
from storage.records import MessageColumns
from tests.reports.past_samples import WEEKDAYS, past_of, quiet_moods
from tests.reports.report_samples import SETTINGS, ListStore, changed, community, fixed_report


@pytest.fixture(scope="module")
def seasonal() -> Forecaster:
    return forecaster_of("seasonal")


def means_of(value: Callable[[np.ndarray], float]) -> Forecaster:
    return lambda moods, origins: np.array([value(moods[:origin]) for origin in origins])


@pytest.mark.no_cover
def test_it_beats_the_naive_forecast_on_noisy_weeks(seasonal: Forecaster) -> None:
    moods = quiet_moods(26, np.random.default_rng(1))
    ahead = ahead_of(past_of(moods), seasonal)
    assert ahead is not None
    assert ahead.error < 0.95 * ahead.naive
    assert ahead.low < WEEKDAYS.mean() < ahead.high
    assert ahead.high - ahead.low < 0.15
    assert (ahead.weeks, ahead.tried, ahead.level) == (26, 24, 0.8)
    assert 0.6 <= ahead.held <= 1


@pytest.mark.no_cover
def test_the_range_holds_what_it_says(seasonal: Forecaster) -> None:
    draw, held, shown = np.random.default_rng(2), 0, 0
    for _ in range(8):
        moods = quiet_moods(15, draw)
        ahead = ahead_of(past_of(moods[:14]), seasonal)
        if ahead is not None:
            shown += 1
            held += ahead.low <= moods[14].mean() <= ahead.high
    assert shown >= 4
    assert held / shown >= 0.6  # 0.8, and chance among so few


def test_it_sees_no_future() -> None:
    """Days after an origin must not matter to what is forecast from it."""
    forecaster = forecaster_of("seasonal")
    moods = quiet_moods(10, np.random.default_rng(3)).ravel()
    changed = moods.copy()
    changed[50:] += 1
    before, after = (forecaster(series, [30, 40, 50]) for series in (moods, changed))
    assert before == pytest.approx(after)


def test_hidden_days_are_missing_values(seasonal: Forecaster) -> None:
    moods = quiet_moods(20, np.random.default_rng(4))
    moods[np.random.default_rng(5).random(moods.shape) < 0.1] = np.nan
    assert ahead_of(past_of(moods), seasonal) is not None
    moods[:, :4] = np.nan
    assert ahead_of(past_of(moods), seasonal) is None


def test_nothing_is_said_where_the_naive_forecast_is_as_good() -> None:
    moods = quiet_moods(20, np.random.default_rng(6))
    naive = means_of(lambda past: float(past[-7:].mean()))
    assert ahead_of(past_of(moods), naive) is None
    assert ahead_of(past_of(moods), means_of(lambda _: float("nan"))) is None


def test_short_and_flat_pasts_say_nothing(seasonal: Forecaster) -> None:
    assert ahead_of(past_of(quiet_moods(7, np.random.default_rng(7))), seasonal) is None
    assert ahead_of(past_of(np.full((20, 7), 0.1)), seasonal) is None
    assert ahead_of(past_of(np.full((20, 7), np.nan)), seasonal) is None


def test_the_range_stays_within_what_moods_can_be() -> None:
    high = means_of(lambda past: float(np.nanmean(past)))
    moods = np.clip(quiet_moods(12, np.random.default_rng(8), noise=0.3) + 0.7, -1, 1)
    ahead = ahead_of(past_of(moods), high)
    assert ahead is not None
    assert ahead.high <= 1


def test_without_the_extra_there_is_no_look_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed("seasonal")
    monkeypatch.setattr("reports.forecast.find_spec", lambda _: None)
    assert not installed("seasonal")


async def test_a_report_looks_ahead_in_a_process_of_its_own() -> None:
    columns = community()
    month = 4 * 7 * 86_400_000
    older = changed(columns, time=columns.time - 5 * month // 4)
    both = (getattr(older, name) for name in MessageColumns.__slots__ if name != "models")
    mine = (getattr(columns, name) for name in MessageColumns.__slots__ if name != "models")
    joined = [np.concatenate(pair) for pair in zip(both, mine, strict=True)]
    store = ListStore(MessageColumns(*joined, columns.models))
    report = await in_retrospect(store, SETTINGS, replace(fixed_report(), messages=1500))
    assert report.turning is not None
    assert report.turning.first == 3
    assert report.year is not None
    assert report.usual is not None
    assert report.ahead is not None
    assert report.ahead.error < report.ahead.naive
    partial = await in_retrospect(store, SETTINGS, replace(fixed_report(), partial=True))
    assert (partial.ahead, partial.usual) == (None, None)


def test_unknown_forecasts_are_refused() -> None:
    with pytest.raises(ValueError, match="seasonal or lstm"):
        installed("crystal ball")
