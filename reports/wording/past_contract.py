"""What every language can say of the weeks before.

Every sentence carries its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from reports.history import Ahead, Stretch, Turning, Usual, UsualRange, Year


@dataclass(frozen=True, slots=True)
class PastLabels:
    """Words of the pictures that never change.

    Attributes:
        year: Title of the year in pixels.
        usual: Title of the emotions against their usual ranges.
        low: The unpleasant end of the colours.
        high: The pleasant end.
        hidden: What hatched days are.
        nobody: What dots are.
        inside: In place of a finding when every emotion lies inside its range.
        brightest: Below the name of the brightest month.
    """

    year: str
    usual: str
    low: str
    high: str
    hidden: str
    nobody: str
    inside: str
    brightest: str


class PastWording(Protocol):
    """One language."""

    @property
    def labels(self) -> PastLabels:
        """Words of the pictures."""
        ...

    def turning(self, turning: Turning) -> str:
        """Return which days stood out, how far, and how rare that is."""
        ...

    def stretch(self, stretch: Stretch) -> str:
        """Return the longest good stretch: when, how good, and how long it has been the longest."""
        ...

    def ahead(self, ahead: Ahead) -> str:
        """Return the range of the next week, and how often such ranges held."""
        ...

    def month(self, month: int, *, short: bool = False) -> str:
        """Return the name of a month, 1 to 12."""
        ...

    def months(self, first: date, last: date) -> str:
        """Return from which month to which, with their years."""
        ...

    def year_caption(self, year: Year) -> str:
        """Return of how many days the year shows the mood."""
        ...

    def year_alt(self, year: Year) -> str:
        """Return the year in words, the finding first."""
        ...

    def usual_finding(self, one: UsualRange) -> tuple[str, str]:
        """Return an emotion with its share, and its usual range."""
        ...

    def usual_note(self, usual: Usual) -> str:
        """Return how to read the card on usual ranges."""
        ...

    def usual_alt(self, usual: Usual) -> str:
        """Return the card on usual ranges in words, the finding first."""
        ...
