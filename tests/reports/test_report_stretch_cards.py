"""The pictures of months and runs of days: golden files, nothing clipped, nothing hidden told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS
from reports.bootstrap import Estimate
from reports.cards import Card
from reports.fonts import FontBook
from reports.monthly import DayRange, Month, StretchReport, compute_stretch
from reports.rasterise import rasterise
from reports.report import EmotionShare
from reports.stretch_cards import stretch_cards
from reports.stretch_runs import StretchRun
from storage.records import MessageColumns
from tests.reports.report_samples import (
    GUILD,
    LANGUAGES,
    SERVER,
    SETTINGS,
    THEMES,
    ListStore,
    by_sentiment,
    community,
    day_of,
    person_of,
    taken,
)
from tests.reports.test_report_cards import LONG_NAME, check

GOLDEN = Path(__file__).parent / "golden_months"
LATER = datetime(2026, 12, 1, tzinfo=UTC)
TWO_WEEKS = DayRange(date(2026, 11, 2), date(2026, 11, 15))
MOODS = (0.11, 0.12, 0.1, 0.2, 0.24, 0.31, 0.28, 0.1, 0.08, -0.12, 0.05, 0.14, 0.22, 0.26)


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


def fixed() -> StretchReport:
    """Return a month that is the same on every machine: rounded, and computed by nobody."""
    month = Month(2026, 11)
    days = [*range(3), *range(5, 30)]
    runs = [
        StretchRun(day, day, Estimate(mood, round(mood - 0.09, 2), round(mood + 0.09, 2)))
        for day, mood in ((month.first + timedelta(n), MOODS[n % len(MOODS)]) for n in days)
    ]
    runs[9] = replace(runs[9], last=runs[10].first)
    del runs[10]
    now = (0.071, 0.041, 0.078, 0.243, 0.083, 0.102, 0.052, 0.047, 0.283)
    before = (0.052, 0.040, 0.061, 0.291, 0.071, 0.101, 0.043, 0.048, 0.293)
    shares = tuple(
        EmotionShare(emotion, Estimate(one, one - 0.01, one + 0.01), other, clear=index == 3)
        for index, (emotion, one, other) in enumerate(zip(EMOTIONS, now, before, strict=True))
    )
    return StretchReport(
        guild_id=GUILD,
        period=month,
        timezone="Asia/Seoul",
        messages=9400,
        people=45,
        minimum_group=5,
        hidden=False,
        partial=False,
        mood=Estimate(0.15, 0.11, 0.19),
        before=Estimate(0.11, 0.07, 0.15),
        change=Estimate(0.04, 0.01, 0.07),
        shares=shares,
        runs=tuple(runs),
    )


def drawn(
    report: StretchReport, theme: str, language: str, fonts: FontBook, name: str = SERVER
) -> tuple[Card, ...]:
    return stretch_cards(report, theme=theme, language=language, server_name=name, fonts=fonts)


def golden(fonts: FontBook) -> dict[str, Card]:
    return {
        f"{card.name}-{theme}-{language}.png": card
        for theme, language in product(THEMES, LANGUAGES)
        for card in drawn(fixed(), theme, language, fonts)
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", ["mood", "mix"])
def test_golden_pictures(kind: str, theme: str, language: str, fonts: FontBook) -> None:
    """Draw them anew with ``python -m tests.reports.test_report_stretch_cards``, and look."""
    name = f"{kind}-{theme}-{language}.png"
    card = golden(fonts)[name]
    check(card, fonts)
    assert rasterise(card.svg, fonts.files) == (GOLDEN / name).read_bytes()


def few_people(columns: MessageColumns) -> MessageColumns:
    few = np.isin(day_of(columns), (1, 2, 5))
    return taken(columns, ~(few & (person_of(columns) > 2)))


KINDS = {
    "usual": lambda columns: columns,
    "few people": few_people,
    "first": lambda columns: taken(columns, day_of(columns) >= 0),
    "sentiments": lambda columns: by_sentiment(columns, np.ones(len(columns), np.bool_)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("period", [TWO_WEEKS, Month(2026, 11)], ids=["range", "month"])
async def test_every_kind_of_stretch(
    kind: str, language: str, period: DayRange | Month, fonts: FontBook
) -> None:
    store = ListStore(KINDS[kind](community(1500, 1500)))
    report = await compute_stretch(store, SETTINGS, period, now=LATER)
    names = []
    for theme, name in zip(THEMES, (LONG_NAME, ""), strict=True):
        cards = drawn(report, theme, language, fonts, name)
        names = [card.name for card in cards]
        for card in cards:
            check(card, fonts)
    assert names[0] == "mood"
    assert ("mix" in names) == (kind != "sentiments")
    assert ("year" in names) == (kind != "first")


async def test_days_with_few_people_are_drawn_together(fonts: FontBook) -> None:
    store = ListStore(few_people(community()))
    report = await compute_stretch(store, SETTINGS, TWO_WEEKS, now=LATER)
    (joint,) = [
        run for run in report.runs if run.first < date(2026, 11, 13) and run.first != run.last
    ]
    assert (joint.first, joint.last) == (date(2026, 11, 10), date(2026, 11, 12))
    card = drawn(report, "dark", "en", fonts)[0]
    texts = ["".join(each.itertext()) for each in ET.fromstring(card.svg).iter()]
    assert any("few people: days joined" in text for text in texts)


async def test_a_hidden_stretch_has_no_pictures(fonts: FontBook) -> None:
    few = taken(community(), person_of(community()) < 3)
    report = await compute_stretch(ListStore(few), SETTINGS, TWO_WEEKS, now=LATER)
    assert report.hidden
    assert (report.runs, report.year) == ((), None)
    assert drawn(report, "dark", "ko", fonts) == ()


async def test_the_runs_make_up_the_mood() -> None:
    """Every run is a mean over person-days, so the whole lies between the lowest and highest."""
    report = await compute_stretch(ListStore(community()), SETTINGS, TWO_WEEKS, now=LATER)
    moods = [run.mood.value for run in report.runs]
    assert report.mood is not None
    assert min(moods) < report.mood.value < max(moods)
    assert min(report.runs, key=lambda run: run.mood.value).first == date(2026, 11, 12)


def main() -> None:
    """Draw the golden pictures anew."""
    book = FontBook.load(system=False)
    GOLDEN.mkdir(exist_ok=True)
    for name, card in golden(book).items():
        (GOLDEN / name).write_bytes(rasterise(card.svg, book.files))


if __name__ == "__main__":
    main()
