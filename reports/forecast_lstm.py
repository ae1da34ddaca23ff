"""The look ahead by a small recurrent network; see ``forecast`` for how it has to earn its place.

Two weeks of days go in (their moods and the place in the week), the mean of the next seven comes
out (Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"). Weights start from fixed seeds and
batches are never shuffled: the same days always give the same forecast on the same machine.

Needs the extra ``tensorflow``.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from reports.bootstrap import Floats
from reports.period import DAYS

WINDOW: Final = 2 * DAYS
"""So many days go in."""

UNITS: Final = 8
STEPS: Final = 120
"""Of the training, each on one batch."""

BATCH: Final = 64
_REFIT: Final = 12
_SEED: Final = 46


def network_means(keras: Any, moods: Floats, origins: list[int]) -> Floats:  # noqa: ANN401
    """Forecast the means of the seven days from each origin, by the days before it.

    The network is trained anew, from its first weights, for every ``_REFIT``-th origin and for the
    last one.

    Args:
        keras: The package.
        moods: float64[n]; NaN is hidden. The first of them is a Monday.
        origins: In increasing order, from day ``WINDOW + DAYS`` on.
    """
    network = _network(keras)
    fresh = network.get_weights()
    means: list[float] = []
    centre, spread = 0.0, 1.0
    for index, origin in enumerate(origins):
        known = _filled(moods[:origin])
        if index % _REFIT == 0 or index == len(origins) - 1:
            centre, spread = float(known.mean()), max(float(known.std()), 1e-6)
            network.set_weights(fresh)
            _train(network, (known - centre) / spread)
        window = _window((known - centre) / spread, origin)[None]
        means.append(float(network.predict_on_batch(window)[0, 0]) * spread + centre)
    return np.array(means)


def _network(keras: Any) -> Any:  # noqa: ANN401
    """Return the network with its first weights."""
    glorot, small = keras.initializers.GlorotUniform, keras.initializers.RandomNormal
    network = keras.Sequential(
        [
            keras.layers.Input((WINDOW, 3)),
            keras.layers.LSTM(
                UNITS,
                kernel_initializer=glorot(seed=_SEED),
                recurrent_initializer=keras.initializers.Orthogonal(seed=_SEED + 1),
            ),
            keras.layers.Dense(1, kernel_initializer=small(stddev=0.01, seed=_SEED + 2)),
        ]
    )
    network.compile(keras.optimizers.Adam(0.005, weight_decay=0.01), loss="mse")
    return network


def _train(network: Any, series: Floats) -> None:  # noqa: ANN401
    """Train on every window of a series that has seven days after it."""
    places = range(WINDOW, len(series) - DAYS + 1)
    inputs = np.stack([_window(series, place) for place in places])
    targets = np.array([[series[place : place + DAYS].mean()] for place in places])
    network.optimizer.build(network.trainable_variables)
    for variable in network.optimizer.variables:
        if variable.path.split("/")[-1] != "learning_rate":
            variable.assign(variable * 0)
    for step in range(STEPS):
        # One size of batch: another would be another graph.
        rows = (step * BATCH + np.arange(BATCH)) % len(inputs)
        network.train_on_batch(inputs[rows], targets[rows])


def _window(series: Floats, place: int) -> Floats:
    """Return the days before a place with where they stand in the week, float64[WINDOW, 3]."""
    turn = np.arange(place - WINDOW, place) * (2 * np.pi / DAYS)
    window: Floats = np.stack([series[place - WINDOW : place], np.sin(turn), np.cos(turn)], axis=1)
    return window


def _filled(moods: Floats) -> Floats:
    """Return a series with the hidden days set to the mean of their weekday, or of all days."""
    weekday = np.arange(len(moods)) % DAYS
    filled = moods.copy()
    for day in range(DAYS):
        mine = moods[weekday == day]
        known = mine[np.isfinite(mine)]
        mean = known.mean() if len(known) else np.nanmean(moods)
        filled[(weekday == day) & ~np.isfinite(moods)] = mean
    return filled
