"""How the probabilities that a member judged are kept: as text, the same in every store.

Text, because it is handed to the member as it stands; six digits are more than anybody needs.
"""

from __future__ import annotations

from collections.abc import Sequence


def written_chances(probabilities: Sequence[float]) -> str:
    """Return probabilities as text; NaN, for a class that a backend cannot see, is empty."""
    return ",".join("" if each != each else f"{each:.6g}" for each in probabilities)  # noqa: PLR0124 - the test for NaN


def chances_of(written: str) -> tuple[float, ...]:
    """Return the probabilities that ``written_chances`` wrote; () for none."""
    if not written:
        return ()
    return tuple(float(each) if each else float("nan") for each in written.split(","))
