"""The check-ins of a week: the mean of the faces, and how far it goes with what is measured.

Faces are spread evenly over [-1, 1]. Every person counts once a day, as in the measured mood, and
the interval comes from the bootstrap over people.

Agreement is the product-moment correlation over person-days on which somebody both chose a face
and wrote at least ``MESSAGES`` messages. It is taken over all people together, so it holds both
who is gloomier than others and on which days; people are resampled, and the interval is that of
percentiles on Fisher's scale, where the spread hardly depends on the value (Fisher, Metron 1,
1921). It tells whether the two go together, not whether either is right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

import numpy as np

from reports.bootstrap import Estimate, generator_for
from reports.checkins.values import CheckinWeek
from reports.coverage import rounded_people
from reports.grouping import Authors, Floats, Integers, milliseconds
from reports.hours import rounded
from reports.mood_sums import MoodSums, summed
from reports.period import DAYS, Week, local_edges, zone_of
from reports.statistics import FigureBuilder
from storage.checkins import FACES, CheckinColumns
from storage.records import GuildSettings

USUAL_WEEKS: Final = 4
MESSAGES: Final = 3.0
"""Messages of a person on a day from which on their measured mood is compared."""

PEOPLE: Final = 10
PAIRS: Final = 20
"""Agreement is told of at least so many people and person-days: of fewer it is chance."""

_RESAMPLES: Final = 2000
_LEVEL: Final = 0.95
_STEEP: Final = 0.999
"""Correlations beyond are cut before Fisher's scale, which ends at infinity."""


@runtime_checkable
class CheckinStore(Protocol):
    """The part of a store that keeps answers."""

    async def checkins(self, guild_id: int, start: datetime, end: datetime) -> CheckinColumns:
        """Return the answers given in [start, end), by time."""
        ...


async def checkin_week(
    store: object, settings: GuildSettings, week: Week, measured: Callable[[], MoodSums]
) -> CheckinWeek | None:
    """Compute the check-ins of a week; ``None`` where nobody answered.

    Args:
        store: Where answers are; one that knows none has none.
        settings: Of the guild.
        week: Which week.
        measured: Returns the measured valence by person and day of the week, keys 0 to 6; asked
            only where somebody answered, in a thread.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    if not isinstance(store, CheckinStore):
        return None
    zone = zone_of(settings.timezone)
    first = week.previous(USUAL_WEEKS).monday
    edges = local_edges(first, (USUAL_WEEKS + 1) * DAYS, 1, zone)
    answers = await store.checkins(settings.guild_id, edges[0], edges[-1])
    if not len(answers):
        return None
    days = _by_day(answers, milliseconds(edges))
    return await asyncio.to_thread(_described, days, measured, settings, week.key)


def _by_day(answers: CheckinColumns, edges: Integers) -> MoodSums:
    day = np.searchsorted(edges, answers.time, side="right") - 1
    return summed(answers.author, day.astype(np.int64), _valence(answers.face))


def _valence(face: Integers) -> Floats:
    """Return faces 1 to ``FACES`` as -1 to 1."""
    return (face - 1) / (FACES - 1) * 2.0 - 1.0


def _described(
    days: MoodSums, measured: Callable[[], MoodSums], settings: GuildSettings, key: str
) -> CheckinWeek | None:
    now = days.where(days.key >= USUAL_WEEKS * DAYS)
    before = days.where(days.key < USUAL_WEEKS * DAYS)
    people, group = len(np.unique(now.author)), max(settings.minimum_group, 1)
    if not people:
        return None
    if people < group:
        return CheckinWeek(0, None, None, None, group)
    moved = MoodSums(now.author, now.key - USUAL_WEEKS * DAYS, now.messages, now.valence)
    return CheckinWeek(
        rounded_people(people),
        _mood(moved, settings.guild_id, key),
        _usual(before, group),
        _agreement(moved, measured(), group, generator_for(settings.guild_id, f"{key}/agreement")),
        group,
    )


def _mood(sums: MoodSums, guild_id: int, key: str) -> Estimate | None:
    builder = FigureBuilder(np.unique(sums.author))
    cells = sums.cells()
    builder.add_moods("faces", cells, np.zeros(len(sums), np.int64), 1)
    (found,) = builder.build(generator_for(guild_id, f"{key}/checkins")).estimates("faces")
    return None if found is None else rounded(found)


def _usual(before: MoodSums, group: int) -> float | None:
    if len(np.unique(before.author)) < group:
        return None
    return round(float(before.mean().mean()), 2) + 0.0


def _agreement(
    faces: MoodSums, measured: MoodSums, group: int, rng: np.random.Generator
) -> Estimate | None:
    enough = measured.where(measured.messages >= MESSAGES)
    said, told = _person_days(faces), _person_days(enough)
    _, ours, theirs = np.intersect1d(said, told, assume_unique=True, return_indices=True)
    chosen, judged = faces.mean()[ours], enough.mean()[theirs]
    authors = faces.author[ours]
    people, person = np.unique(authors, return_inverse=True)
    if len(people) < max(PEOPLE, group) or len(chosen) < PAIRS:
        return None
    value = _correlation(_moments(chosen, judged, np.ones(len(chosen)))[None])[0]
    if not np.isfinite(value):
        return None
    sums = np.zeros((len(people), 6))
    np.add.at(sums, person, _terms(chosen, judged))
    drawn = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), _RESAMPLES)
    spread = np.arctanh(np.clip(_correlation(drawn @ sums), -_STEEP, _STEEP))
    low, high = np.nanquantile(spread, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return rounded(Estimate(float(value), float(np.tanh(low)), float(np.tanh(high))))


def _person_days(sums: MoodSums) -> Authors:
    """Return a number for each person and day; two of them collide as good as never."""
    mixed: Authors = sums.author * np.uint64(DAYS + 1) + sums.key.astype(np.uint64)
    return mixed


def _terms(chosen: Floats, judged: Floats) -> Floats:
    ones = np.ones(len(chosen))
    columns = [ones, chosen, judged, chosen**2, judged**2, chosen * judged]
    return np.stack(columns, axis=1)


def _moments(chosen: Floats, judged: Floats, weights: Floats) -> Floats:
    moments: Floats = weights @ _terms(chosen, judged)
    return moments


def _correlation(moments: Floats) -> Floats:
    """Return the correlations of sums (n, x, y, xx, yy, xy), float64[r]; NaN without spread."""
    count, x, y, xx, yy, xy = moments.T
    across = count * xy - x * y
    own = (count * xx - x**2) * (count * yy - y**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(own > 1e-12, across / np.sqrt(own), np.nan)
    return found
