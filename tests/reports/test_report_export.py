"""Parts of the exports that no server would show at once."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from classifiers.emotion import Emotion
from reports.bootstrap import Estimate
from reports.checkins.values import CheckinWeek
from reports.coverage import WeekCoverage
from reports.export.document import as_json, document_of
from reports.export.observation import Observation, Section
from reports.export.page import page_of
from reports.export.sections import WALK, sections_of
from reports.export.story import story_of_week
from reports.export.table import COLUMNS, as_csv
from reports.export.webfont import font_faces
from reports.fonts import FontBook
from reports.history import Ahead, Stretch, Turning, Usual, UsualRange, Year
from reports.report import Baseline, WeeklyReport
from reports.retro.values import Participation, RetroWeek, SectionMood
from reports.when import Hour, When
from reports.when import Stretch as HourStretch
from reports.where import Beside, Channel, Where
from reports.wording.exports import export_words
from tests.reports.report_samples import fixed_report

DOCS = Path(__file__).parents[2] / "docs"


def table(*observations: Observation, period: str = "2026-W46") -> list[list[str]]:
    content = as_csv([(period, [Section("where", "Channels", observations)])])
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_is_never_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://example.org","x"),1'
    _, row = table(Observation(text, "a channel", -0.5, "valence", -0.75, -0.25))
    assert row[COLUMNS.index("key")] == "'" + text
    # Numbers stay numbers.
    assert row[2:5] == ["-0.5", "-0.75", "-0.25"]


def test_texts_come_back_as_they_were() -> None:
    texts = ['a "quoted" name', "one, two", "두 줄\n이름", "🎉 party", "한글"]
    rows = table(*(Observation(each, "", 1, "people") for each in texts))
    assert [row[1] for row in rows[1:]] == texts


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_section_of_the_walk_has_a_title(language: str) -> None:
    words = export_words(language)
    assert not [name for name, *_ in WALK if words.section(name) == name]


def test_what_is_not_known_is_absent() -> None:
    full = {section.name for section in sections_of(fixed_report(), "en")}
    bare = replace(fixed_report(), baseline=None, change=None, points=(), shares=())
    left = {section.name for section in sections_of(bare, "en")}
    assert left == {"coverage", "mood"}
    assert left < full
    hidden = replace(fixed_report(), hidden=True, mood=None)
    assert sections_of(hidden, "en") == ()
    assert story_of_week(hidden, "ko").lines == ()


def test_letters_of_a_page_are_the_same_each_time_and_few() -> None:
    fonts = FontBook.load(system=False)
    faces = font_faces("기분 지수 +0.12", fonts)
    assert faces == font_faces("+0.12 지수 기분", fonts)
    assert faces.count("@font-face") == 1
    assert len(faces) < 20_000
    assert font_faces("", fonts) == ""


def rich_report() -> WeeklyReport:
    """Return a report that has something to say of everything."""
    hours = tuple(
        Hour(day, hour, 0.1 if hour == 20 else None, int(hour == 20))
        for day in range(7)
        for hour in range(24)
    )
    lowest = HourStretch(3, 15, 18, Estimate(-0.5, -0.7, -0.3))
    channels = (
        Channel(11, Estimate(0.3, 0.2, 0.4), Beside.ABOVE),
        Channel(12, Estimate(0.1, -0.1, 0.3), Beside.ALIKE),
    )
    monday = date(2026, 10, 12)
    steps = ((0, 1, -4, None, 2, 4, 0),) * 5
    return replace(
        fixed_report(),
        coverage=WeekCoverage(2400, 45, 0.98),
        when=When(hours, None, lowest),
        where=Where(channels, 2),
        retro=RetroWeek(
            (SectionMood("liked", Estimate(0.4, 0.2, 0.6), 0.3),), 0, Participation(0.75, 20)
        ),
        checkins=CheckinWeek(20, Estimate(0.25, 0.1, 0.4), 0.2, Estimate(0.41, 0.22, 0.58), 5),
        turning=Turning(3, 4, -0.4, 0.2, 52, 8, lasting=False),
        stretch=Stretch(date(2026, 11, 6), date(2026, 11, 9), 4, 0.3, 0.2, 9),
        ahead=Ahead(0.05, 0.25, 0.8, 0.79, 20, 0.051, 0.062, 10),
        year=Year(monday, steps, frozenset({(1, 3)}), 0.13, 0.05),
        usual=Usual((UsualRange(Emotion.JOY, (0.25, None, 0.31), 0.2, 0.24, 0.28),), 8, 0.95),
    )


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everything_a_report_can_say_is_in_the_exports(language: str) -> None:
    story = story_of_week(rich_report(), language, {11: "talk"})
    document = document_of(story, "", ())
    schema = json.loads((DOCS / "report.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(as_json(document)))
    assert list(document["sections"]) == [name for name, *_ in WALK]
    told = {
        f"{name}:{each['key']}": each
        for name, section in document["sections"].items()
        for each in section["observations"]
    }
    assert told["hours:thu/20"]["value"] == 0.1
    assert "hours:thu/19" not in told
    assert told["hours_that_stand_out:lowest/thu/15-18"]["high"] == -0.3
    assert (told["channels:11"]["label"], told["channels:11"]["clear"]) == ("#talk", True)
    assert (told["channels:12"]["label"], told["channels:12"]["clear"]) == ("#…0012", False)
    assert told["retrospectives:liked"]["low"] == 0.2
    assert told["retrospectives:liked/usual"]["value"] == 0.3
    assert told["retrospectives:participation"]["value"] == 0.75
    assert told["checkins:faces"]["high"] == 0.4
    assert told["checkins:agreement"]["unit"] == "correlation"
    assert told["turning_point:2026-11-12--2026-11-13/change"]["value"] == -0.6
    assert told["good_stretch:2026-11-06--2026-11-09/days"]["value"] == 4
    assert told["next_week:2026-W47/error"]["value"] == 0.051
    joy = told["emotions_usual_range:joy"]
    assert (joy["value"], joy["low"], joy["high"], joy["clear"]) == (0.31, 0.2, 0.28, True)
    assert told["emotions_by_week:2026-W44/joy"]["value"] == 0.25
    assert "emotions_by_week:2026-W45/joy" not in told
    assert told["year:2026-10-14"]["value"] == -4
    assert "year:2026-10-15" not in told
    # Nobody is counted in a channel: those that are hidden could be computed.
    assert not [key for key, each in told.items() if key.startswith("channels:") and "n" in each]


def test_labels_are_in_the_language_of_the_reader() -> None:
    sections = sections_of(rich_report(), "ko")
    english = {each.key for section in sections for each in section.observations}
    assert english == {
        each.key for section in sections_of(rich_report(), "en") for each in section.observations
    }
    words = [
        each.label
        for section in sections
        if section.name not in {"year", "channels"}
        for each in section.observations
    ]
    assert not [label for label in words if not re.search("[가-힣]", label)]


def test_the_page_shows_what_is_usual_beside_what_is() -> None:
    fonts = FontBook.load(system=False)
    page = page_of(story_of_week(rich_report(), "en"), "", {"dark": (), "light": ()}, fonts)
    assert "Usual range" in page
    assert "20.0% to 28.0%" in page
    assert "−4.8 pts" in page
    assert "A year in pixels" not in page


def test_one_week_is_no_weeks() -> None:
    fonts = FontBook.load(system=False)
    report = replace(rich_report(), baseline=Baseline(0.25, 1, (0.25,) * 7))
    page = page_of(story_of_week(report, "en"), "", {"dark": (), "light": ()}, fonts)
    assert "1 week<" in page
    assert "1 weeks" not in page


def test_a_turning_point_agrees_with_its_moods() -> None:
    report = replace(rich_report(), turning=Turning(3, 3, -0.3641, 0.1249, 52, 8, lasting=False))
    (section,) = (each for each in sections_of(report, "en") if each.name == "turning_point")
    told = {each.key: each.value for each in section.observations}
    assert (told["2026-11-12/mood"], told["2026-11-12/usual"]) == (-0.36, 0.12)
    assert told["2026-11-12/change"] == -0.48
