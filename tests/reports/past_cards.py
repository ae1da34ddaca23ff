"""Fixed values for the pictures and sentences on the past: the same on every machine."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

from classifiers.emotion import EMOTIONS
from reports.cards import Card
from reports.fonts import FontBook
from reports.history import STEPS, Ahead, Stretch, Turning, Usual, UsualRange, Year
from reports.rasterise import rasterise
from reports.report import WeeklyReport
from tests.reports.report_samples import LANGUAGES, THEMES, WEEK, drawn, fixed_report

GOLDEN_PAST = Path(__file__).parent / "golden_past"

HIDDEN = frozenset({(3, 1), (3, 4), (17, 6), (17, 0), (40, 2), (40, 3)})
KINDS = ("usual", "year")


def fixed_year(weeks: int = 53, hidden: frozenset[tuple[int, int]] = HIDDEN) -> Year:
    """Return a year with two low stretches, good weekends, hidden days and a holiday."""
    empty = {*hidden, (0, 0), *((30, day) for day in range(7))}
    rows = tuple(
        tuple(None if (week, day) in empty else _step(week, day) for day in range(7))
        for week in range(weeks)
    )
    best = (2026, 1) if weeks > 50 else None
    return Year(
        WEEK.previous(weeks - 1).monday,
        rows,
        frozenset(place for place in hidden if place[0] < weeks),
        0.12,
        0.06,
        best,
    )


def _step(week: int, day: int) -> int:
    wave = 1.6 * math.sin(week / 4.3) + 1.5 * math.sin(week * 7 + day * 3)
    wave += 1.4 if day >= 5 else 0
    dip = 4 * math.exp(-(((week - 21) / 1.5) ** 2))
    return max(-STEPS, min(STEPS, round(wave - dip)))


def fixed_usual(weeks: int = 12, classes: int = 9, *, joy: float = 0.43) -> Usual:
    """Return ranges of which joy lies outside when ``joy`` does."""
    levels = (0.052, 0.040, 0.061, 0.291, 0.071, 0.101, 0.043, 0.048, 0.293)
    ranges = []
    for index in range(classes):
        level = levels[index]
        half = 0.35 * level
        shares = [level + half * 0.7 * math.sin(place * (index + 2)) for place in range(weeks)]
        last = joy if index == 3 else level - half * 0.3
        ranges.append(
            UsualRange(EMOTIONS[index], (*shares, last), level - half, level, level + half)
        )
    return Usual(tuple(ranges), weeks, 0.95)


TURNING = Turning(3, 3, -0.48, 0.12, 53, 12, lasting=False)
STRETCH = Stretch(date(2026, 11, 10), date(2026, 11, 15), 6, 0.31, 0.12, 23)
AHEAD = Ahead(0.03, 0.17, 0.8, 20 / 24, 24, 0.021, 0.034, 40)


def fixed_past() -> WeeklyReport:
    """Return the fixed week with all that a past can tell."""
    return replace(
        fixed_report(),
        turning=TURNING,
        stretch=STRETCH,
        ahead=AHEAD,
        year=fixed_year(),
        usual=fixed_usual(),
    )


def golden_past(fonts: FontBook) -> dict[str, Card]:
    """Return the cards on the past by the name of their golden file."""
    return {
        f"{card.name}-{theme}-{language}.png": card
        for theme in THEMES
        for language in LANGUAGES
        for card in drawn(fixed_past(), theme, language, fonts)
        if card.name in KINDS
    }


def main() -> None:
    """Draw the golden pictures anew."""
    fonts = FontBook.load(system=False)
    for name, card in golden_past(fonts).items():
        (GOLDEN_PAST / name).write_bytes(rasterise(card.svg, fonts.files))


if __name__ == "__main__":
    main()
