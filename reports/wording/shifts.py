"""A share before and after, and the points between them, as three numbers that agree."""

from __future__ import annotations

from dataclasses import dataclass

from reports.report import EmotionShare
from reports.wording.numbers import MINUS, percent, points

_FEWEST_POINTS = 0.95
"""Smaller changes are told to one decimal, as small shares are."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How a share moved.

    Attributes:
        before: In percent.
        after: In percent, with as many digits.
        points: Percentage points, with a sign and without a unit.
    """

    before: str
    after: str
    points: str


def shift_of(share: EmotionShare, digits: int = 0) -> Shift:
    """Return how a share moved from the usual one, with the fewest digits that agree.

    28.6 % to 24.4 % would be "29 % to 24 %", but 4 points: such a change has one decimal.

    Args:
        share: Beside its usual one.
        digits: At least so many, 0 or 1.
    """
    before, after = share.usual or 0.0, share.share.value if share.share else 0.0
    if "<" in percent(before) + percent(after):
        return Shift(percent(before), percent(after), points(after - before))
    whole = round(after * 100) - round(before * 100)
    exact = (after - before) * 100
    if not digits and whole and abs(exact) >= _FEWEST_POINTS and round(exact) == whole:
        return Shift(percent(before), percent(after), _signed(f"{abs(whole)}", exact))
    tenths = round(after * 100, 1) - round(before * 100, 1)
    return Shift(percent(before, 1), percent(after, 1), _signed(f"{abs(tenths):.1f}", tenths))


def _signed(size: str, change: float) -> str:
    return (MINUS if change < 0 else "+") + size
