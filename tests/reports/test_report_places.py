"""Hours and channels: the figures, the words, and pictures in which nothing is covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bot.clock import snowflake_at
from bot.views.report import report_text
from reports.bootstrap import Estimate
from reports.coverage import rounded_messages, rounded_people, week_coverage
from reports.fonts import FontBook
from reports.hours import KEYS, shrunk
from reports.mood_sums import joined, summed
from reports.period import Week
from reports.rasterise import rasterise
from reports.report import WeeklyReport
from reports.weekly import compute
from reports.when import When
from reports.where import Beside, Channel, Where
from reports.wording import lines
from reports.wording.places import coverage_lines, naming, where_lines
from storage.records import Batch, MessageColumns, MonitoredChannel
from storage.sqlite import SqliteStore
from tests.reports.place_samples import (
    CHANNELS,
    GOLDEN_PLACES,
    fixed_when,
    golden_places,
    in_channels,
    placed_report,
    places_of,
)
from tests.reports.report_samples import (
    AFTER,
    GUILD,
    LANGUAGES,
    SEOUL,
    SETTINGS,
    THEMES,
    WEEK,
    ListStore,
    changed,
    columns_of,
    community,
    day_of,
    local,
    person_of,
    record,
    taken,
    unjudged,
)
from tests.reports.test_report_cards import SVG, check, texts_of


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


async def report_of(columns: MessageColumns, week: Week = WEEK, **options: object) -> WeeklyReport:
    settings = replace(SETTINGS, **options)  # type: ignore[arg-type]  # names vary by test
    return await compute(ListStore(columns), settings, week, now=AFTER)


def moods_of(when: When | None) -> dict[tuple[int, int], float]:
    assert when is not None
    return {(h.day, h.hour): h.mood for h in when.hours if h.mood is not None}


# Hours


async def test_hours_by_hand() -> None:
    rows = [record(n, n % 6, local(2, 15.5), 0.4) for n in range(12)]
    rows += [record(20 + n, n % 6, local(2, 20.5), -0.2) for n in range(12)]
    rows += [record(40 + n, n % 6, local(4, 9), 0.9) for n in range(9)]
    report = await report_of(columns_of(rows))
    # Nobody differs within an hour, so nothing is pulled; nine messages are a dot.
    assert moods_of(report.when) == {(2, 15): 0.4, (2, 20): -0.2}
    assert report.when is not None
    assert len(report.when.hours) == KEYS
    assert [h.size for h in report.when.hours if h.size] == [1, 1]


async def test_every_person_counts_once_an_hour() -> None:
    rows = [record(n, n, local(0, 12.1), 0.0) for n in range(9)]
    rows += [record(100 + n, 9, local(0, 12.2), 1.0) for n in range(200)]
    report = await report_of(columns_of(rows))
    assert moods_of(report.when) == {(0, 12): 0.1}


def test_few_people_are_pulled_further_towards_the_mean() -> None:
    draw = np.random.default_rng(4)
    hours = draw.normal(0, 0.2, KEYS)
    people = np.where(np.arange(KEYS) % 2 == 0, 5, 80)
    keys = np.repeat(np.arange(KEYS), people)
    values = hours[keys] + draw.normal(0, 0.5, len(keys))
    sums = summed(draw.integers(0, 2**63, len(keys), dtype=np.uint64), keys, values)
    raw = np.bincount(sums.key, sums.mean(), KEYS) / sums.people_by_key(KEYS)
    pulled = shrunk(sums, np.ones(KEYS, np.bool_))
    few, many = people == 5, people == 80
    kept = [np.std(pulled[part]) / np.std(raw[part]) for part in (few, many)]
    assert kept[0] < 0.75
    assert 0.9 < kept[1] < 1
    error = [np.mean((moods - hours)[few] ** 2) for moods in (raw, pulled)]
    assert error[1] < 0.7 * error[0]


def test_noise_alone_is_pulled_to_the_mean() -> None:
    draw = np.random.default_rng(1)
    keys = np.repeat(np.arange(KEYS), 6)
    people = np.arange(len(keys), dtype=np.uint64)
    sums = summed(people, keys, draw.normal(0.1, 0.5, len(keys)))
    pulled = shrunk(sums, np.ones(KEYS, np.bool_))
    assert np.abs(pulled - sums.mean().mean()).max() < 0.15
    assert np.isnan(shrunk(sums, np.zeros(KEYS, np.bool_))).all()


async def test_the_lowest_stretch_is_found() -> None:
    report = await report_of(community(4000, 500, 60, dip=1.2))
    assert report.when is not None
    assert report.when.lowest is not None
    assert report.when.lowest.day == 3
    assert report.when.lowest.end - report.when.lowest.first == 3
    inside = [moods_of(report.when)[3, report.when.lowest.first + step] for step in range(3)]
    assert max(inside) < -0.1


@pytest.mark.no_cover
async def test_no_stretch_stands_out_when_nothing_happens() -> None:
    claims = 0
    for seed in range(12):
        columns = community(1500, 50, 40, seed=seed, dip=0.0)
        draw = np.random.default_rng(seed)
        who = draw.normal(0.1, 0.25, 40)[person_of(columns)]
        valence = np.clip(who + draw.normal(0, 0.3, len(columns)), -1, 1).astype(np.float32)
        when = (await report_of(changed(columns, valence=valence))).when
        assert when is not None
        claims += when.brightest is not None or when.lowest is not None
    assert claims <= 2


async def test_hours_are_local_and_clocks_may_change() -> None:
    week = Week(2026, 13)  # in Berlin 02:00 does not exist on its Sunday, the 29th of March
    start = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    rows = [record(n, n % 6, start + timedelta(minutes=2 * (n // 30)), 0.3) for n in range(60)]
    report = await report_of(columns_of(rows), week, timezone="Europe/Berlin")
    assert set(moods_of(report.when)) == {(6, 1), (6, 3)}
    twice = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 comes twice
    rows = [record(n, n % 6, twice + timedelta(hours=n // 30), 0.3) for n in range(60)]
    report = await report_of(columns_of(rows), Week(2026, 43), timezone="Europe/Berlin")
    assert set(moods_of(report.when)) == {(6, 2)}


def test_sums_do_not_depend_on_batches() -> None:
    draw = np.random.default_rng(0)
    author = draw.integers(0, 50, 3000).astype(np.uint64) << np.uint64(40)
    key, valence = draw.integers(0, 168, 3000), draw.normal(size=3000)
    whole = summed(author, key, valence)
    cuts = [slice(0, 7), slice(7, 7), slice(7, 2000), slice(2000, 3000)]
    parts = joined([summed(author[cut], key[cut], valence[cut]) for cut in cuts])
    for name in ("author", "key", "messages", "valence"):
        np.testing.assert_allclose(getattr(whole, name), getattr(parts, name))
    assert len(joined([])) == 0


# Channels


async def test_channels_by_hand() -> None:
    rows = [record(n, n % 5, local(n % 2, 10), 0.2) for n in range(20)]
    rows += [record(50 + n, n % 6, local(1, 10), -0.4) for n in range(12)]
    columns = columns_of(rows)
    columns = in_channels(columns, (columns.message_id >= 50).astype(int))
    report = await report_of(columns)
    assert report.where is not None
    assert [(c.channel_id, c.mood.value) for c in report.where.channels] == [
        (1000, 0.2),
        (1001, -0.4),
    ]
    assert report.where.hidden == 0


async def test_threads_count_for_their_channel_and_deleted_channels_not_at_all(tmp_path) -> None:
    rows = [
        replace(
            record(100 * channel + n, n % 8, local(n % 3, 10), 0.2),
            channel_id=channel,
            thread_id=9 if channel == 1 and n % 2 else None,
        )
        for channel in (1, 2, 3)
        for n in range(24)
    ]
    async with SqliteStore(tmp_path / "nunchi.sqlite3") as store:
        await store.apply(Batch(upserts=tuple(rows)))
        report = await compute(store, SETTINGS, WEEK, now=AFTER)
        assert report.where is not None
        assert [channel.channel_id for channel in report.where.channels] == [1, 2, 3]
        await store.delete_container(GUILD, 3)
        after = await compute(store, SETTINGS, WEEK, now=AFTER)
    assert after.where is not None
    assert [channel.channel_id for channel in after.where.channels] == [1, 2]
    assert after.where.hidden == 0


async def test_a_bright_channel_is_told_apart() -> None:
    columns = community(3000, 100, 60, dip=0.0)
    channel = np.random.default_rng(2).integers(0, 5, len(columns))
    valence = np.clip(columns.valence + np.where(channel == 3, 0.4, 0), -1, 1)
    report = await report_of(
        changed(in_channels(columns, channel), valence=valence.astype(np.float32))
    )
    assert report.where is not None
    assert [c.channel_id for c in report.where.those(Beside.ABOVE)] == [1003]
    bright = report.where.those(Beside.ABOVE)[0].mood
    others = [c.mood for c in report.where.channels if c.channel_id != 1003]
    assert all(bright.low > other.high for other in others)
    said = where_lines(report, "en", lambda channel: f"<#{channel}>")
    assert said[0] == f"Clearly brighter than the whole server: <#1003> +{bright.value:.2f}"
    assert "<#1003>" in report_text(report, "ko")


# Coverage


async def test_coverage_counts_what_says_nothing_in_words() -> None:
    columns = taken(community(400, 10, 30), slice(-400, None))
    report = await report_of(unjudged(columns, slice(0, 100)))
    assert report.coverage is not None
    assert (report.coverage.messages, report.coverage.classified) == (400, 0.75)
    assert report.coverage.people % 5 == 0
    assert coverage_lines(report, "en") == (
        "Classified: 75% of the messages; the others say nothing in words",
    )
    assert "75%" in lines(report, "ko")[-1]


def test_coverage_says_since_when_the_bot_listens() -> None:
    start = WEEK.bounds(SEOUL)[0]
    late = MonitoredChannel(1, snowflake_at(start + timedelta(days=2, hours=3)))
    early = MonitoredChannel(2, snowflake_at(start - timedelta(days=40)))
    known = week_coverage(10, 10, 5, [late], start)
    assert known.since is not None
    assert abs(known.since - (start + timedelta(days=2, hours=3))) < timedelta(seconds=1)
    assert week_coverage(10, 10, 5, [late, early], start).since is None
    assert week_coverage(0, 0, 0, [], start).since is None
    read_back = start + timedelta(hours=9)
    assert week_coverage(10, 10, 5, [late], start, first=read_back).since is None
    midweek = start + timedelta(days=1, hours=9)
    assert week_coverage(10, 10, 5, [late], start, first=midweek).since == midweek
    after = start + timedelta(days=3)
    assert week_coverage(10, 10, 5, [late], start, first=after).since == known.since
    said = coverage_lines(replace(placed_report(), coverage=known), "en")
    assert said == ("Listening since Wednesday 03:00; earlier hours are missing",)


@pytest.mark.parametrize(
    ("exact", "published"), [(0, 0), (99, 99), (100, 100), (149, 150), (2353, 2400), (10**6, 10**6)]
)
def test_messages_are_rounded(exact: int, published: int) -> None:
    assert rounded_messages(exact) == published


def test_people_are_rounded_down() -> None:
    assert [rounded_people(n) for n in (4, 9, 10, 14, 15, 47)] == [4, 9, 10, 10, 15, 45]


# Pictures


@pytest.mark.parametrize(
    "name", [f"{c}-{t}-{la}.png" for c in ("when", "where") for t in THEMES for la in LANGUAGES]
)
def test_golden_places(name: str, fonts: FontBook) -> None:
    """Draw them anew with ``python -m tests.reports.place_samples``, and look at them."""
    card = golden_places(fonts)[name]
    check(card, fonts)
    assert rasterise(card.svg, fonts.files) == (GOLDEN_PLACES / name).read_bytes()
    assert min(one.size for one in texts_of(card, fonts)) >= 30


@pytest.mark.no_cover
@pytest.mark.parametrize("count", range(1, 31))
def test_any_number_of_channels_with_any_names(count: int, fonts: FontBook) -> None:
    report = placed_report(count, hidden=2)
    for theme, language in product(THEMES, LANGUAGES):
        card = places_of(report, theme, language, fonts)["where"]
        check(card, fonts)
        texts = [one.text for one in texts_of(card, fonts)]
        assert len([text for text in texts if text[0] in "+−"]) == min(count, 26)
        assert not any(text.endswith("…") for text in texts if " · " in text and "95%" in text)
        assert any(text == "−0.33" for text in texts) or count < 5
        drawn = {element.tag for element in ET.fromstring(card.svg).iter()}
        assert drawn <= {
            f"{SVG}{tag}"
            for tag in ("svg", "title", "desc", "rect", "text", "tspan", "line", "circle")
        }


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
def test_channels_at_the_ends(value: float, fonts: FontBook) -> None:
    moods = [Estimate(value, value, value), Estimate(-value, -1.0, 1.0)]
    channels = tuple(Channel(n, mood, Beside.ALIKE) for n, mood in enumerate(moods))
    report = replace(placed_report(), where=Where(channels, 0), mood=Estimate(value, value, value))
    for language in LANGUAGES:
        for card in places_of(report, "light", language, fonts).values():
            check(card, fonts)


@pytest.mark.parametrize("mood", [-1.0, 0.0, 0.004, 1.0])
@pytest.mark.parametrize("language", LANGUAGES)
def test_hours_at_the_ends(mood: float, language: str, fonts: FontBook) -> None:
    hours = tuple(replace(hour, mood=mood, size=3) for hour in fixed_when().hours)
    report = replace(placed_report(), when=When(hours, None, None), minimum_group=100)
    card = places_of(report, "dark", language, fonts)["when"]
    check(card, fonts)
    assert len(list(ET.fromstring(card.svg).iter(f"{SVG}rect"))) == 1 + 168 + 5


def test_names_are_resolved_when_drawn(fonts: FontBook) -> None:
    report = placed_report(15, hidden=0)
    texts = [t.text for t in texts_of(places_of(report, "dark", "en", fonts)["where"], fonts)]
    assert "(deleted)" in texts
    assert "(private)" in texts
    assert any(text.endswith("…") and "very-long" in text for text in texts)
    assert "#<&\"'>" in texts
    unnamed = places_of(report, "dark", "en", fonts, None)["where"]
    assert "#…1003" in [t.text for t in texts_of(unnamed, fonts)]
    assert naming(CHANNELS, "ko")(1012) == "삭제된 채널"
    assert naming(CHANNELS, "ko")(1011) == "비공개 채널"


def test_pictures_say_their_finding_first(fonts: FontBook) -> None:
    made = places_of(placed_report(), "dark", "en", fonts)
    assert made["when"].alt_text.startswith("Brightest three hours: Sunday 18:00–21:00, +0.42")
    assert made["where"].alt_text.startswith("Clearly brighter than the whole server: #공부-인증")
    korean = places_of(placed_report(), "dark", "ko", fonts)
    assert korean["when"].alt_text.startswith("가장 밝았던 세 시간: 일요일 18–21시 +0.42")
    assert korean["where"].alt_text.startswith("서버 전체보다 뚜렷하게 밝은 채널: #공부-인증")


def test_there_is_no_picture_of_what_is_hidden(fonts: FontBook) -> None:
    dots = tuple(replace(hour, mood=None, size=0) for hour in fixed_when().hours)
    hidden = replace(placed_report(), when=When(dots, None, None), where=Where((), 3))
    assert places_of(hidden, "dark", "ko", fonts) == {}
    assert where_lines(hidden, "en", str) == ("Hidden so that nobody can be guessed: 3 channels",)
    alone = replace(placed_report(1, hidden=0), when=None)
    assert places_of(alone, "dark", "ko", fonts) == {}
    assert where_lines(alone, "en", str) == ()
    assert where_lines(placed_report(30), "en", str)[0].count(",") <= 4


@pytest.mark.parametrize("days", [(0,), (6,), (0, 2, 4, 6)])
async def test_weeks_with_silent_days(days: tuple[int, ...], fonts: FontBook) -> None:
    columns = community(2500, 500, 50)
    columns = taken(columns, (day_of(columns) < 0) | np.isin(day_of(columns), days))
    report = await report_of(columns)
    assert {day for day, _ in moods_of(report.when)} <= set(days)
    for language in LANGUAGES:
        for card in places_of(report, "dark", language, fonts).values():
            check(card, fonts)
