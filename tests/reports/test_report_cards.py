"""The pictures: golden files, nothing clipped, nothing covered, whatever the week."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from reports.bootstrap import Estimate
from reports.cards import ALT_LIMIT, Card, cards
from reports.errors import UnknownLanguage
from reports.fonts import FontBook
from reports.rasterise import rasterise
from reports.report import WeeklyReport
from reports.svg.canvas import HEIGHT, WIDTH, Box, Canvas, Style
from reports.svg.curve import Piece
from reports.svg.theme import DARK
from reports.weekly import compute
from storage.records import MessageColumns
from tests.reports.report_samples import (
    AFTER,
    GOLDEN,
    LANGUAGES,
    SETTINGS,
    THEMES,
    WEEK,
    ListStore,
    by_sentiment,
    changed,
    community,
    day_of,
    drawn,
    fixed_report,
    golden_cards,
    person_of,
    taken,
)

SVG = "{http://www.w3.org/2000/svg}"
LONG_NAME = "🎉 아주아주아주 긴 이름을 가진 우리들의 스터디 모임 그리고 친구들 Very Long Name"
NAMES = ("", "🎉✨", "W" * 60, LONG_NAME, "<&\"'>", "\u202eabc\u200d\x00\n x", "漢字とかな")


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


@dataclass(frozen=True)
class Written:
    """A text of a picture and what it covers."""

    text: str
    box: Box
    size: float


def texts_of(card: Card, fonts: FontBook) -> list[Written]:
    canvas = Canvas(fonts, DARK, "", "")
    found = []
    for element in ET.fromstring(card.svg).iter(f"{SVG}text"):
        text = "".join(element.itertext())
        bold = any(span.get("stroke") for span in element.iter(f"{SVG}tspan"))
        size = float(element.get("font-size", "0"))
        style = Style(size, "#000000", bold=bold, anchor=element.get("text-anchor", "start"))
        x, y = float(element.get("x", "nan")), float(element.get("y", "nan"))
        found.append(Written(text, canvas.box(x, y, text, style), size))
    return found


def curves_of(card: Card) -> Iterator[tuple[float, float]]:
    """Yield points along every line that is 4 pixels wide or wider and round at its ends."""
    for element in ET.fromstring(card.svg).iter(f"{SVG}path"):
        wide = float(element.get("stroke-width", "0")) in {4.0, 6.0}
        if not wide or element.get("fill") != "none" or "H" in element.get("d", ""):
            continue
        start, *rest = [
            tuple(float(v) for v in pair.split())
            for pair in re.findall(r"-?[\d.]+ -?[\d.]+", element.get("d", ""))
        ]
        for index in range(0, len(rest), 3):
            piece = Piece(start, *rest[index : index + 3])
            yield from (piece.at(step / 10) for step in range(11))
            start = rest[index + 2]


def check(card: Card, fonts: FontBook) -> None:
    """Fail when a text is small, clipped, covers another one or a curve."""
    written = texts_of(card, fonts)
    assert written
    card_box = Box(0, 0, WIDTH, HEIGHT).grown(-16)
    for one in written:
        assert one.size >= 24, one
        assert one.box.within(card_box), one
    for first, second in combinations(written, 2):
        assert not first.box.overlaps(second.box), (first, second)
    for x, y in curves_of(card):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
        covering = [one for one in written if one.box.grown(-2).holds(x, y)]
        assert not covering, (covering, x, y)
    assert len(card.alt_text) <= ALT_LIMIT


Change = Callable[[MessageColumns], MessageColumns]


def only_days(*days: int) -> Change:
    return lambda c: taken(c, (day_of(c) < 0) | np.isin(day_of(c), days))


def few_people(*days: int) -> Change:
    return lambda c: taken(c, ~(np.isin(day_of(c), days) & (person_of(c) > 3)))


def each_on_one_day(columns: MessageColumns) -> MessageColumns:
    mine = (person_of(columns) % 7 == day_of(columns)) & (person_of(columns) < 14)
    return taken(columns, (day_of(columns) < 0) | mine)


def lone_days(columns: MessageColumns) -> MessageColumns:
    """Keep six messages on each of three days: a point a day, and no neighbours."""
    day, person = day_of(columns), person_of(columns)
    kept = day < 0
    for one in (0, 2, 5):
        for who in range(6):
            kept[np.flatnonzero((day == one) & (person == who))[0]] = True
    return taken(columns, kept)


def all_joy(columns: MessageColumns) -> MessageColumns:
    joy = np.zeros_like(columns.probabilities)
    joy[:, 3] = 1
    return changed(columns, probabilities=joy, valence=np.ones_like(columns.valence))


def at_both_ends(columns: MessageColumns) -> MessageColumns:
    valence = np.where(person_of(columns) % 2 == 0, -1, 1).astype(np.float32)
    return changed(columns, valence=valence)


def all_at(value: float) -> Change:
    return lambda c: changed(c, valence=np.full_like(c.valence, value))


def three_classes(columns: MessageColumns) -> MessageColumns:
    seen = np.full_like(columns.probabilities, np.nan)
    seen[:, [0, 3, 8]] = columns.probabilities[:, [0, 3, 8]]
    return changed(columns, probabilities=seen / np.nansum(seen, axis=1, keepdims=True))


WEEKS: dict[str, Change] = {
    "usual": lambda columns: columns,
    "first": lambda columns: taken(columns, day_of(columns) >= 0),
    "monday": only_days(0),
    "sunday": only_days(6),
    "every other day": only_days(0, 2, 4, 6),
    "hidden days": few_people(1, 5),
    "hidden ends": few_people(0, 6),
    "lone days": lone_days,
    "only the whole week": each_on_one_day,
    "all joy": all_joy,
    "both ends": at_both_ends,
    "lowest": all_at(-1.0),
    "zero": all_at(0.0),
    "three classes": three_classes,
    "two classifiers": lambda columns: by_sentiment(columns, (day_of(columns) != 2)),
    "another before": lambda columns: by_sentiment(columns, (day_of(columns) < 0)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", ["mood", "mix"])
def test_golden_pictures(kind: str, theme: str, language: str, fonts: FontBook) -> None:
    """Draw them anew with ``python -m tests.reports.report_samples``, and look at them."""
    name = f"{kind}-{theme}-{language}.png"
    card = golden_cards(fonts)[name]
    check(card, fonts)
    assert rasterise(card.svg, fonts.files) == (GOLDEN / name).read_bytes()


def test_golden_pictures_stay_small() -> None:
    files = list(GOLDEN.iterdir())
    assert len(files) == 8
    assert sum(file.stat().st_size for file in files) < 1_500_000


@pytest.mark.parametrize("kind", WEEKS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_kind_of_week(kind: str, language: str, fonts: FontBook) -> None:
    columns = WEEKS[kind](community())
    report = await compute(ListStore(columns), SETTINGS, WEEK, now=AFTER)
    made = drawn(report, "dark", language, fonts)
    assert [card.name for card in made][:2] == ["mood", "mix"]
    for card in made:
        check(card, fonts)


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(12))
async def test_communities_of_every_size(seed: int, fonts: FontBook) -> None:
    people = 5 + seed * seed
    columns = community(40 + 200 * seed, 60 + 150 * seed, people, seed=seed)
    report = await compute(ListStore(columns), SETTINGS, WEEK, now=AFTER)
    for theme, language in product(THEMES, LANGUAGES):
        for card in drawn(report, theme, language, fonts):
            check(card, fonts)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", NAMES)
def test_any_server_name(name: str, fonts: FontBook) -> None:
    for card in drawn(fixed_report(), "light", "en", fonts, name):
        check(card, fonts)
        assert rasterise(card.svg, fonts.files).startswith(b"\x89PNG")


def test_a_long_name_is_ellipsised_and_an_emoji_left_out(fonts: FontBook) -> None:
    card = drawn(fixed_report(), "dark", "ko", fonts, LONG_NAME)[0]
    subtitle = next(one.text for one in texts_of(card, fonts) if one.text.startswith("11월"))
    assert subtitle.endswith("…")
    assert "🎉" not in subtitle
    alone = drawn(fixed_report(), "dark", "ko", fonts, "🎉✨")[0]
    assert "11월 9일 – 15일" in [one.text for one in texts_of(alone, fonts)]


def test_the_card_is_opaque_and_names_itself(fonts: FontBook) -> None:
    for theme, card_colour in (("dark", "#1F2126"), ("light", "#FFFFFF")):
        for card in drawn(fixed_report(), theme, "en", fonts):
            root = ET.fromstring(card.svg)
            background = root.find(f"{SVG}rect")
            assert background is not None
            assert background.get("fill") == card_colour
            assert (root.get("width"), root.get("height")) == ("1100", "700")
            assert root.findtext(f"{SVG}title") in {"Mood index", "Emotion mix"}
            assert root.findtext(f"{SVG}desc") == card.alt_text


def test_hidden_days_are_hatched_and_explained(fonts: FontBook) -> None:
    for card in drawn(fixed_report(), "dark", "ko", fonts):
        assert card.svg.count(f"url(#{card.name}-hidden)") == 2
        assert any("숨김" in one.text for one in texts_of(card, fonts))
    shown = replace(fixed_report(), hidden_days=())
    for card in drawn(shown, "dark", "ko", fonts):
        assert "pattern" not in card.svg


@pytest.mark.parametrize(
    ("low", "colour"), [(-0.5, DARK.unpleasant), (0.2, DARK.pleasant), (-0.1, DARK.ink)]
)
def test_the_index_wears_a_colour_only_when_it_is_clear(
    low: float, colour: str, fonts: FontBook
) -> None:
    report = replace(fixed_report(), mood=Estimate(low + 0.15, low, low + 0.3))
    svg = drawn(report, "dark", "en", fonts)[0].svg
    value = next(e for e in ET.fromstring(svg).iter(f"{SVG}text") if e.get("font-size") == "56")
    assert value.get("fill") == colour


def test_hidden_weeks_have_no_picture(fonts: FontBook) -> None:
    hidden = WeeklyReport(1, WEEK, "UTC", 3, 2, 5, hidden=True, partial=False)
    assert drawn(hidden, "dark", "ko", fonts) == ()


def test_unknown_languages_are_refused(fonts: FontBook) -> None:
    with pytest.raises(UnknownLanguage):
        cards(fixed_report(), theme="dark", language="fr", server_name="x", fonts=fonts)
