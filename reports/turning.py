"""Turning points: the days of a week on which the mood left its usual course.

Every run of neighbouring days in the reported week is compared with the usual mood of its weekdays
(a robust mean over the weeks before): the scan statistic for an epidemic change (Levin and Kline
1985, "The CUSUM test of homogeneity with an application in spontaneous abortion epidemiology"). A
run of one day is an outlier, one that reaches the end of the week a change of level, and its first
day the change-point. How often chance alone makes a run as striking is found by simulating weeks
without a change that have the same hidden days, numbers of people and memory from day to day, so
that all runs are tested at once. The chance of a false one is a part of the 5 % that all claims of
a report share (``reports.claims``).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reports.bootstrap import Floats
from reports.claims import TURNING
from reports.daily import Past
from reports.grouping import Flags
from reports.history import RAREST, Turning
from reports.period import DAYS
from reports.report import NOTICEABLE

FEWEST_WEEKS: Final = 4
"""So many earlier weeks are needed to know what is usual."""

MOST_WEEKS: Final = 12
"""Older weeks say little of what is usual now."""

SIMULATIONS: Final = 1_000

_MOST_MEMORY: Final = 0.7
_NORMAL: Final = 1.4826
"""Times the median deviation, this is the standard deviation of normal errors."""

_FULL: Final = 1.5
"""Days within so many standard deviations count fully."""

_FARTHEST: Final = 3.0
"""Days farther away add no more than this to the noise."""

_STEPS: Final = 2
_STILL: Final = 1e-4
"""Moods that vary by less than this do not vary."""


def turning_of(
    past: Past, generator: np.random.Generator, simulations: int = SIMULATIONS
) -> Turning | None:
    """Return the turning point of the reported week; ``None`` where nothing stands out.

    Args:
        past: At least ``FEWEST_WEEKS`` weeks before the reported one, else nothing is said.
        generator: Of the simulated weeks.
        simulations: How many.
    """
    moods, errors = recent_days(past)
    weeks = len(moods) - 1
    known = np.isfinite(moods)
    usable = np.flatnonzero((known[:-1].sum(axis=0) >= FEWEST_WEEKS - 1) & known[-1])
    if weeks < FEWEST_WEEKS or not len(usable):
        return None
    usual = np.nanmedian(moods[:-1, usable], axis=0)
    residuals = moods.copy()
    residuals[:, usable] -= usual
    scales = _scales(residuals[:-1, usable], errors)
    if scales is None:
        return None
    memory = _memory((residuals / scales)[:-1], usable)
    shape = (simulations, weeks + 1, DAYS)
    drawn = _quiet_weeks(shape, memory, generator) * scales
    drawn[:, ~known] = np.nan
    values, runs = _standing_out(moods[None][..., usable], scales[:, usable])
    chance, _ = _standing_out(drawn[..., usable], scales[:, usable])
    best = int(values[0].argmax())
    usual = _usual(moods[None, :-1, usable], scales[:-1, usable])[0][0]
    rarity = (1 + int((chance.max(axis=1) >= values[0, best]).sum())) / (simulations + 1)
    begin, end = runs[best]
    mood, level = float(moods[-1, usable[begin:end]].mean()), float(usual[begin:end].mean())
    if rarity > TURNING or abs(mood - level) < NOTICEABLE:
        return None
    if begin == 0 and _began_before(residuals[-2], mood - level):
        return None
    first, last = int(usable[begin]), int(usable[end - 1])
    lasting = end - begin > 1 and end == len(usable)
    return Turning(first, last, mood, level, min(round(1 / rarity), RAREST), weeks, lasting)


def recent_days(past: Past) -> tuple[Floats, Floats]:
    """Return moods and their standard errors, float64[weeks + 1, 7]; NaN is not known.

    The last row is the reported week, the others are the weeks before that have a mood, at most
    ``MOST_WEEKS``.
    """
    told = [week for week in past.weeks[-1 - MOST_WEEKS : -1] if week.mood is not None]
    rows = [week.days for week in (*told, past.weeks[-1])]
    moods = [[np.nan if day.mood is None else day.mood for day in row] for row in rows]
    errors = np.array([[day.error for day in row] for row in rows], dtype=np.float64)
    people = np.array([[day.people for day in row] for row in rows], dtype=np.float64)
    return np.array(moods, dtype=np.float64), _steadied(errors, people)


def _steadied(errors: Floats, people: Floats) -> Floats:
    """Return standard errors from one spread between people, that of all days; 0 where hidden.

    What five people happen to differ by on one day says little: a day on which they agreed by
    chance would seem sure.
    """
    more = np.maximum(people - 1, 0)
    if not more.any():
        return errors
    variance = float((more * errors**2 * people).sum() / more.sum())
    return np.where(people > 0, np.sqrt(variance / np.maximum(people, 1)), 0.0)


def _standing_out(moods: Floats, scales: Floats) -> tuple[Floats, list[tuple[int, int]]]:
    """Return how much each run of days of each last week stands out, and the runs.

    Args:
        moods: float64[s, weeks + 1, d], d weekdays.
        scales: float64[weeks + 1, d], how much each day varies, up to a factor.

    Returns:
        float64[s, runs], and (first, after last) of each run.
    """
    before = moods[:, :-1]
    usual, spread = _usual(before, scales[:-1])
    now = (moods[:, -1] - usual) / scales[-1] / spread[:, None]
    days = now.shape[1]
    sums = np.concatenate([np.zeros((len(now), 1)), now.cumsum(axis=1)], axis=1)
    runs = [(begin, end) for begin in range(days) for end in range(begin + 1, days + 1)]
    begins, ends = np.array(runs).T
    values: Floats = np.abs(sums[:, ends] - sums[:, begins]) / np.sqrt(ends - begins)
    return values, runs


def _usual(before: Floats, scales: Floats) -> tuple[Floats, Floats]:
    """Return what is usual on each weekday, float64[s, d], and the noise, float64[s].

    Days far from the median count less (Huber 1964, Annals of Mathematical Statistics 35), and the
    noise is a truncated standard deviation (tau scale; Yohai and Zamar 1988, JASA 83): both bear
    unusual days nearly as well as medians do, and vary less from one handful of weeks to the next.

    Args:
        before: float64[s, weeks, d], NaN at the same places in all s.
        scales: float64[weeks, d], how much each day varies, up to a factor.
    """
    usual = _medians(before)
    known = np.isfinite(before[0])
    for _ in range(_STEPS):
        apart = np.abs(before - usual[:, None]) / scales
        noise = _noise(apart)
        full = _FULL * noise[:, None, None]
        weights = np.where(known, np.minimum(1.0, full / np.maximum(apart, 1e-12)), 0.0) / scales**2
        usual = (weights * np.where(known, before, 0.0)).sum(axis=1) / weights.sum(axis=1)
    return usual, _noise(np.abs(before - usual[:, None]) / scales)


def _noise(apart: Floats) -> Floats:
    """Return the noise of absolute standardised deviations float64[s, weeks, d], float64[s]."""
    flat = apart.reshape(len(apart), -1)
    first = np.maximum(_medians(flat) * _NORMAL, 1e-12)
    within = np.minimum(flat / first[:, None], _FARTHEST) ** 2
    noise: Floats = first * np.sqrt(np.nanmean(within, axis=1))
    return noise


def _medians(values: Floats) -> Floats:
    """Return medians along the second axis, NaN being left out; all rows lack the same places."""
    count = np.isfinite(values[0]).sum(axis=0)
    ordered = np.sort(values, axis=1)  # NaN comes last
    low, high = (np.expand_dims(place, (0, 1)) for place in ((count - 1) // 2, count // 2))
    low, high = (np.take_along_axis(ordered, place, axis=1)[:, 0] for place in (low, high))
    medians: Floats = (low + high) / 2
    return medians


def _scales(residuals: Floats, errors: Floats) -> Floats | None:
    """Return how much each day varies, float64[weeks + 1, 7]; ``None`` where nothing does.

    A day of few people varies more: to what all days share, its own standard error is added.
    """
    found = np.isfinite(residuals)
    total = float(np.median(np.abs(residuals[found])) * 1.4826) ** 2
    if total < _STILL**2:
        return None
    typical = float(np.median(errors[errors > 0] ** 2)) if (errors > 0).any() else 0.0
    shared = max(total - typical, 0.1 * total)
    scales: Floats = np.sqrt(shared + np.minimum(errors**2, 9 * total))
    return scales


def _memory(standard: Floats, usable: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> float:
    """Return the correlation of neighbouring days, in [0, ``_MOST_MEMORY``].

    Corrected for its bias in short series (Kendall 1954, Biometrika 41).
    """
    kept = np.full(standard.shape, np.nan)
    kept[:, usable] = np.clip(standard[:, usable], -3, 3)
    flat = kept.ravel()
    pairs = np.isfinite(flat[1:]) & np.isfinite(flat[:-1])
    power = float(np.nansum(flat**2)) / max(int(np.isfinite(flat).sum()), 1)
    count = int(pairs.sum())
    if count < DAYS or power <= 0:
        return 0.0
    raw = float((flat[1:] * flat[:-1])[pairs].sum()) / count / power
    return float(np.clip(raw + (1 + 3 * raw) / count, 0.0, _MOST_MEMORY))


def _quiet_weeks(
    shape: tuple[int, int, int], memory: float, generator: np.random.Generator
) -> Floats:
    """Return weeks in which nothing changes, of variance 1: an autoregression of order one."""
    steps = generator.standard_normal((shape[1] * shape[2], shape[0]))
    fresh = (1 - memory**2) ** 0.5
    for day in range(1, len(steps)):
        steps[day] = memory * steps[day - 1] + fresh * steps[day]
    return steps.T.reshape(shape).copy()


def _began_before(residuals: Floats, change: float) -> bool:
    """Return whether the last days of the week before were as far from usual already."""
    known: Flags = np.isfinite(residuals)
    last = residuals[known][-3:]
    return len(last) > 0 and float(last.mean()) * np.sign(change) > abs(change) / 2
