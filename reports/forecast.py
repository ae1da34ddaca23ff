"""A look at the next week: in which range its mood index should lie.

The model is a level that drifts and a fixed pattern of the week (a structural time series; Harvey
1989, "Forecasting, Structural Time Series Models and the Kalman Filter"), fitted to the moods of
days; hidden days are missing values. It has to earn its place: on rolling origins (Tashman 2000,
"Out-of-sample tests of forecasting accuracy") its error must be clearly smaller than that of the
seasonal naive forecast, which says "as in the last week". The range comes from the same trial: the
quantile of its errors, so that it includes all that the model does not know (split conformal
prediction; Vovk et al. 2005). How much the range would have held is told with it, of each trial by
the errors of the others.

Needs the extra ``forecast`` (statsmodels); without it there is no look ahead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from classifiers.extras import required
from reports.bootstrap import Floats
from reports.daily import Past
from reports.forecast_lstm import network_means
from reports.history import Ahead
from reports.period import DAYS

SEASONAL: Final = "seasonal"
LSTM: Final = "lstm"
NEEDED: Final = MappingProxyType({SEASONAL: ("statsmodels",), LSTM: ("keras", "tensorflow")})

FEWEST_WEEKS: Final = 8
"""From so many weeks on, the reported one included, a look ahead is tried."""

LEVEL: Final = 0.8
"""The part of weeks that the range is meant to hold."""

CLEARLY: Final = 0.95
"""The error must be smaller than this part of the naive one's."""

TRIALS: Final = 24
"""At most so many origins are tried."""

_FIRST_DAYS: Final = 4 * DAYS
"""The first origin has so many days before it."""

_FEWEST_TRIALS: Final = 12
_FEWEST_KNOWN: Final = 0.7
"""This part of the days must be shown."""

_REFIT: Final = 8

_STILL: Final = 1e-3
"""Moods that vary by less than this are no series."""

Forecaster = Callable[[Floats, list[int]], Floats]
"""Moods of days float64[n] (NaN is hidden) and origins -> means of the seven days from each."""


def ahead_of(past: Past, forecaster: Forecaster) -> Ahead | None:
    """Return a look at the week after the reported one; ``None`` where none is earned.

    Args:
        past: At least ``FEWEST_WEEKS`` weeks with a mood, up to a reported week that is over.
        forecaster: See ``forecaster_of``.
    """
    moods = _series(past)
    if moods is None:
        return None
    origins = _origins(moods)
    if len(origins) < _FEWEST_TRIALS:
        return None
    weeks = np.array([np.nanmean(moods[origin : origin + DAYS]) for origin in origins])
    naive = np.array([np.nanmean(moods[origin - DAYS : origin]) for origin in origins])
    forecasts = forecaster(moods, [*origins, len(moods)])
    errors = np.abs(forecasts[:-1] - weeks)
    error, naive_error = float(errors.mean()), float(np.abs(naive - weeks).mean())
    if not math.isfinite(error + forecasts[-1]) or error >= CLEARLY * naive_error:
        return None
    reach, middle = _reach(errors), float(forecasts[-1])
    return Ahead(
        max(middle - reach, -1.0),
        min(middle + reach, 1.0),
        LEVEL,
        _held(errors),
        len(errors),
        error,
        naive_error,
        len(past.weeks),
    )


def looked_ahead(past: Past, name: str) -> Ahead | None:
    """Return a look ahead by the forecast of a name; imports its framework.

    Raises:
        BackendUnavailable: Its extra is not installed.
    """
    return ahead_of(past, forecaster_of(name))


def installed(name: str) -> bool:
    """Return whether the extra of a forecast is installed.

    Raises:
        ValueError: There is none of that name.
    """
    if name not in NEEDED:
        msg = f"{name!r} is no forecast; use {' or '.join(NEEDED)}"
        raise ValueError(msg)
    return all(find_spec(module) is not None for module in NEEDED[name])


def forecaster_of(name: str) -> Forecaster:
    """Return a forecaster by its name; imports its framework.

    Raises:
        BackendUnavailable: Its extra is not installed.
    """
    if name == LSTM:
        return partial(network_means, required("keras", "tensorflow"))
    models = required("statsmodels.tsa.statespace.structural", "forecast")
    return partial(_structural_means, models)


def _series(past: Past) -> Floats | None:
    """Return the moods of all days from the first week with one, float64[7 weeks]."""
    first = next((i for i, week in enumerate(past.weeks) if week.mood is not None), None)
    if first is None or len(past.weeks) - first < FEWEST_WEEKS:
        return None
    days = [day.mood for week in past.weeks[first:] for day in week.days]
    moods = np.array([np.nan if mood is None else mood for mood in days], dtype=np.float64)
    known = np.isfinite(moods)
    if known.mean() < _FEWEST_KNOWN or float(np.nanstd(moods)) < _STILL:
        return None
    return moods


def _origins(moods: Floats) -> list[int]:
    """Return from which days a week is forecast in the trial, evenly spread over the series."""
    last = len(moods) - DAYS
    count = min(TRIALS, last - _FIRST_DAYS + 1)
    places = np.unique(np.linspace(_FIRST_DAYS, last, count).round().astype(int)).tolist()
    known = np.isfinite(moods)
    return [
        place
        for place in places
        if known[place : place + DAYS].sum() >= 4 and known[place - DAYS : place].sum() >= 4
    ]


def _reach(errors: Floats) -> float:
    """Return how far a range reaches to hold ``LEVEL`` of weeks, by errors of such weeks."""
    rank = math.ceil((len(errors) + 1) * LEVEL)
    return float(np.sort(errors)[min(rank, len(errors)) - 1])


def _held(errors: Floats) -> float:
    """Return the part of trials that the range made of the other trials' errors holds."""
    rest = [np.delete(errors, index) for index in range(len(errors))]
    return float(np.mean([error <= _reach(r) for error, r in zip(errors, rest, strict=True)]))


def _structural_means(models: Any, moods: Floats, origins: list[int]) -> Floats:  # noqa: ANN401
    """Forecast by the structural model from the days before each origin.

    Its two variances are fitted anew for every ``_REFIT``-th origin, and for the last one.
    """
    means: list[float] = []
    parameters = None
    for index, origin in enumerate(origins):
        model = models.UnobservedComponents(
            moods[:origin], level="local level", seasonal=DAYS, stochastic_seasonal=False
        )
        if index % _REFIT == 0 or index == len(origins) - 1:
            fitted = model.fit(parameters, disp=False, maxiter=50, warn_convergence=False)
            parameters = fitted.params
        means.append(float(np.mean(model.filter(parameters).forecast(DAYS))))
    return np.array(means)
