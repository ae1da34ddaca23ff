"""``nunchi report`` and ``nunchi export``: what is written, what is hidden, what is refused."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
import re
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator, FormatChecker

from bot.cli import nunchi
from storage.records import MessageRecord
from storage.sqlite import SqliteStore
from tests.reports.report_samples import (
    GUILD,
    SETTINGS,
    WEEK,
    by_sentiment,
    changed,
    community,
    day_of,
    local,
    person_of,
    record,
    taken,
)
from tests.support.export_store import fill_store, records_of

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ("ko", "en")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of this machine, and a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Five lively weeks."""
    path = tmp_path_factory.mktemp("store") / "nunchi.sqlite3"
    return fill_store(path, SETTINGS, records_of(community()))


@pytest.fixture(scope="module")
def thin_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same, but only two people write on the week's Tuesday."""
    columns = community()
    few = (day_of(columns) == 1) & (person_of(columns) > 1)
    path = tmp_path_factory.mktemp("thin") / "nunchi.sqlite3"
    return fill_store(path, SETTINGS, records_of(taken(columns, ~few)))


@pytest.fixture(scope="module")
def whole(store: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of a report in the server's own language and theme."""
    return report(store, tmp_path_factory.mktemp("whole") / "out", "--name", "스터디 Study")


def says(*arguments: str) -> Result:
    return CliRunner().invoke(nunchi, arguments)


def report(store: str, out: Path, *arguments: str, week: str = WEEK.key) -> dict[str, bytes]:
    """Return the files that a report consists of."""
    place = ("--store", store, "--guild", str(GUILD), "--week", week, "--out", str(out))
    return files(says("report", *place, *arguments), out)


def aggregates(store: str, out: Path, *arguments: str) -> dict[str, bytes]:
    place = ("--store", store, "--guild", str(GUILD), "--out", str(out))
    return files(says("export", *place, *arguments), out)


def files(result: Result, out: Path) -> dict[str, bytes]:
    assert result.exit_code == 0, result.output
    assert sorted(result.stdout.splitlines()) == sorted(str(path) for path in out.iterdir())
    return {path.name: path.read_bytes() for path in out.iterdir()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def valid(content: bytes, schema: str) -> dict[str, Any]:
    """Return a document that its published schema allows."""
    described = json.loads((DOCS / schema).read_text("utf-8"))
    Draft202012Validator.check_schema(described)
    document: dict[str, Any] = json.loads(content)
    Draft202012Validator(described, format_checker=FormatChecker()).validate(document)
    return document


# The report


def test_a_report_is_pictures_a_page_and_tables(whole: dict[str, bytes]) -> None:
    written = whole
    stem = f"nunchi-{WEEK.key}"
    assert {f"{stem}{end}" for end in (".html", ".json", ".csv", "-mood.png", "-mix.svg")} <= set(
        written
    )
    assert all(content for content in written.values())
    pictures = {name for name in written if name.endswith(".png")}
    assert all(written[name].startswith(b"\x89PNG") for name in pictures)
    assert {name[:-3] + "svg" for name in pictures} <= set(written)


@pytest.mark.no_cover
def test_the_same_records_give_the_same_bytes(
    store: str, whole: dict[str, bytes], tmp_path: Path
) -> None:
    assert report(store, tmp_path / "one", "--name", "스터디 Study") == whole
    days = ("--from", "2026-11-02", "--until", "2026-11-15")
    assert aggregates(store, tmp_path / "three", *days) == aggregates(
        store, tmp_path / "four", *days
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_is_as_its_schema_says(store: str, tmp_path: Path, language: str) -> None:
    written = report(store, tmp_path / "out", "--format", "json", "--language", language)
    document = valid(written[f"nunchi-{WEEK.key}.json"], "report.schema.json")
    assert (document["guild_id"], document["language"]) == (str(GUILD), language)
    assert document["period"]["first_day"] == "2026-11-09"
    mood = {each["key"]: each for each in document["sections"]["mood"]["observations"]}
    assert mood["week"]["low"] <= mood["week"]["value"] <= mood["week"]["high"]
    assert mood["change"]["unit"] == "valence"
    shares = document["sections"]["emotions"]["observations"]
    assert sum(each["value"] for each in shares) == pytest.approx(1, abs=0.01)
    hangul = re.compile("[가-힣]")
    titles = [section["title"] for section in document["sections"].values()]
    assert [bool(hangul.search(title)) for title in titles] == [language == "ko"] * len(titles)


def test_every_section_has_a_title_in_both_languages(store: str, tmp_path: Path) -> None:
    for language in LANGUAGES:
        out = tmp_path / language
        written = report(store, out, "--format", "json", "--language", language)
        document = json.loads(written[f"nunchi-{WEEK.key}.json"])
        assert not [
            name for name, section in document["sections"].items() if section["title"] == name
        ]


def test_the_csv_says_what_the_json_says(whole: dict[str, bytes]) -> None:
    written = whole
    document = json.loads(written[f"nunchi-{WEEK.key}.json"])
    table = rows(written[f"nunchi-{WEEK.key}.csv"])
    wanted = [
        (name, each["key"], each["value"], each.get("low"), each.get("clear"))
        for name, section in document["sections"].items()
        for each in section["observations"]
    ]
    assert [
        (
            row["section"],
            row["key"],
            float(row["value"]),
            float(row["low"]) if row["low"] else None,
            {"true": True, "false": False, "": None}[row["clear"]],
        )
        for row in table
    ] == wanted
    assert {row["period"] for row in table} == {WEEK.key}


def test_excel_gets_its_byte_order_mark_on_demand(store: str, tmp_path: Path) -> None:
    plain = report(store, tmp_path / "one", "--format", "csv")
    marked = report(store, tmp_path / "two", "--format", "csv", "--bom")
    name = f"nunchi-{WEEK.key}.csv"
    assert marked[name] == b"\xef\xbb\xbf" + plain[name]


def test_few_digits_and_rounded_people(whole: dict[str, bytes]) -> None:
    for row in rows(whole[f"nunchi-{WEEK.key}.csv"]):
        decimals = len(row["value"].partition(".")[2])
        assert decimals <= (2 if row["unit"] == "valence" else 3)
        if row["n"] and int(row["n"]) > 10:
            assert int(row["n"]) % 5 == 0


@pytest.mark.no_cover
def test_pictures_are_in_the_theme_that_was_asked_for(
    store: str, whole: dict[str, bytes], tmp_path: Path
) -> None:
    light = report(store, tmp_path / "light", "--format", "svg", "--theme", "light")
    name = f"nunchi-{WEEK.key}-mood.svg"
    assert b"#1F2126" in whole[name]
    assert b"#1F2126" not in light[name]


def test_a_picture_of_its_own_carries_its_letters(whole: dict[str, bytes]) -> None:
    for content in (each for name, each in whole.items() if name.endswith(".svg")):
        root = ET.fromstring(content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert b"@font-face" in content
        assert not re.findall(rb'(?:href|src)="(?!#)', content)
        assert set(re.findall(rb"url\(\"?([a-z]+):", content)) == {b"data"}


def test_the_last_week_that_is_over_is_the_default(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(local(2, 12, WEEK.previous(-1)), tick=False):
        result = says("report", "--store", store, "--guild", str(GUILD), "--format", "csv")
    assert result.stdout.split() == [str(Path("report") / f"nunchi-{WEEK.key}.csv")]


# The page


@dataclass
class Page(HTMLParser):
    """What a test wants to know of a page."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    open_tag: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.open_tag = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        self.texts[self.open_tag] = self.texts.get(self.open_tag, "") + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(content: bytes) -> Page:
    parsed = Page()
    parsed.feed(content.decode("utf-8"))
    return parsed


@pytest.fixture(scope="module", params=LANGUAGES)
def html(request: pytest.FixtureRequest, store: str, tmp_path_factory: pytest.TempPathFactory):
    out = tmp_path_factory.mktemp("page") / "out"
    name = 'Tom & "Jerry" <script>alert(1)</script>'
    written = report(store, out, "--format", "html", "--language", request.param, "--name", name)
    return request.param, written[f"nunchi-{WEEK.key}.html"]


def test_the_page_needs_nothing_else(html: tuple[str, bytes]) -> None:
    _, content = html
    parsed = page(content)
    assert not {tag for tag, _ in parsed.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "image",
        "use",
        "form",
    }
    attributes = [(name, value) for _, each in parsed.tags for name, value in each.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]
    assert all(value.startswith("#") for name, value in attributes if name in {"href", "src"})
    assert set(re.findall(rb"url\(\"?([a-z]+):", content)) <= {b"data"}
    addresses = re.findall(rb"https?://[^\"<> ]+", content)
    assert set(addresses) == {b"http://www.w3.org/2000/svg"}


def test_the_page_forbids_what_it_does_not_need(html: tuple[str, bytes]) -> None:
    _, content = html
    metas = {
        each.get("http-equiv", ""): each.get("content", "") for each in page(content).all("meta")
    }
    policy = dict(
        part.strip().split(" ", 1) for part in metas["Content-Security-Policy"].split(";")
    )
    style = re.search(rb"<style>(.*?)</style>", content, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1]).digest()).decode()
    assert policy == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "font-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert content.count(b"<style") == 1


def test_the_page_is_for_everybody(html: tuple[str, bytes]) -> None:
    language, content = html
    parsed = page(content)
    assert parsed.all("html") == [{"lang": language}]
    headings = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    svgs = parsed.all("svg")
    assert len(svgs) >= 4
    for svg in svgs:
        assert svg["role"] == "img"
        assert len(parsed.texts[svg["aria-labelledby"]].strip()) > 20
    ids = [each["id"] for _, each in parsed.tags if "id" in each]
    assert len(ids) == len(set(ids))
    assert all(each.get("scope") in {"col", "row"} for each in parsed.all("th"))
    assert len(parsed.all("caption")) == len(parsed.all("table")) >= 4
    assert b"prefers-color-scheme:dark" in content
    assert b"@media print" in content
    assert b"width=device-width" in content


def test_a_name_is_a_text_and_nothing_else(html: tuple[str, bytes]) -> None:
    _, content = html
    assert b"<script" not in content
    assert b"Tom &amp; &#34;Jerry&#34; &lt;script&gt;" in content


# What is hidden


def test_a_hidden_day_is_absent(thin_store: str, tmp_path: Path) -> None:
    written = report(thin_store, tmp_path / "out", "--format", "json,csv,html")
    document = valid(written[f"nunchi-{WEEK.key}.json"], "report.schema.json")
    hidden = document["hidden_days"]
    assert "2026-11-10" in hidden
    # Alone it would be the week minus the other days.
    assert len(hidden) == 2
    keys = {row["key"][:10] for row in rows(written[f"nunchi-{WEEK.key}.csv"])}
    assert not keys & set(hidden)
    assert "2026-11-09" in keys


def test_aggregates_hide_the_days_that_the_report_hides(thin_store: str, tmp_path: Path) -> None:
    written = report(thin_store, tmp_path / "one", "--format", "json")
    hidden = json.loads(written[f"nunchi-{WEEK.key}.json"])["hidden_days"]
    for first, last in (
        ("2026-11-09", "2026-11-15"),
        ("2026-11-10", "2026-11-10"),
        ("2026-11-01", "2026-11-13"),
    ):
        found = aggregates(thin_store, tmp_path / first / last, "--from", first, "--until", last)
        document = valid(found[f"nunchi-{first}-{last}.json"], "aggregates.schema.json")
        days = {each["key"]: each for each in document["periods"] if each["kind"] == "day"}
        assert {key for key in days if days[key]["hidden"]} == {
            day for day in hidden if first <= day <= last
        }
        assert not any(days[key]["sections"] for key in days if days[key]["hidden"])
        table = rows(found[f"nunchi-{first}-{last}.csv"])
        assert not {row["period"] for row in table} & set(hidden)


def few_people(count: int) -> list[MessageRecord]:
    return [record(person + 1, person, local(1, 10), -0.9) for person in range(count)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hidden_week_says_why_and_nothing_else(tmp_path: Path, language: str) -> None:
    address = fill_store(tmp_path / "few.sqlite3", SETTINGS, few_people(4))
    out = tmp_path / "out"
    place = ("--store", address, "--guild", str(GUILD), "--week", WEEK.key, "--out", str(out))
    result = says("report", *place, "--language", language)
    assert result.exit_code == 0
    assert ("5명보다 적" if language == "ko" else "Fewer than 5 people") in result.stderr
    written = {path.name: path.read_bytes() for path in out.iterdir()}
    assert set(written) == {f"nunchi-{WEEK.key}.{end}" for end in ("html", "json", "csv")}
    document = valid(written[f"nunchi-{WEEK.key}.json"], "report.schema.json")
    assert document["hidden"] is True
    assert rows(written[f"nunchi-{WEEK.key}.csv"]) == []
    assert not page(written[f"nunchi-{WEEK.key}.html"]).all("svg")
    found = aggregates(address, tmp_path / "days", "--from", "2026-11-09", "--until", "2026-11-15")
    document = valid(found["nunchi-2026-11-09-2026-11-15.json"], "aggregates.schema.json")
    assert [(each["key"], each["hidden"], each["sections"]) for each in document["periods"]] == [
        (WEEK.key, True, {})
    ]


def test_emotions_of_a_day_that_few_were_judged_for_stay_untold(tmp_path: Path) -> None:
    columns = community()
    # On Wednesday another classifier, which tells sentiments only, judged all but three people.
    polar = (day_of(columns) == 2) & (person_of(columns) > 2)
    address = fill_store(
        tmp_path / "two.sqlite3", SETTINGS, records_of(by_sentiment(columns, polar))
    )
    days = ("--from", "2026-11-09", "--until", "2026-11-15")
    found = aggregates(address, tmp_path / "out", *days)
    document = valid(found["nunchi-2026-11-09-2026-11-15.json"], "aggregates.schema.json")
    told = {
        each["key"]: "emotions" in each["sections"]
        for each in document["periods"]
        if each["kind"] == "day"
    }
    assert told["2026-11-11"] is False
    assert list(told.values()).count(False) >= 2
    assert any(told.values())
    assert all("mood" in each["sections"] for each in document["periods"])


# Aggregates


def test_days_and_whole_weeks_of_a_range(store: str, tmp_path: Path) -> None:
    found = aggregates(store, tmp_path / "out", "--from", "2026-11-01", "--until", "2026-11-10")
    document = valid(found["nunchi-2026-11-01-2026-11-10.json"], "aggregates.schema.json")
    keys = [each["key"] for each in document["periods"]]
    assert keys[:3] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert keys[8:] == ["2026-W45", "2026-11-09", "2026-11-10"]
    for each in document["periods"]:
        mood = each["sections"]["mood"]["observations"]
        assert len(mood) == 1
        assert mood[0]["low"] <= mood[0]["value"] <= mood[0]["high"]


def test_a_week_is_as_its_report_says(store: str, tmp_path: Path) -> None:
    written = report(store, tmp_path / "one", "--format", "csv")
    days = ("--from", "2026-11-09", "--until", "2026-11-15")
    found = aggregates(store, tmp_path / "two", *days, "--format", "csv")
    told = {
        (row["section"], row["key"]): (row["value"], row["low"], row["high"])
        for row in rows(written[f"nunchi-{WEEK.key}.csv"])
    }
    ours = [
        row for row in rows(found["nunchi-2026-11-09-2026-11-15.csv"]) if row["period"] == WEEK.key
    ]
    assert {row["section"] for row in ours} == {"coverage", "mood", "emotions"}
    for row in ours:
        assert told[row["section"], row["key"]] == (row["value"], row["low"], row["high"])


def test_a_week_that_is_not_over_is_left_out(store: str, tmp_path: Path) -> None:
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(local(3, 12), tick=False):
        found = aggregates(store, tmp_path / "out", "--from", "2026-11-02", "--until", "2026-11-15")
    document = json.loads(found["nunchi-2026-11-02-2026-11-15.json"])
    assert [each["key"] for each in document["periods"]][-1] == "2026-W45"


# Channels and months


@pytest.fixture(scope="module")
def channel_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two lively channels, two that only three people each write in."""
    columns = community()
    person, place = person_of(columns), np.arange(len(columns)) % 2 + 901
    few = np.arange(len(columns)) % 40 == 0
    place = np.where(few & (person < 3), 903, np.where(few & (person % 7 == 3), 904, place))
    place = np.where((place == 904) & (person > 17), 902, place)
    path = tmp_path_factory.mktemp("channels") / "nunchi.sqlite3"
    changed_columns = changed(columns, channel_id=place.astype(np.int64))
    return fill_store(path, SETTINGS, records_of(changed_columns))


def test_channels_by_the_names_that_are_told(channel_store: str, tmp_path: Path) -> None:
    name = "=cmd|' /C calc'!A0"
    told = ("--channel", f"901={name}", "--channel", "904=secret")
    written = report(channel_store, tmp_path / "out", "--format", "json,csv,svg", *told)
    document = valid(written[f"nunchi-{WEEK.key}.json"], "report.schema.json")
    channels = document["sections"]["channels"]["observations"]
    assert [(each["key"], each["label"]) for each in channels] == [
        ("901", f"#{name}"),
        ("902", "#…0902"),
    ]
    assert not any("n" in each for each in channels)
    everything = b"".join(written.values())
    assert b"secret" not in everything
    assert b"#\xe2\x80\xa60902" in written[f"nunchi-{WEEK.key}-where.svg"]
    assert not [
        cell
        for row in rows(written[f"nunchi-{WEEK.key}.csv"])
        for cell in (row["section"], row["key"], row["unit"], row["period"])
        if cell.startswith(("=", "+", "-", "@"))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_month_beside_the_one_before(store: str, tmp_path: Path, language: str) -> None:
    out = tmp_path / "out"
    place = ("--store", store, "--guild", str(GUILD), "--out", str(out))
    result = says("report", *place, "--month", "2026-11", "--language", language)
    written = files(result, out)
    ends = [".html", ".json", ".csv"]
    ends += [f"-{card}.{kind}" for card in ("mood", "mix", "year") for kind in ("png", "svg")]
    assert set(written) == {f"nunchi-2026-M11{end}" for end in ends}
    document = valid(written["nunchi-2026-M11.json"], "report.schema.json")
    assert document["period"]["kind"] == "month"
    mood = {each["key"] for each in document["sections"]["mood"]["observations"]}
    assert mood == {"month", "before", "change"}
    days = document["sections"]["days"]["observations"]
    assert days[0]["key"].startswith("2026-11-")
    assert {"value", "low", "high", "label"} <= set(days[0])
    assert len(document["sections"]["year"]["observations"]) > 2
    assert days[0]["label"] in written["nunchi-2026-M11.html"].decode()
    assert page(written["nunchi-2026-M11.html"]).all("html") == [{"lang": language}]


# What is refused


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--week", "2026-W99"], 2, "the year 2026 has no week 99"),
        (["--week", "last"], 2, "'last' is no week; write it like 2026-W46"),
        (["--week", "2026-W20"], 69, "no message of server 7 is kept from 2026-W20"),
        (["--guild", "9"], 69, "the store knows no server 9; it knows 7"),
        (["--store", "sqlite:///nope.sqlite3"], 69, "there is no database nope.sqlite3"),
        (["--store", "nowhere"], 78, "'nowhere' is no store"),
        (["--month", "November"], 2, "'November' is no month; write it like 2026-11"),
        (["--month", "2026-13"], 2, "there is no month 13"),
        (["--month", "2026-11"], 2, "--week and --month exclude each other"),
        (["--channel", "general"], 2, "'general' names no channel"),
        (["--format", "pdf"], 2, "let the browser print it"),
        (["--format", "png,doc"], 2, "'doc' is none of png, svg, html, json, csv"),
        (["--timezone", "Mars/Olympus"], 2, "'Mars/Olympus' is no timezone"),
        (["--language", "fr"], 2, "'fr' is not one of 'ko', 'en'"),
    ],
)
def test_wrong_input_is_answered_in_one_line(
    store: str, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    place = ["--store", store, "--guild", str(GUILD), "--week", WEEK.key]
    result = says("report", *place, "--out", str(tmp_path / "out"), *arguments)
    assert result.exit_code == status
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "nope.sqlite3").exists()


def test_a_range_that_ends_before_it_begins(store: str) -> None:
    place = ("--store", store, "--guild", str(GUILD))
    result = says("export", *place, "--from", "2026-11-15", "--until", "2026-11-01")
    assert (result.exit_code, "lies after the last day" in result.stderr) == (69, True)


def test_a_range_without_messages(store: str) -> None:
    place = ("--store", store, "--guild", str(GUILD))
    result = says("export", *place, "--from", "2026-05-01", "--until", "2026-05-20")
    assert result.exit_code == 69
    assert "no message of server 7 is kept" in result.stderr


def test_a_folder_that_cannot_be_written(store: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    place = ("--store", store, "--guild", str(GUILD), "--week", WEEK.key, "--format", "csv")
    result = says("report", *place, "--out", str(tmp_path / "file" / "below"))
    assert result.exit_code == 69
    assert "cannot be written" in result.stderr


@pytest.mark.no_cover
def test_the_store_of_the_settings_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SETTINGS, language="en", theme="light")
    moment = [record(n + 1, n % 9, local(n % 7, 10 + n % 9), 0.3) for n in range(200)]
    monkeypatch.setenv("NUNCHI_STORE", fill_store(tmp_path / "own.sqlite3", settings, moment))
    arguments = ("--guild", str(GUILD), "--week", WEEK.key, "--format", "json,svg")
    written = files(says("report", *arguments, "--out", str(tmp_path / "out")), tmp_path / "out")
    assert json.loads(written[f"nunchi-{WEEK.key}.json"])["language"] == "en"
    assert b"#1F2126" not in written[f"nunchi-{WEEK.key}-mood.svg"]


@pytest.mark.no_cover
def test_another_timezone_cuts_other_days(store: str, tmp_path: Path) -> None:
    seoul = report(store, tmp_path / "one", "--format", "json")
    utc = report(store, tmp_path / "two", "--format", "json", "--timezone", "UTC")
    name = f"nunchi-{WEEK.key}.json"
    assert json.loads(utc[name])["period"]["timezone"] == "UTC"
    assert (
        json.loads(utc[name])["sections"]["curve"] != json.loads(seoul[name])["sections"]["curve"]
    )


def test_export_without_a_name_still_makes_models() -> None:
    result = says("export", "--model", "no-such-folder-or-model", "--offline")
    assert result.exit_code == 2
    assert "--out" in result.stderr
    named = says("export", "--help").stdout
    assert {"aggregates", "model"} <= set(named.split())
    assert "--quantise" in says("export", "model", "--help").stdout


def test_after_somebody_left_a_week_that_was_shown_says_what_it_said(tmp_path: Path) -> None:
    """The days of those who stayed, or their week, would tell of the one who left."""
    records = records_of(community())
    address = fill_store(tmp_path / "left.sqlite3", SETTINGS, records)
    shown = report(address, tmp_path / "shown")
    days = ("--from", "2026-11-02", "--until", "2026-11-15")
    before = aggregates(address, tmp_path / "before", *days)

    async def leave() -> None:
        async with SqliteStore(tmp_path / "left.sqlite3") as store:
            await store.opt_out(GUILD, records[-1].author, datetime.now(UTC))

    asyncio.run(leave())
    after = aggregates(address, tmp_path / "after", *days)
    name = "nunchi-2026-11-02-2026-11-15.json"
    was, is_now = (
        {each["key"]: each for each in valid(found[name], "aggregates.schema.json")["periods"]}
        for found in (before, after)
    )
    assert list(is_now) == list(was)
    mood = is_now[WEEK.key]["sections"]["mood"]
    assert mood == was[WEEK.key]["sections"]["mood"]
    report_mood = valid(shown[f"nunchi-{WEEK.key}.json"], "report.schema.json")["sections"]["mood"]
    assert mood["observations"][0] in report_mood["observations"]
    own = [each for key, each in is_now.items() if "2026-11-09" <= key <= "2026-11-15"]
    assert len(own) == 7
    assert all(each["hidden"] and each["sections"] == {} for each in own)
    # Nobody had seen the week before: it is made of those who stayed.
    assert any(not is_now[key]["hidden"] for key in is_now if key < "2026-11-09")
