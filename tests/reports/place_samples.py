"""Hours and channels for tests: fixed to the last digit, or drawn from a known community.

Run as a script it draws the golden pictures anew; look at them before committing.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from reports.bootstrap import Estimate
from reports.cards import Card, cards
from reports.coverage import WeekCoverage
from reports.fonts import FontBook
from reports.rasterise import rasterise
from reports.report import WeeklyReport
from reports.when import Hour, Stretch, When
from reports.where import Beside, Channel, Where
from storage.records import MessageColumns
from tests.reports.report_samples import LANGUAGES, SERVER, THEMES, changed, fixed_report

GOLDEN_PLACES = Path(__file__).parent / "golden_places"
NAMES = (
    "general",
    "공부-인증",
    "🎮-게임방-아주아주-긴-이름의-채널-입니다",
    "very-long-channel-name-that-never-ends-and-goes-on",
    "<&\"'>",
    "질문",
    "🎉✨",
    "漢字とかな",
    "\u202eabc\u200d",
    "W" * 100,
)
CHANNELS: dict[int, str | None] = {1000 + n: NAMES[n % len(NAMES)] for n in range(30)}
CHANNELS[1011] = None
del CHANNELS[1012]


def fixed_when() -> When:
    """Return hours that are the same on every machine."""
    hours = [_hour(day, hour) for day in range(7) for hour in range(24)]
    brightest = Stretch(6, 18, 21, Estimate(0.42, 0.31, 0.53))
    lowest = Stretch(3, 12, 15, Estimate(-0.48, -0.62, -0.33))
    return When(tuple(hours), brightest, lowest)


def _hour(day: int, hour: int) -> Hour:
    if hour < 10 and (day, hour) not in {(3, 0), (5, 0), (6, 1)}:
        return Hour(day, hour, None, 0)
    mood = 0.12 + 0.2 * (day >= 5) + 0.1 * math.sin(day + hour * 1.7)
    mood -= 0.6 * math.exp(-(((day + hour / 24 - 3.55) / 0.3) ** 2))
    return Hour(day, hour, round(mood, 2), 1 + (hour > 13) + (hour in {18, 19, 20}))


def fixed_where(count: int = 7, hidden: int = 2) -> Where:
    """Return channels that are the same on every machine."""
    channels = []
    for place in range(count):
        mood = 0.12 + 0.06 * math.sin(place * 2.1) + 0.4 * (place == 1) - 0.5 * (place == 4)
        half = 0.05 + 0.04 * (place % 3)
        beside = {1: Beside.ABOVE, 4: Beside.BELOW}.get(place, Beside.ALIKE)
        ends = (round(value, 2) for value in (mood, mood - half, mood + half))
        value, low, high = ends
        channels.append(Channel(1000 + place, Estimate(value, low, high), beside))
    return Where(tuple(channels), hidden)


def placed_report(count: int = 7, hidden: int = 2) -> WeeklyReport:
    """Return the fixed week with hours and channels."""
    return replace(
        fixed_report(),
        when=fixed_when(),
        where=fixed_where(count, hidden),
        coverage=WeekCoverage(2400, 45, 0.94),
    )


def in_channels(columns: MessageColumns, channel: np.ndarray) -> MessageColumns:
    """Return the columns with the messages in numbered channels, from 1000."""
    return changed(columns, channel_id=(1000 + channel).astype(np.int64))


def places_of(
    report: WeeklyReport,
    theme: str,
    language: str,
    fonts: FontBook,
    channels: dict[int, str | None] | None = CHANNELS,
) -> dict[str, Card]:
    """Return the cards on hours and channels by name."""
    made = cards(
        report, theme=theme, language=language, server_name=SERVER, fonts=fonts, channels=channels
    )
    return {card.name: card for card in made if card.name in {"when", "where"}}


def golden_places(fonts: FontBook) -> dict[str, Card]:
    """Return the cards of the fixed week by the name of their golden file."""
    return {
        f"{name}-{theme}-{language}.png": card
        for theme in THEMES
        for language in LANGUAGES
        for name, card in places_of(placed_report(), theme, language, fonts).items()
    }


def main() -> None:
    """Draw the golden pictures anew."""
    fonts = FontBook.load(system=False)
    GOLDEN_PLACES.mkdir(exist_ok=True)
    for name, card in golden_places(fonts).items():
        (GOLDEN_PLACES / name).write_bytes(rasterise(card.svg, fonts.files))


if __name__ == "__main__":
    main()
