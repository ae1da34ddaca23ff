"""When the mood was what: the hours of a week, shrunk to its mean, and its clearest stretches.

Every person counts once an hour. Few people make an hour's mean noisy, so it is pulled towards the
mean of all hours by as much as its people say little (empirical Bayes with a known centre; Morris
1983, "Parametric Empirical Bayes Inference: Theory and Applications"): with ``n`` people, a
variance ``s`` between people of one hour and a variance ``t`` between hours, the deviation keeps
``t / (t + s / n)`` of itself. Both variances are estimated by moments over the hours shown.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reports.bootstrap import Estimate
from reports.grouping import Flags, Floats
from reports.mood_sums import MoodSums
from reports.period import DAYS
from reports.report import NOTICEABLE
from reports.spans import PARTS, Span, columns_of
from reports.statistics import FigureBuilder, Figures
from reports.when import Hour, Stretch, When

HOURS: Final = 24
KEYS: Final = DAYS * HOURS
FEWEST_MESSAGES: Final = 10
"""An hour with fewer messages is a dot."""

STRETCH: Final = 3
"""Hours of a stretch that may be called the brightest or the lowest, counted from midnight."""

SIZES: Final = (FEWEST_MESSAGES, 30, 100)
"""Messages from which an hour has size 1, 2 and 3."""

DIGITS: Final = 2
_HOURS_PER_PART: Final = HOURS // PARTS


class HourFigures:
    """Prepares the hours for the resampling that all figures share, and reads its result.

    Args:
        sums: By person and ``day * 24 + hour``.
        spans: The spans of the week. Only hours of spans that are shown are shown.
        minimum_group: At least this many people stand behind each hour.
    """

    def __init__(self, sums: MoodSums, spans: tuple[Span, ...], minimum_group: int) -> None:
        self._sums = sums
        self._shown = shown_hours(sums, spans, minimum_group)
        # Only of hours that are all shown: a stretch must not tell of a hidden one.
        self._stretches = np.flatnonzero(self._shown.reshape(-1, STRETCH).all(axis=1))

    def add(self, builder: FigureBuilder) -> None:
        """Add the stretches to the figures that are resampled together."""
        if not len(self._stretches):
            return
        columns = np.full(KEYS // STRETCH, -1, dtype=np.int64)
        columns[self._stretches] = np.arange(len(self._stretches))
        cells = self._sums.into(np.repeat(columns, STRETCH)).cells()
        builder.add_moods("stretches", cells, cells.bin, len(self._stretches))
        builder.add_moods("all stretches", cells, np.zeros(len(cells), dtype=np.int64), 1)

    def read(self, figures: Figures) -> When:
        """Return the hours."""
        hours = _hours(self._sums, self._shown)
        if not len(self._stretches):
            return When(hours, None, None)
        differences, clear = figures.clear_differences("stretches", "all stretches")
        moods = figures.estimates("stretches")
        highest, lowest = int(np.nanargmax(differences)), int(np.nanargmin(differences))
        high = bool(clear[highest]) and differences[highest] >= NOTICEABLE
        low = bool(clear[lowest]) and differences[lowest] <= -NOTICEABLE
        return When(
            hours,
            self._stretch(highest, moods[highest]) if high else None,
            self._stretch(lowest, moods[lowest]) if low else None,
        )

    def _stretch(self, index: int, mood: Estimate | None) -> Stretch | None:
        if mood is None:
            return None
        day, first = divmod(int(self._stretches[index]) * STRETCH, HOURS)
        return Stretch(day, first, first + STRETCH, rounded(mood))


def rounded(estimate: Estimate) -> Estimate:
    """Return an estimate to the digits that are published."""
    value, low, high = (round(end, DIGITS) for end in (estimate.value, estimate.low, estimate.high))
    return Estimate(value, low, high)


def shown_hours(sums: MoodSums, spans: tuple[Span, ...], minimum_group: int) -> Flags:
    """Return which hours of the week may be shown, bool[168].

    Hours of a span that are not shown have at least ``minimum_group`` people between them, or
    nobody: the span's own mood minus the hours shown would otherwise tell theirs. Hours in hidden
    spans are never shown.
    """
    group = max(minimum_group, 1)
    people, messages = sums.people_by_key(KEYS), sums.messages_by_key(KEYS)
    span = columns_of(spans, DAYS)[np.arange(KEYS) // _HOURS_PER_PART]
    shown: Flags = (span >= 0) & (people >= group) & (messages >= FEWEST_MESSAGES)
    for index in np.unique(span[span >= 0]):
        inside: Flags = span == index
        while 0 < sums.people_under(inside & ~shown) < group and (inside & shown).any():
            shown[np.where(inside & shown, people, np.iinfo(np.int64).max).argmin()] = False
    return shown


def _hours(sums: MoodSums, shown: Flags) -> tuple[Hour, ...]:
    moods = shrunk(sums, shown)
    sizes = np.digitize(sums.messages_by_key(KEYS), SIZES)
    return tuple(
        Hour(
            key // HOURS,
            key % HOURS,
            round(float(moods[key]), DIGITS) if shown[key] else None,
            int(sizes[key]) if shown[key] else 0,
        )
        for key in range(KEYS)
    )


def shrunk(sums: MoodSums, shown: Flags) -> Floats:
    """Return the mood of each hour, pulled towards the mean of those shown; float64[168].

    Args:
        sums: By person and ``day * 24 + hour``.
        shown: bool[168]; the others are NaN.
    """
    moods = np.full(KEYS, np.nan)
    if not shown.any():
        return moods
    kept = sums.where(shown[sums.key])
    means, people = kept.mean(), kept.people_by_key(KEYS)
    total = np.bincount(kept.key, means, KEYS)
    mood, count = total[shown] / people[shown], people[shown].astype(np.float64)
    centre = float(means.mean())
    within = float((means**2).sum() - (count * mood**2).sum()) / max(float((count - 1).sum()), 1.0)
    keep = _kept(mood - centre, count, max(within, 0.0))
    moods[shown] = centre + keep * (mood - centre)
    return moods


def _kept(deviations: Floats, people: Floats, within: float) -> Floats:
    """Return which part of its deviation each hour keeps, in [0, 1]."""
    if within <= 0:
        return np.ones(len(people))
    weight = people / within
    between = max(0.0, float((weight * deviations**2).sum() - len(people)) / float(weight.sum()))
    kept: Floats = between / (between + within / people)
    return kept
