"""What a simulated community is like, and what changes in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEKS: Final = 5
"""The week that is reported and the four before it."""

DAYS: Final = 7 * WEEKS
LAST_WEEK: Final = DAYS - 7

NEUTRAL_HEAVY: Final = (0.05, 0.03, 0.04, 0.2, 0.06, 0.05, 0.03, 0.03, 0.51)
"""Shares of the nine emotions in an ordinary chat, half of it neutral; in the order of EMOTIONS."""


class ChangeKind(StrEnum):
    """What a planted change moves."""

    NONE = "none"
    MOOD = "mood"
    EMOTION = "emotion"
    DAY = "day"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Change:
    """A planted change.

    Attributes:
        kind: Of what.
        size: Of every valence, in [-0.1, 0.1]; for an emotion, the rise of its share, in [0, 1).
        day: From which day on, 0 to 34; only on that day for ``DAY``.
        place: Which emotion (in the order of EMOTIONS), or which channel.
    """

    kind: ChangeKind = ChangeKind.NONE
    size: float = 0.0
    day: int = LAST_WEEK
    place: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a community is like.

    Attributes:
        people: How many take part at a time.
        rate: Messages a person and day, on average; who writes more than others is drawn from a
            power law, and everybody has days on which they write much.
        channels: How many channels; everybody has favourites.
        shares: Of the nine emotions over all people, summing to 1.
        alike: How near people's own shares are to those of all (sum of a Dirichlet's parameters).
        temper: Standard deviation of people's own moods.
        whims: Standard deviation of a person's mood from day to day.
        cycle: How much brighter Saturday is than Wednesday.
        fluctuation: Part of the people who came, or went, in these five weeks.
        opt_outs: Part of the people who let their records be forgotten.
        change: What changes.
    """

    people: int = 50
    rate: float = 3.0
    channels: int = 4
    shares: tuple[float, ...] = NEUTRAL_HEAVY
    alike: float = 12.0
    temper: float = 0.1
    whims: float = 0.06
    cycle: float = 0.0
    fluctuation: float = 0.3
    opt_outs: float = 0.05
    change: Change = Change()

    def shares_on(self, day: int) -> Floats:
        """Return the true shares of a day, float64[9]."""
        shares = np.array(self.shares, np.float64)
        part = self.risen(day)
        shares *= 1 - part
        shares[self.change.place] += part
        return shares

    def risen(self, day: int) -> float:
        """Return the part of the messages of a day that turned to the emotion that rises."""
        change = self.change
        if change.kind is not ChangeKind.EMOTION or day < change.day:
            return 0.0
        return change.size / (1 - self.shares[change.place])

    def shift(self, day: npt.NDArray[np.int64], channel: npt.NDArray[np.int64]) -> Floats:
        """Return how much messages are brighter than their emotion says, float64[n]."""
        change = self.change
        moved: npt.NDArray[np.bool_] = {
            ChangeKind.MOOD: day >= change.day,
            ChangeKind.DAY: day == change.day,
            ChangeKind.CHANNEL: (day >= change.day) & (channel == change.place),
        }.get(change.kind, np.zeros(len(day), np.bool_))
        weekly = self.cycle / 2 * np.cos(2 * np.pi * (day % 7 - 5) / 7)
        return weekly + np.where(moved, change.size, 0.0)
