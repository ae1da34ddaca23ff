"""Numbers as people read them: typographic minus, plus signs, few digits."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from classifiers.emotion import SENTIMENT_THRESHOLD
from reports.bootstrap import Estimate
from reports.report import EmotionShare

MINUS: Final = "−"

NEARLY_ALL: Final = 0.99
"""From this part of the messages on, it is not worth saying that some are missing."""


def signed(value: float) -> str:
    """Return a mood with two digits and its sign: +0.12, −0.12, 0.00."""
    text = f"{abs(value):.2f}"
    if float(text) == 0:
        return text
    return (MINUS if value < 0 else "+") + text


def interval(estimate: Estimate, joint: str) -> str:
    """Return the ends of an interval, joined by ``joint``."""
    return f"{signed(estimate.low)}{joint}{signed(estimate.high)}"


def is_tight(change: Estimate) -> bool:
    """Return whether a change is known to be small: less than makes a message unneutral."""
    return change.low > -SENTIMENT_THRESHOLD and change.high < SENTIMENT_THRESHOLD


def percent(share: float, digits: int = 0) -> str:
    """Return a share in percent; one that is not nothing is never shown as 0 %."""
    if 0 < share < 0.005:
        return "<1%"
    return f"{share * 100:.{digits}f}%"


def percents(before: float, after: float) -> tuple[str, str]:
    """Return two shares with just enough digits to tell them apart (at most one)."""
    whole = percent(before), percent(after)
    return whole if whole[0] != whole[1] else (percent(before, 1), percent(after, 1))


def beside_range(share: float, low: float, high: float) -> tuple[str, str, str]:
    """Return a share and the ends of a range in percent, with the fewest digits that tell apart.

    A share outside its range is never told as one of its ends: not 6 % beside 4 to 6 %.
    """
    outside = not low <= share <= high
    for digits in (0, 1, 2):
        told, bottom, top = (percent(each, digits) for each in (share, low, high))
        if not outside or told not in {bottom, top}:
            break
    return told, bottom, top


def is_partly(telling: float) -> bool:
    """Return whether emotions are known for some of the messages, and not for nearly all."""
    return 0 < telling < NEARLY_ALL


def part(telling: float) -> str:
    """Return a part of the messages in percent; one that is not all is never shown as 100 %."""
    return percent(min(telling, NEARLY_ALL))


def points(change: float) -> str:
    """Return a change of a share in percentage points, with its sign and without a unit."""
    size = abs(change) * 100
    text = f"{size:.0f}" if size >= 0.95 else f"{size:.1f}"
    return (MINUS if change < 0 else "+") + text


def largest(shares: tuple[EmotionShare, ...], count: int) -> list[EmotionShare]:
    """Return the ``count`` largest known shares, largest first."""
    known = [share for share in shares if share.share is not None]
    return sorted(known, key=_size, reverse=True)[:count]


def rounded_delay(delay: timedelta) -> tuple[int, str]:
    """Return a delay in its largest whole unit: ``minute``, ``hour`` or ``day``."""
    minutes = round(delay.total_seconds() / 60)
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= size:
            return round(minutes / size), unit
    return minutes, "minute"


def _size(share: EmotionShare) -> float:
    return share.share.value if share.share is not None else 0.0
