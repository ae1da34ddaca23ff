"""What a report says of more than its own week, as frozen values; each is absent when unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from classifiers.emotion import Emotion

RAREST: Final = 53
"""Nothing is said to be rarer than once in so many weeks: nobody has watched for longer."""

STEPS: Final = 4
"""The colours of the year: so many steps above what is in the middle, and so many below."""


@dataclass(frozen=True, slots=True)
class Turning:
    """A run of days of the week that stands out from what is usual.

    Attributes:
        first: Weekday on which it begins; 0 is Monday.
        last: Its last weekday.
        mood: Mean of its days' moods in [-1, 1].
        usual: What is usual on these weekdays.
        once_in: Chance alone makes such a run about once in so many weeks, at most ``RAREST``,
            which stands for anything rarer.
        weeks: With how many earlier weeks it was compared.
        lasting: True when it has several days and reaches the last day that is shown.
    """

    first: int
    last: int
    mood: float
    usual: float
    once_in: int
    weeks: int
    lasting: bool

    @property
    def change(self) -> float:
        """Return the mood minus the usual mood."""
        return self.mood - self.usual


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that were better than usual.

    Attributes:
        first: The first day.
        last: The last day, which lies in the reported week.
        days: How many.
        mood: Mean of their moods in [-1, 1].
        usual: What is usual on their weekdays.
        longest_in: No stretch was longer in so many weeks, the reported one included.
    """

    first: date
    last: date
    days: int
    mood: float
    usual: float
    longest_in: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """A look at the mood index of the next week.

    Attributes:
        low: Lower end of the range, in [-1, 1].
        high: Upper end of the range.
        level: The part of weeks that the range is meant to hold, in (0, 1).
        held: The part of past weeks that it would have held.
        tried: How many past weeks it was tried on, beginning on any day; they overlap.
        error: Mean absolute error of the forecast on them.
        naive: The same of saying "as in the last week"; always larger than ``error``.
        weeks: From how many weeks the range was computed.
    """

    low: float
    high: float
    level: float
    held: float
    tried: int
    error: float
    naive: float
    weeks: int


@dataclass(frozen=True, slots=True)
class Year:
    """A year in pixels.

    Moods are kept in steps only: they are all that a picture shows, and too coarse for the mood of
    a hidden day to be computed from those around it.

    Attributes:
        monday: The first day of the first week.
        steps: One row of seven days for each week, oldest first: from -STEPS (far below the middle)
            to STEPS (far above); ``None`` where nobody wrote, and on hidden days.
        hidden: The hidden days, as (week, weekday).
        middle: The mood in the middle: the median of all days, rounded to 0.01.
        width: How many points of mood a step is wide.
        best: Mean step and month (1 to 12, with its year) of the brightest month of at least ten
            days; ``None`` for less than three such months.
        sampled: Which part of each day was read, in (0, 1].
        begun: How many days of the last week have begun, 1 to 7; the others are not drawn.
    """

    monday: date
    steps: tuple[tuple[int | None, ...], ...]
    hidden: frozenset[tuple[int, int]]
    middle: float
    width: float
    best: tuple[int, int] | None = None
    sampled: float = 1.0
    begun: int = 7

    @property
    def shown(self) -> int:
        """Return of how many days the mood is shown."""
        return sum(step is not None for row in self.steps for step in row)

    @property
    def above(self) -> int:
        """Return on how many of them it lies a step or more above the middle."""
        return sum(step is not None and step > 0 for row in self.steps for step in row)

    @property
    def below(self) -> int:
        """Return on how many of them it lies a step or more below the middle."""
        return sum(step is not None and step < 0 for row in self.steps for step in row)


@dataclass(frozen=True, slots=True)
class UsualRange:
    """The share of one emotion, week by week, and the range in which it usually lies.

    Attributes:
        emotion: Which one.
        shares: By week, oldest first, in [0, 1]; the last is the reported one, ``None`` is unknown.
        low: Lower end of the usual range.
        middle: The middle of it.
        high: Upper end.
    """

    emotion: Emotion
    shares: tuple[float | None, ...]
    low: float
    middle: float
    high: float

    @property
    def outside(self) -> int:
        """Return -1 when the reported week lies below the range, 1 above it, else 0."""
        share = self.shares[-1]
        if share is None:
            return 0
        return -1 if share < self.low else int(share > self.high)


@dataclass(frozen=True, slots=True)
class Usual:
    """Every emotion against its usual range.

    Attributes:
        ranges: One for each emotion that is known, in the order of ``EMOTIONS``.
        weeks: From how many earlier weeks the ranges come.
        joint: In this part of weeks without any change all emotions lie inside, in (0, 1).
    """

    ranges: tuple[UsualRange, ...]
    weeks: int
    joint: float

    @property
    def outside(self) -> tuple[UsualRange, ...]:
        """Return the emotions that lie outside, the farthest first."""
        return tuple(sorted((r for r in self.ranges if r.outside), key=_excess, reverse=True))


def _excess(one: UsualRange) -> float:
    """Return how far a share lies outside, in half widths of the range."""
    share = one.shares[-1] or 0.0
    return max(one.low - share, share - one.high) / max(one.high - one.low, 1e-9)
