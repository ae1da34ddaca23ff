"""Watching a simulated channel as the bot does: after every quarter of a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reports.alerts import (
    HISTORY_WEEKS,
    STRETCH_DAYS,
    STRETCH_START,
    Finding,
    judge_against,
    long_enough,
)
from reports.alerts_usual import Turns, Usual
from reports.period import DAYS
from reports.spans import PARTS

from .channel import between

FIRST_DAY: Final = HISTORY_WEEKS * DAYS + STRETCH_DAYS
"""The first day that has a whole history."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert: the bin after which it was given, and what was found, in bins of the channel."""

    after: int
    began: int
    finding: Finding


def watched(turns: Turns, days: int, minimum: int = 5, first_day: int = FIRST_DAY) -> list[Alarm]:
    """Return the alerts of a channel; after each the channel begins anew, as in the bot."""
    alarms: list[Alarm] = []
    forgotten = 0
    for day in range(first_day, days):
        start = (day - FIRST_DAY) * PARTS
        window = between(turns, max(start, forgotten), (day + 1) * PARTS)
        window = Turns(
            window.author,
            window.bin + max(start, forgotten) - start,
            window.messages,
            window.valence,
        )
        before = window.where(window.bin < STRETCH_START)
        usual = Usual.learned(before, minimum) if long_enough(before) else None
        if usual is None:
            continue
        for part in range(1, PARTS + 1):
            bins = STRETCH_START + STRETCH_DAYS * PARTS + part
            finding = judge_against(usual, window, bins, minimum)
            if finding is not None:
                after = start + bins - 1
                alarms.append(Alarm(after, start + finding.began, finding))
                forgotten = after + 1
                break
    return alarms
