"""Which stretches of the week may be shown as a point, and which are hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from reports.grouping import Cells, Integers

PARTS: Final = 4
"""Parts of a local day: six hours each, from midnight."""

MINIMUM_MESSAGES: Final = 20
"""A point holds at least this many messages where its day has them: fewer are mostly noise."""


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring parts of one local day that are shown, or hidden, as one point.

    Attributes:
        day: 0 is the first day.
        first: First part of the day, from 0.
        last: Last part of the day, inclusive.
        people: How many wrote.
        messages: How many they wrote.
        hidden: True when nothing of it may be shown.
        position: Where its messages lie on average, in days from the start of the period.
    """

    day: int
    first: int
    last: int
    people: int
    messages: int
    hidden: bool
    position: float

    @property
    def part(self) -> int:
        """Return the part of the day in which most of it lies, from 0."""
        return min(int((self.position - self.day) * PARTS), PARTS - 1)

    @property
    def whole_day(self) -> bool:
        """Return whether the span is the only one of its day."""
        return self.first == 0 and self.last == PARTS - 1


def spans_of(cells: Cells, days: int, minimum_group: int) -> tuple[Span, ...]:
    """Cut a period into spans that each hold at least ``minimum_group`` people.

    Parts of a day with too few people or messages are joined with their neighbours of the same
    day. A day that stays too small is hidden; when only one day is, the smallest other day is
    hidden as well, because the week's mean minus the shown days would otherwise reveal it.

    Args:
        cells: Sums per person and part of a day; bin ``day * PARTS + part``.
        days: How many local days the period has.
        minimum_group: At least this many people stand behind everything shown.
    """
    spans = [span for day in range(days) for span in _of_day(cells, day, minimum_group)]
    return tuple(_complemented(spans))


def columns_of(spans: Sequence[Span], days: int) -> Integers:
    """Return the index of the span of each part, int64[days * PARTS]; -1 has none to show."""
    columns = np.full(days * PARTS, -1, dtype=np.int64)
    shown = (span for span in spans if not span.hidden)
    for index, span in enumerate(shown):
        start = span.day * PARTS
        columns[start + span.first : start + span.last + 1] = index
    return columns


def _of_day(cells: Cells, day: int, minimum_group: int) -> list[Span]:
    today = cells.where(cells.bin // PARTS == day)
    if not len(today):
        return []
    cuts = _cuts(today, minimum_group)
    edges = [0, *cuts[:-1], PARTS] if cuts else [0, PARTS]
    pairs = pairwise(edges)
    return [_span(today, day, first, after - 1, minimum_group) for first, after in pairs]


def _cuts(today: Cells, minimum_group: int) -> list[int]:
    """Return the part after each group that, grown from the left, is large enough."""
    cuts: list[int] = []
    part = today.bin % PARTS
    for after in range(1, PARTS + 1):
        group = today.where((part >= (cuts[-1] if cuts else 0)) & (part < after))
        if group.people >= minimum_group and group.messages.sum() >= MINIMUM_MESSAGES:
            cuts.append(after)
    return cuts


def _span(today: Cells, day: int, first: int, last: int, minimum_group: int) -> Span:
    part = today.bin % PARTS
    inside = (part >= first) & (part <= last)
    cells = today.where(inside)
    messages = float(cells.messages.sum())
    centre = float(((part[inside] + 0.5) * cells.messages).sum()) / messages / PARTS
    hidden = cells.people < minimum_group
    return Span(day, first, last, cells.people, round(messages), hidden, day + centre)


def _complemented(spans: list[Span]) -> list[Span]:
    hidden = {span.day for span in spans if span.hidden}
    shown = [span for span in spans if not span.hidden]
    if len(hidden) != 1 or not shown:
        return spans
    smallest = min(shown, key=lambda span: (span.people, span.day)).day
    return [replace(span, hidden=span.hidden or span.day == smallest) for span in spans]
