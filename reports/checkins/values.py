"""The check-ins of a week, as frozen values; ``reports.checkins.week`` computes them."""

from __future__ import annotations

from dataclasses import dataclass

from reports.bootstrap import Estimate


@dataclass(frozen=True, slots=True)
class CheckinWeek:
    """What members said of themselves.

    Attributes:
        people: How many answered; rounded as in ``reports.coverage``.
        mood: Mean of the faces, the saddest -1 and the happiest +1, with its interval; every
            person counts once a day. ``None`` where fewer people than the minimum group answered.
        usual: The same over the four weeks before; ``None`` where too few people answered.
        agreement: Correlation of faces with the measured mood of the same people and days, with
            its interval, in [-1, 1]; ``None`` where there are too few of both.
        needed: How many people it takes.
    """

    people: int
    mood: Estimate | None
    usual: float | None
    agreement: Estimate | None
    needed: int
