"""The retrospectives of a week, as frozen values; ``reports.retro.week`` computes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reports.bootstrap import Estimate

RATE_STEPS: Final = 20
"""Rates of participation are rounded to a step of one in so many, so that one person shows less."""


@dataclass(frozen=True, slots=True)
class SectionMood:
    """One section.

    Attributes:
        section: Its key; see ``reports.retro.forms``.
        mood: Mean valence over people, with its interval; to two digits.
        usual: The same over the weeks before, to two digits; ``None`` where too few people wrote.
    """

    section: str
    mood: Estimate
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class Participation:
    """How many of those who take part wrote this week.

    Attributes:
        rate: In [0, 1], rounded to ``RATE_STEPS``.
        people: Who wrote a retrospective in the last weeks; rounded as in ``reports.coverage``.
    """

    rate: float
    people: int


@dataclass(frozen=True, slots=True)
class RetroWeek:
    """The retrospectives of a week.

    Attributes:
        sections: Those that may be shown, in the order of the forms: this is no ranking.
        hidden: How many others somebody wrote. They are none, or at least two that have at least
            the minimum group of people between them.
        participation: ``None`` where fewer people than the minimum group take part.
    """

    sections: tuple[SectionMood, ...]
    hidden: int
    participation: Participation | None

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to say."""
        return not self.sections and self.participation is None
