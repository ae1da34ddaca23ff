"""The look ahead by a recurrent network: the same every time, and able to learn."""

from __future__ import annotations

import numpy as np
import pytest

from reports.forecast import Forecaster, ahead_of, forecaster_of, installed
from tests.reports.past_samples import past_of, quiet_moods

# tensorflow's own modules use what newer numpy and protobuf announce to drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def network() -> Forecaster:
    assert installed("lstm")
    return forecaster_of("lstm")


def cycle(weeks: int) -> np.ndarray:
    """Return moods that rise and fall in five weeks: no level or weekday tells of that."""
    draw = np.random.default_rng(1)
    wave = 0.25 * np.sin(2 * np.pi * np.arange(weeks * 7) / 35)
    return (wave + draw.normal(0, 0.03, weeks * 7)).reshape(weeks, 7)


@pytest.mark.no_cover
def test_it_learns_what_moves_slowly(network: Forecaster) -> None:
    ahead = ahead_of(past_of(cycle(30)), network)
    assert ahead is not None
    assert ahead.error < 0.6 * ahead.naive


def test_the_same_days_give_the_same_and_no_future_is_seen(network: Forecaster) -> None:
    moods = quiet_moods(9, np.random.default_rng(2)).ravel()
    moods[20] = np.nan
    first = network(moods, [35, 49])
    later = moods.copy()
    later[49:] += 1
    assert network(later, [35, 49]).tolist() == first.tolist()
    assert np.abs(first).max() < 1
