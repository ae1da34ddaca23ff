"""One community, its report, and whether what the report says is true."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final

import numpy as np

from classifiers.correction import ShareCorrection
from reports.report import WeeklyReport
from reports.weekly import compute
from reports.where import Beside
from storage.records import GuildSettings

from .community import FIRST_CHANNEL, WEEK, Community, written
from .judge import correction
from .plan import LAST_WEEK, ChangeKind, Plan

DRAWS: Final = 48
"""So many draws of held-out texts take part: the classifier is never known exactly."""

_MONDAY_AFTER: Final = datetime.combine(WEEK.monday + timedelta(days=7), time(9), UTC)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one report said of one community.

    Attributes:
        mood: Whether the interval of the mood holds the truth.
        change: The same of the change; ``None`` without a baseline.
        shares: Of the nine shares.
        points: Of the points of the curve.
        claims: Names of the claims that were made.
        found: Whether the planted change was claimed, in the right direction.
        error: Mean absolute error of the shares.
        counting: The same for classifying and counting.
        turning: The day that the turning point begins, 0 to 34; ``None`` without one.
    """

    mood: bool
    change: bool | None
    shares: tuple[bool, ...]
    points: tuple[bool, ...]
    claims: frozenset[str]
    found: bool
    error: float
    counting: float
    turning: int | None


def trial(plan: Plan, seed: int) -> Trial | None:
    """Report one community; ``None`` where too few people wrote in the week.

    Args:
        plan: What it is like; truth of its points is known where moods have no weekly cycle.
        seed: The same gives the same.
    """
    community = written(plan, np.random.default_rng([plan.people, seed]))
    report = reported(community, seed)
    if report.hidden or report.mood is None:
        return None
    now, usual, shares = community.mood(), community.mood(0, LAST_WEEK), community.shares()
    estimates = [each.share for each in report.shares]
    pairs = [(e, float(t)) for e, t in zip(estimates, shares, strict=True) if e is not None]
    return Trial(
        mood=not report.mood.excludes(now),
        change=None if report.change is None else not report.change.excludes(now - usual),
        shares=tuple(not estimate.excludes(truth) for estimate, truth in pairs),
        points=tuple(
            not point.mood.excludes(community.mood(day, day + 1))
            for point in report.points
            for day in (LAST_WEEK + point.span.day,)
        ),
        claims=claims_of(report),
        found=found(report, plan),
        error=float(np.mean([abs(estimate.value - truth) for estimate, truth in pairs])),
        counting=float(np.abs(community.counted() - shares).mean()),
        turning=None if report.turning is None else LAST_WEEK + report.turning.first,
    )


def reported(community: Community, seed: int) -> WeeklyReport:
    """Return the report of a community."""
    settings, known = GuildSettings(seed + 1), known_errors(seed)
    return asyncio.run(compute(community, settings, WEEK, now=_MONDAY_AFTER, correction=known))


def claims_of(report: WeeklyReport) -> frozenset[str]:
    """Return what a report claims to be unlike the rest, or unlike usual."""
    extremes = [point for point in (report.low, report.high) if point is not None]
    made = {
        "headline": report.changed,
        "emotions": report.most_changed is not None,
        "points": any(point.clear for point in extremes),
        "hours": report.when is not None
        and (report.when.brightest is not None or report.when.lowest is not None),
        "channels": report.where is not None
        and any(each.beside is not Beside.ALIKE for each in report.where.channels),
        "turning": report.turning is not None,
    }
    return frozenset(name for name, claimed in made.items() if claimed)


def found(report: WeeklyReport, plan: Plan) -> bool:
    """Return whether a planted change is claimed, in its direction."""
    change, up = plan.change, plan.change.size > 0
    if change.kind is ChangeKind.MOOD:
        return report.changed and report.change is not None and (report.change.value > 0) == up
    if change.kind is ChangeKind.EMOTION:
        share = report.shares[change.place]
        return share.clear and (share.change or 0.0) > 0
    if change.kind is ChangeKind.DAY:
        return _day_found(report, change.day - LAST_WEEK, up=up)
    if change.kind is ChangeKind.CHANNEL and report.where is not None:
        side = Beside.ABOVE if up else Beside.BELOW
        mine = FIRST_CHANNEL + change.place
        return any(c.channel_id == mine and c.beside is side for c in report.where.channels)
    return False


def _day_found(report: WeeklyReport, day: int, *, up: bool) -> bool:
    """Return whether a day is told of, be it by a point of the curve or as a turning point."""
    point, turning = report.high if up else report.low, report.turning
    if point is not None and point.clear and point.span.day == day:
        return True
    if turning is None or (turning.mood > turning.usual) != up:
        return False
    return turning.first == turning.last == day


def known_errors(seed: int) -> ShareCorrection:
    """Return what one of ``DRAWS`` draws of held-out texts says of the classifier."""
    return _known(seed % DRAWS)


@cache
def _known(number: int) -> ShareCorrection:
    return correction(np.random.default_rng([1_000, number]))
