"""A year of one member, fixed to the last digit.

Run as a script it draws the golden pictures anew; look at them before committing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

from reports.fonts import FontBook
from reports.personal import OwnDay, OwnMood, OwnUsual
from reports.rasterise import rasterise
from reports.svg.own_year import own_year_card

GOLDEN = Path(__file__).parent / "golden_own"
FIRST, TODAY = date(2025, 11, 17), date(2026, 11, 20)


def fixed_year() -> OwnMood:
    """Return a year with waves, a quiet month, and days without messages."""
    days = []
    for number in range(371):
        day = FIRST + timedelta(number)
        silent = number % 6 == 4 or 200 <= number < 228 or day > TODAY
        mood = 0.1 + 0.3 * math.sin(number / 25) + 0.15 * math.sin(number * 2.3)
        days.append(OwnDay(day, 0, None) if silent else OwnDay(day, 5, round(mood, 3)))
    last = (TODAY - FIRST).days
    return OwnMood(
        today=TODAY,
        week=tuple(days[last - 6 : last + 1]),
        year=tuple(days),
        mood=0.2,
        shares=(1 / 9,) * 9,
        usual=OwnUsual(0.1, -0.1, 0.3, 270),
        direction=0,
        raised=(),
        rejudged=False,
    )


def golden_years(fonts: FontBook) -> Iterator[tuple[Path, bytes]]:
    """Yield the file and the picture of each language and theme."""
    for language, theme in product(("ko", "en"), ("dark", "light")):
        card = own_year_card(fixed_year(), theme=theme, language=language, fonts=fonts)
        assert card is not None
        yield GOLDEN / f"own-year-{language}-{theme}.png", rasterise(card.svg, fonts.files)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path, picture in golden_years(FontBook.load(system=False)):
        path.write_bytes(picture)
