"""The days of a month or a run of days, taken together where few people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.bootstrap import Estimate


@dataclass(frozen=True, slots=True)
class StretchRun:
    """Neighbouring days with enough people, mostly a single one; see ``reports.blocks``.

    Attributes:
        first: The first of them.
        last: The last.
        mood: Over their person-days, with its interval.
    """

    first: date
    last: date
    mood: Estimate
