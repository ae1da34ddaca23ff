"""The mood of one community, its change and its shares, without the rest of a report.

The sums go straight into the figures, by the same code that a report uses: no scan of a store, no
points, hours and channels, no past. So a thousand communities take the time of a few dozen reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from reports.analysis import usual_days
from reports.bootstrap import generator_for
from reports.gathered import Gathered, gather
from reports.grouping import Integers, cells_of, milliseconds
from reports.period import local_edges
from reports.statistics import FigureBuilder
from reports.tallies import joined
from storage.records import GuildSettings

from .community import WEEK, Community, written
from .plan import DAYS, LAST_WEEK, WEEKS, Plan
from .trial import known_errors

_SEEDS: Final = 50_000_000
"""Other communities than those of whole reports."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the figures of one community hold.

    Attributes:
        mood: Whether the interval of the mood holds the truth.
        change: The same of the change; ``None`` without a baseline.
        shares: Of the nine shares; empty where they were not asked for.
    """

    mood: bool
    change: bool | None
    shares: tuple[bool, ...]


def glimpse(plan: Plan, seed: int, shares: bool) -> Glimpse | None:
    """Return what is true of one community; ``None`` where too few people wrote in the week.

    Args:
        plan: What it is like.
        seed: The same gives the same.
        shares: Whether shares are estimated as well, which takes most of the time.
    """
    community = written(plan, np.random.default_rng([plan.people, _SEEDS + seed]))
    known = known_errors(seed) if shares else None
    days = _days(community) if known is None else gather(community.columns, _edges(), known)
    now, before = days.between(LAST_WEEK, DAYS - LAST_WEEK), days.between(0, LAST_WEEK)
    minimum = GuildSettings(seed).minimum_group
    if now.cells.people < minimum:
        return None
    _, usual = usual_days(before, minimum)
    builder = FigureBuilder(np.unique(np.append(now.cells.author, usual.cells.author)), known)
    for name, moods in (("mood", now.cells), ("usual", usual.cells)):
        builder.add_moods(name, moods, np.zeros(len(moods), np.int64), 1)
    if shares:
        builder.add_shares("shares", now.discreet(minimum, known))
    figures = builder.build(generator_for(seed + 1, WEEK.key))
    mood, change = figures.estimates("mood")[0], figures.difference("mood", "usual")
    truth, was = community.mood(), community.mood(0, LAST_WEEK)
    found = figures.estimates("shares") if shares else []
    return Glimpse(
        mood is not None and not mood.excludes(truth),
        None if change is None else not change.excludes(truth - was),
        tuple(
            not share.excludes(float(true))
            for share, true in zip(found, community.shares() if shares else (), strict=True)
            if share is not None
        ),
    )


def _days(community: Community) -> Gathered:
    """Return the person-days of a community, without what its messages say of emotions."""
    return Gathered(cells_of(community.columns, _edges()), joined([]))


def _edges() -> Integers:
    return milliseconds(local_edges(WEEK.previous(WEEKS - 1).monday, DAYS, 1, ZoneInfo("UTC")))
