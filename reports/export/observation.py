"""What every export is made of: single figures, each with what it takes to read it alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Self

from reports.bootstrap import Estimate

DIGITS: Final[Mapping[str, int]] = MappingProxyType({"valence": 2, "correlation": 2})
"""Decimals by unit: no interval of a community bears out more, and coarse figures make it harder
to compute what one person changes."""

_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure.

    Attributes:
        key: What it is of, within its section; parts are separated by ``/``. Never translated.
        label: The same for people, in the language of the export.
        value: The figure.
        unit: ``valence`` in [-1, 1], ``share`` in [0, 1], ``messages``, ``people``, ...
        low: Lower end of its 95 % interval, or of the range that its section is about.
        high: Upper end.
        n: How many people stand behind it, where that is known.
        clear: Whether it differs beyond chance from what it is compared with, if it is.
    """

    key: str
    label: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    n: int | None = None
    clear: bool | None = None

    @classmethod
    def estimated(
        cls,
        key: str,
        label: str,
        estimate: Estimate,
        unit: str,
        *,
        n: int | None = None,
        clear: bool | None = None,
    ) -> Self:
        """Return a figure with its interval, rounded."""
        low, high = rounded(estimate.low, unit), rounded(estimate.high, unit)
        return cls(key, label, rounded(estimate.value, unit), unit, low, high, n, clear)

    @classmethod
    def of(
        cls, key: str, label: str, value: float, unit: str, *, clear: bool | None = None
    ) -> Self:
        """Return a figure without an interval, rounded."""
        return cls(key, label, rounded(value, unit), unit, clear=clear)

    def between(self, low: float, high: float) -> Self:
        """Return the same beside the ends of a range, rounded."""
        return replace(self, low=rounded(low, self.unit), high=rounded(high, self.unit))

    @classmethod
    def counted(cls, key: str, label: str, value: int, unit: str) -> Self:
        """Return a count."""
        return cls(key, label, value, unit)


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together.

    Attributes:
        name: Never translated.
        title: The same for people.
        observations: In the order of reading; what is hidden is not here.
        on_page: Whether the page shows them as a table; the long ones are for programs.
    """

    name: str
    title: str
    observations: tuple[Observation, ...]
    on_page: bool = True


def rounded(value: float, unit: str) -> float:
    """Return a figure with the digits of its unit, and never a negative zero."""
    return round(value, DIGITS.get(unit, _DIGITS)) + 0.0
