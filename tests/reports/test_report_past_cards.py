"""The pictures of the past: golden files, nothing clipped, nothing covered, whatever the past."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from xml.etree import ElementTree as ET

import pytest

from classifiers.emotion import EMOTIONS
from reports.cards import Card
from reports.fonts import FontBook
from reports.history import STEPS, Usual, UsualRange, Year
from reports.rasterise import rasterise
from reports.svg.palette import VISIONS, linear_rgb, oklab
from reports.svg.theme import DARK, LIGHT, Theme
from reports.svg.year import step_colour
from tests.reports.past_cards import (
    GOLDEN_PAST,
    HIDDEN,
    KINDS,
    fixed_past,
    fixed_usual,
    fixed_year,
    golden_past,
)
from tests.reports.report_samples import LANGUAGES, THEMES, WEEK, drawn
from tests.reports.test_report_cards import LONG_NAME, SVG, check, texts_of

NAMES = ("", "🎉✨", "W" * 60, LONG_NAME, "漢字とかな")


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


def cards_of(fonts: FontBook, language: str, name: str = "x", **changes: object) -> list[Card]:
    report = replace(fixed_past(), **changes)
    return [card for card in drawn(report, "dark", language, fonts, name) if card.name in KINDS]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", KINDS)
def test_golden_pictures(kind: str, theme: str, language: str, fonts: FontBook) -> None:
    """Draw them anew with ``python -m tests.reports.past_cards``, and look at them."""
    name = f"{kind}-{theme}-{language}.png"
    card = golden_past(fonts)[name]
    check(card, fonts)
    assert rasterise(card.svg, fonts.files) == (GOLDEN_PAST / name).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("weeks", [5, 8, 20, 26, 27, 28, 40, 52, 53])
def test_years_of_every_length(weeks: int, language: str, fonts: FontBook) -> None:
    hidden = frozenset(place for place in HIDDEN if place[0] < weeks)
    (card,) = cards_of(fonts, language, year=fixed_year(weeks, hidden), usual=None)
    check(card, fonts)
    root = ET.fromstring(card.svg)
    squares = [each for each in root.iter(f"{SVG}rect") if each.get("rx") == "4"]
    shown = sum(step is not None for row in fixed_year(weeks, hidden).steps for step in row)
    legend = 5 + bool(hidden)
    assert len(squares) == shown + len(hidden) + legend


def test_a_month_that_only_ends_in_the_year_gives_way(fonts: FontBook) -> None:
    """Of 29 weeks from Monday, 27 April, the first is April's, and there is room for one name."""
    (card,) = cards_of(fonts, "en", year=fixed_year(29, frozenset()), usual=None)
    told = [one.text for one in texts_of(card, fonts)]
    assert "May" in told
    assert "Apr" not in told
    check(card, fonts)


@pytest.mark.no_cover
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("classes", range(1, 10))
def test_any_number_of_emotions(classes: int, language: str, fonts: FontBook) -> None:
    for weeks in (5, 12):
        usual = fixed_usual(weeks, classes)
        (card,) = cards_of(fonts, language, usual=usual, year=None)
        check(card, fonts)


@pytest.mark.parametrize("value", [0.0, 0.001, 1.0])
def test_shares_at_the_ends(value: float, fonts: FontBook) -> None:
    ranges = tuple(UsualRange(e, (value,) * 6, value, value, value) for e in EMOTIONS)
    for language in LANGUAGES:
        (card,) = cards_of(fonts, language, usual=Usual(ranges, 5, 0.95), year=None)
        check(card, fonts)
        assert rasterise(card.svg, fonts.files).startswith(b"\x89PNG")


@pytest.mark.no_cover
@pytest.mark.parametrize("name", NAMES)
def test_any_server_name(name: str, fonts: FontBook) -> None:
    for language in LANGUAGES:
        for card in cards_of(fonts, language, name):
            check(card, fonts)


def test_hidden_days_are_hatched_and_explained(fonts: FontBook) -> None:
    (card,) = cards_of(fonts, "en", usual=None)
    assert card.svg.count("url(#year-hidden)") == len(HIDDEN) + 1
    assert "too few people" in [one.text for one in texts_of(card, fonts)]
    (plain,) = cards_of(fonts, "en", usual=None, year=fixed_year(53, frozenset()))
    assert "url(#year-hidden)" not in plain.svg
    assert "too few people" not in [one.text for one in texts_of(plain, fonts)]


def test_the_finding_comes_first_in_alt_text(fonts: FontBook) -> None:
    usual, year = cards_of(fonts, "en")
    assert usual.alt_text.startswith("Joy 43% lies above its usual range (usually 19–39%).")
    assert year.alt_text.startswith("Of ")
    assert "January 2026" in year.alt_text
    assert "6 days are hidden" in year.alt_text
    (steady,) = cards_of(fonts, "ko", usual=fixed_usual(joy=0.29), year=None)
    assert steady.alt_text.startswith("모든 감정이 평소 범위 안에 있어요.")


def test_without_a_past_there_are_no_such_cards(fonts: FontBook) -> None:
    assert cards_of(fonts, "en", usual=None, year=None) == []


def test_a_year_without_any_day_can_be_drawn(fonts: FontBook) -> None:
    empty = Year(WEEK.monday, ((None,) * 7,) * 5, frozenset(), 0.0, 0.05)
    (card,) = cards_of(fonts, "en", usual=None, year=empty)
    check(card, fonts)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_steps_can_be_told_apart_in_every_vision(theme: Theme) -> None:
    """The ends from the middle and from each other as far as emotions, and the way is even."""
    steps = range(-STEPS, STEPS + 1)
    linear = linear_rgb([step_colour(theme, step) for step in steps])
    for vision in VISIONS:
        labs = oklab(linear, vision) * 100
        apart = [
            float(((labs[i] - labs[j]) ** 2).sum() ** 0.5) for i, j in ((0, 4), (4, 8), (0, 8))
        ]
        assert min(apart) > 8, vision
        neighbours = ((labs[1:] - labs[:-1]) ** 2).sum(axis=1) ** 0.5
        assert neighbours.min() > 2, vision


def test_themes_differ(fonts: FontBook) -> None:
    for language, kind in product(LANGUAGES, KINDS):
        svgs = {
            theme: next(
                c.svg for c in drawn(fixed_past(), theme, language, fonts) if c.name == kind
            )
            for theme in THEMES
        }
        assert len(set(svgs.values())) == len(THEMES)


def test_days_to_come_are_not_drawn(fonts: FontBook) -> None:
    whole = fixed_year(10, frozenset())
    midway = replace(whole, steps=(*whole.steps[:-1], (1, 2, *[None] * 5)), begun=2)
    svgs = [
        next(iter(cards_of(fonts, "en", usual=None, year=year))).svg
        for year in (midway, replace(midway, begun=7))
    ]
    assert svgs[1].count("<circle") - svgs[0].count("<circle") == 5
    assert svgs[1].count("<rect") == svgs[0].count("<rect")
