"""The vertical axis of moods."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from reports.bootstrap import Estimate
from reports.report import WeeklyReport
from reports.svg.frame import BOTTOM, TOP
from reports.wording.numbers import signed

_STEPS: Final = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_MINIMUM_RANGE: Final = 0.4
"""The axis shows at least this much, so that a flat week looks flat."""

_ROOM: Final = 50
"""Free pixels above and below the curve, for labels."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The vertical axis: ``high`` lies at ``top``, ``low`` at ``bottom``."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Return where a mood lies."""
        share = (self.high - value) / (self.high - self.low)
        return self.top + (self.bottom - self.top) * share

    def ticks(self) -> list[float]:
        """Return a handful of round values within the axis and [-1, 1]."""
        room = (self.bottom - self.top - 2 * _ROOM) / (self.bottom - self.top)
        span = (self.high - self.low) * room
        step = next(step for step in _STEPS if span / step <= 6 or step == _STEPS[-1])
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1) if abs(index * step) <= 1 + 1e-9]


def scale_of(report: WeeklyReport, mood: Estimate) -> Scale:
    """Return an axis that holds the week, its intervals, the usual week and zero."""
    estimates = [point.mood for point in report.points] or [mood]
    usual = list(report.baseline.days) if report.baseline is not None else []
    return scale_between(
        min([*(estimate.low for estimate in estimates), *usual]),
        max([*(estimate.high for estimate in estimates), *usual]),
    )


def scale_between(lowest: float, highest: float) -> Scale:
    """Return an axis that holds two moods, what lies between them, and zero."""
    low, high = min(0.0, lowest), max(0.0, highest)
    missing = max(0.0, _MINIMUM_RANGE - (high - low)) / 2
    inner = Scale(low - missing, high + missing, TOP + _ROOM, BOTTOM - _ROOM)
    beyond = _ROOM * (inner.high - inner.low) / (inner.bottom - inner.top)
    return Scale(inner.low - beyond, inner.high + beyond, TOP, BOTTOM)


def tick_text(value: float) -> str:
    """Return the label of a tick."""
    return "0" if abs(value) < 1e-9 else signed(value)
