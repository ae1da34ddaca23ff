"""Attacks on single people by arithmetic with what reports publish.

What is published is what a reader sees: moods to two digits, numbers of people and messages
rounded, and no numbers of people or messages for a channel or an hour. What is *not* protected is
written down here as well, so that nobody believes otherwise.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from reports.blocks import blocks_of, whole
from reports.channels import shown_channels
from reports.fonts import FontBook
from reports.gathered import gather
from reports.grouping import milliseconds
from reports.hours import FEWEST_MESSAGES, KEYS, shown_hours
from reports.monthly import DayRange, Month, StretchReport, compute_stretch
from reports.mood_sums import MoodSums, summed
from reports.period import local_edges
from reports.rasterise import rasterise
from reports.report import WeeklyReport
from reports.shown import shown_report, shown_stretch, shown_summary
from reports.spans import PARTS, spans_of
from reports.spans import columns_of as spans_shown
from reports.weekly import compute, last_days
from reports.when import Hour
from reports.where import Channel, Where
from reports.wording import lines
from reports.wording.places import where_lines
from storage.open import open_store
from storage.records import Batch, MessageColumns, MessageRecord
from storage.store import Store
from tests.reports.place_samples import in_channels, placed_report, places_of
from tests.reports.report_samples import (
    AFTER,
    GUILD,
    SEOUL,
    SETTINGS,
    WEEK,
    ListStore,
    columns_of,
    community,
    local,
    person_of,
    record,
    taken,
)
from tests.reports.test_report_cards import check

GROUP = 5


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


async def report_of(columns: MessageColumns, minimum_group: int = GROUP) -> WeeklyReport:
    settings = replace(SETTINGS, minimum_group=minimum_group)
    return await compute(ListStore(columns), settings, WEEK, now=AFTER)


def channels_of(people: list[list[int]]) -> MoodSums:
    """Return sums of channels by the people who write in each."""
    rows = [(person, place) for place, those in enumerate(people) for person in those]
    author, place = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    return summed(author.astype(np.uint64), place, np.zeros(len(rows)))


def shown_of(people: list[list[int]], group: int = GROUP) -> list[bool]:
    return shown_channels(channels_of(people), len(people), group).tolist()


def apart(*sizes: int) -> list[list[int]]:
    """Return channels of so many people each, nobody in two of them."""
    starts = np.cumsum([0, *sizes])
    return [list(range(start, start + size)) for start, size in zip(starts, sizes, strict=False)]


# A hidden channel, by subtraction from the server


def test_a_single_small_channel_takes_another_with_it() -> None:
    assert shown_of(apart(9, 7, 2)) == [True, False, False]
    assert shown_of(apart(9, 7, 6)) == [True, True, True]


def test_small_channels_are_hidden_by_enough_people() -> None:
    # Two people in two channels: the server minus the others would tell of these two.
    assert shown_of(apart(9, 7, 1, 1)) == [True, False, False, False]
    assert shown_of(apart(9, 7, 3, 2)) == [True, True, False, False]
    assert shown_of([[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [0], [0]]) == [True, False, False, False]


def test_nothing_is_shown_when_hiding_needs_all() -> None:
    assert shown_of(apart(6, 1)) == [False, False]
    assert shown_of(apart(1, 1, 1)) == [False, False, False]
    assert shown_of(apart(8)) == [True]
    assert shown_of([]) == []


@pytest.mark.parametrize("seed", range(200))
def test_whatever_is_left_over_is_a_group(seed: int) -> None:
    draw = np.random.default_rng(seed)
    group = int(draw.integers(2, 8))
    people = [
        draw.choice(25, int(draw.integers(0, 12)), replace=False).tolist()
        for _ in range(int(draw.integers(1, 9)))
    ]
    shown = shown_of(people, group)
    assert all(
        len(those) >= group for those, is_shown in zip(people, shown, strict=True) if is_shown
    )
    hidden = [
        set(those) for those, is_shown in zip(people, shown, strict=True) if not is_shown and those
    ]
    if hidden and any(shown):
        assert len(hidden) >= 2
        assert len(set().union(*hidden)) >= group


async def test_the_server_minus_the_channels_tells_of_no_single_channel() -> None:
    """Everybody writes in one channel once, so that the server is the sum of its channels."""
    sizes = (12, 8, 7, 2)
    rows, channel = [], []
    for place, those in enumerate(apart(*sizes)):
        for person in those:
            rows.append(record(person, person, local(1, 12), 0.1 if place < 3 else -0.9))
            channel.append(place)
    report = await report_of(in_channels(columns_of(rows), np.array(channel)))
    assert report.mood is not None
    assert report.where is not None
    assert [c.channel_id for c in report.where.channels] == [1000, 1001]
    assert report.where.hidden == 2
    # The attacker knows even how many people wrote where: what is left is a mean of nine people.
    shown = sum(size * c.mood.value for size, c in zip(sizes, report.where.channels, strict=False))
    rest = (sum(sizes) * report.mood.value - shown) / 9
    assert rest == pytest.approx((7 * 0.1 + 2 * -0.9) / 9, abs=0.05)
    assert rest - -0.9 > 0.7


async def test_channels_and_hours_publish_moods_only() -> None:
    assert {field.name for field in fields(Channel)} == {"channel_id", "mood", "beside"}
    assert {field.name for field in fields(Where)} == {"channels", "hidden"}
    assert {field.name for field in fields(Hour)} == {"day", "hour", "mood", "size"}
    columns = community(2000, 500, 40)
    columns = in_channels(columns, person_of(columns) % 4)
    report = await report_of(columns)
    assert report.where is not None
    for channel in report.where.channels:
        for end in (channel.mood.value, channel.mood.low, channel.mood.high):
            assert end == round(end, 2)


# Tiny channels, threads, and names


async def test_a_tiny_channel_is_neither_shown_nor_named() -> None:
    columns = community(2000, 500, 40)
    tiny = np.where(person_of(columns) < 2, 7, person_of(columns) % 3)
    report = await report_of(in_channels(columns, tiny))
    assert report.where is not None
    assert 1007 not in {c.channel_id for c in report.where.channels}
    assert report.where.hidden >= 2
    said = where_lines(report, "en", lambda channel: f"<#{channel}>")
    assert not any("1007" in line for line in said)


async def test_a_channel_that_only_one_person_uses_on_most_days() -> None:
    """One loud person counts once a day in a channel, as everywhere."""
    rows = [record(n, 0, local(n % 7, 12), -1.0) for n in range(700)]
    rows += [record(1000 + n, 1 + n % 9, local(n % 7, 13), 0.5) for n in range(63)]
    report = await report_of(in_channels(columns_of(rows), np.zeros(len(rows))))
    assert report.where is not None
    assert report.where.channels[0].mood.value == pytest.approx(
        (-1.0 * 7 + 0.5 * 63) / 70, abs=0.05
    )


@pytest.mark.parametrize(
    "name",
    [
        "\u202egnp.exe",
        "a\x00b\x1b[31m",
        "<script>&\"'</script>",
        "@everyone **bold** <@1>",
        "👩\u200d👩\u200d👧\u200d👦" * 20,
        "\ud800",
        "\u2066x\u2069",
        "ﷺ" * 100,
        "",
    ],
)
def test_names_neither_break_nor_turn_anything(name: str, fonts: FontBook) -> None:
    report = placed_report(5)
    channels = {1000 + n: name for n in range(5)}
    for language in ("ko", "en"):
        card = places_of(report, "dark", language, fonts, channels)["where"]
        check(card, fonts)
        assert rasterise(card.svg, fonts.files).startswith(b"\x89PNG")
        assert not {"\u202e", "\u2066", "\x00", "\x1b"} & set(card.svg + card.alt_text)
        root = ET.fromstring(card.svg)
        assert "script" not in {element.tag.split("}")[-1] for element in root.iter()}


# Hidden hours, by subtraction from the points of the curve


@pytest.mark.parametrize("seed", range(40))
def test_hidden_hours_of_a_point_are_a_group(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.integers(50, 1500))
    author = draw.integers(0, int(draw.integers(6, 40)), count).astype(np.uint64)
    hours = np.clip(draw.normal(84, 40, count), 0, KEYS - 1).astype(np.int64)
    sums = summed(author, hours, draw.normal(size=count))
    spans = spans_of(sums.into(np.arange(KEYS) // (24 // PARTS)).cells(), 7, GROUP)
    shown = shown_hours(sums, spans, GROUP)
    assert (sums.people_by_key(KEYS)[shown] >= GROUP).all()
    assert (sums.messages_by_key(KEYS)[shown] >= FEWEST_MESSAGES).all()
    span = spans_shown(spans, 7)[np.arange(KEYS) // (24 // PARTS)]
    assert not shown[span < 0].any()
    for index in np.unique(span[span >= 0]):
        inside = span == index
        left = sums.people_under(inside & ~shown)
        assert left == 0 or left >= GROUP or not (inside & shown).any()


async def test_one_person_alone_at_night_is_in_no_hour() -> None:
    rows = [record(n, n % 8, local(2, 18.5), 0.3) for n in range(40)]
    rows += [record(100 + n, 9, local(2, 19.5), -0.9) for n in range(30)]
    report = await report_of(columns_of(rows))
    assert report.when is not None
    # The evening minus its hour at six would be the one who was there at seven.
    assert report.when.empty


# Five people, four of them friends of the fifth's


async def test_four_of_five_can_compute_the_fifth() -> None:
    """Not protected: no rule of this kind can. A larger minimum group is the answer."""
    rows = [record(n, n, local(0, 12), 0.3) for n in range(4)]
    rows.append(record(9, 4, local(0, 12), -0.8))
    report = await report_of(columns_of(rows))
    assert report.mood is not None
    fifth = 5 * report.mood.value - 4 * 0.3
    assert fifth == pytest.approx(-0.8, abs=0.03)
    assert (await report_of(columns_of(rows), minimum_group=10)).hidden


async def test_four_of_five_learn_nothing_of_hours_days_and_channels_apart() -> None:
    rows = [record(10 * n + day, n, local(day, 10 + n), 0.3) for n in range(5) for day in range(7)]
    columns = columns_of(rows)
    report = await report_of(in_channels(columns, columns.author.astype(int) % 2))
    assert report.where is not None
    assert report.where.channels == ()
    assert report.when is not None
    assert report.when.empty


async def test_accounts_cannot_be_told_from_people() -> None:
    """Not protected either: four accounts of one member count as four people."""
    rows = [record(n, n, local(0, 12), 0.3) for n in range(5)]
    assert not (await report_of(columns_of(rows))).hidden


# Two reports around one opt-out


def published(report: WeeklyReport) -> tuple[str, ...]:
    return lines(report, "en")


@pytest.mark.no_cover
async def test_counts_seldom_show_that_somebody_left() -> None:
    columns = taken(community(3000, 100, 47), slice(-3000, None))
    before = published(await report_of(columns))[0]
    same = 0
    for person in range(10, 47):
        after = published(await report_of(taken(columns, person_of(columns) != person)))[0]
        same += after.split("·")[-1] == before.split("·")[-1]
    assert same == 37


def asker_of(store: Store, now: datetime = AFTER) -> Callable[[], Awaitable[WeeklyReport]]:
    return lambda: shown_report(store, SETTINGS, WEEK, now=now)


def ten_people(days: int = 7) -> list[MessageRecord]:
    """Ten who write every day; the last of them is sad."""
    return [
        record(10 * day + person, person, local(day, 12), -0.9 if person == 9 else 0.3)
        for day in range(days)
        for person in range(10)
    ]


SAD = record(0, 9, local(0, 12), 0.0).author


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path}/nunchi.sqlite3") as opened:
        await opened.apply(Batch(upserts=tuple(ten_people())))
        yield opened


async def leave(store: Store, how: str) -> None:
    if how == "opt-out":
        await store.opt_out(GUILD, SAD, AFTER)
    else:
        await store.delete_author(GUILD, SAD, AFTER)


@pytest.mark.parametrize("how", ["opt-out", "erasure"])
async def test_two_reports_around_an_opt_out_do_not_differ(store: Store, how: str) -> None:
    ask = asker_of(store)
    before = await ask()
    await leave(store, how)
    assert await store.count_author(GUILD, SAD) == 0
    after = await ask()
    # Not only in what is rounded: the attacker may look at every digit of every field.
    assert repr(after) == repr(before)
    # What the attack gave when the report was made of what is kept now.
    open_to_it = await compute(store, SETTINGS, WEEK, now=AFTER)
    assert before.mood is not None
    assert after.mood is not None
    assert open_to_it.mood is not None
    assert 10 * before.mood.value - 9 * open_to_it.mood.value == pytest.approx(-0.9, abs=0.1)
    assert 10 * before.mood.value - 9 * after.mood.value == pytest.approx(0.18, abs=0.1)


async def test_neither_other_settings_nor_a_restart_help_the_attack(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nunchi.sqlite3"
    async with open_store(url) as store:
        await store.apply(Batch(upserts=tuple(ten_people())))
        before = await asker_of(store)()
        await leave(store, "opt-out")
        await store.opt_in(GUILD, SAD, AFTER)
    async with open_store(url) as store:
        for settings in (
            replace(SETTINGS, timezone="Asia/Tokyo"),
            replace(SETTINGS, minimum_group=10),
            replace(SETTINGS, minimum_group=2),
        ):
            again = await shown_report(store, settings, WEEK, now=AFTER + timedelta(days=9))
            assert repr(again) == repr(before)
        more = await shown_report(store, replace(SETTINGS, minimum_group=11), WEEK, now=AFTER)
        assert more.hidden
        assert more.mood is None
        assert more.points == ()


async def test_months_ranges_and_the_server_mood_stay_as_well(store: Store) -> None:
    later = AFTER + timedelta(days=20)
    days = DayRange(WEEK.monday, WEEK.sunday)

    async def asked() -> list[object]:
        return [
            await shown_stretch(store, SETTINGS, Month(2026, 11), now=later),
            await shown_stretch(store, SETTINGS, days, now=later),
            await shown_summary(store, SETTINGS, 30, now=later),
        ]

    before = await asked()
    await leave(store, "opt-out")
    assert await asked() == before


async def test_a_report_nobody_saw_is_made_of_those_who_stayed(store: Store) -> None:
    await leave(store, "opt-out")
    first = await asker_of(store)()
    assert first.people == 9
    assert await asker_of(store)() == first


async def test_late_messages_count_while_nobody_has_left(store: Store) -> None:
    ask = asker_of(store)
    before = await ask()
    await store.apply(Batch(upserts=(record(900, 20, local(3, 9), 0.5),)))
    assert (await ask()).people == before.people + 1
    await leave(store, "opt-out")
    await store.apply(Batch(upserts=(record(901, 21, local(3, 9), 0.5),)))
    assert (await ask()).people == before.people + 1


async def test_shown_figures_go_with_the_guild_and_with_retention(store: Store) -> None:
    start, end = WEEK.bounds(SEOUL)
    await asker_of(store)()
    await store.delete_before(GUILD, start)
    assert await store.shown(GUILD, WEEK.key) is not None
    await store.delete_before(GUILD, end + timedelta(seconds=1))
    assert await store.shown(GUILD, WEEK.key) is None
    await asker_of(store)()
    await store.delete_guild(GUILD)
    assert await store.shown(GUILD, WEEK.key) is None


async def test_what_is_kept_names_nobody(store: Store) -> None:
    await asker_of(store)()
    kept = await store.shown(GUILD, WEEK.key)
    assert kept is not None
    assert SAD.hex() not in kept.document.lower()
    assert "author" not in kept.document


async def test_an_unfinished_week_is_protected_within_a_day_only(store: Store) -> None:
    """Stated in the method: the next day, the report is made of those who stayed."""
    thursday = local(3, 20)
    before = await asker_of(store, thursday)()
    assert before.partial
    await leave(store, "opt-out")
    assert repr(await asker_of(store, thursday + timedelta(hours=2))()) == repr(before)
    friday = await asker_of(store, thursday + timedelta(days=1))()
    assert friday.people == before.people - 1


# Overlapping times


def noon(day: int) -> datetime:
    """Return noon of a day counted from the Monday of the week."""
    return local(0, 12) + timedelta(day)


def lonely_sunday() -> list[MessageRecord]:
    """Ten who write on every day but Sunday, when one of them is there alone, and sad."""
    rows = [
        record(100 * week + 10 * day + person, person, noon(7 * week + day), 0.3)
        for week in (0, 1)
        for day in range(6)
        for person in range(10)
    ]
    return [*rows, record(90, 9, noon(6), -0.9)]


async def shown_days(rows: list[MessageRecord], first: int, last: int) -> StretchReport:
    monday, later = WEEK.monday, AFTER + timedelta(days=20)
    days = DayRange(monday + timedelta(first), monday + timedelta(last))
    return await compute_stretch(ListStore(columns_of(rows)), SETTINGS, days, now=later)


async def test_a_day_more_does_not_tell_of_the_one_who_was_there_alone() -> None:
    rows = lonely_sunday()
    friday, saturday, sunday = [await shown_days(rows, 0, last) for last in (4, 5, 6)]
    # Saturday and Sunday are one run: who asks without Sunday gets neither.
    assert saturday.messages == friday.messages
    assert (await shown_days(rows, 6, 6)).hidden
    assert (await shown_days(rows, 5, 5)).hidden
    assert friday.mood is not None
    assert sunday.mood is not None
    # What is left of the week is of ten people, not of the one alone.
    left = 61 * sunday.mood.value - 50 * friday.mood.value
    assert left == pytest.approx(10 * 0.3 - 0.9)


async def test_the_last_days_do_not_tell_of_a_lonely_one_either() -> None:
    rows, monday = columns_of(lonely_sunday()), noon(7) - timedelta(hours=3)
    told = {}
    for days in (1, 2, 3, 7):
        summary = await last_days(ListStore(rows), SETTINGS, days, now=monday)
        told[days] = None if summary.mood is None else summary.mood.value
    assert told[1] is None  # Sunday alone
    assert told[2] == pytest.approx((10 * 0.3 - 0.9) / 11)  # with Saturday
    assert told[3] == pytest.approx((20 * 0.3 - 0.9) / 21)


async def test_a_month_and_its_weeks_leave_no_single_day() -> None:
    """The first of November 2026 is a Sunday; its only writer is not in the month alone."""
    rows = [
        record(10 * day + person, person, noon(day), 0.3)
        for day in range(-15, 14)
        for person in range(10)
        if day != -8
    ]
    rows.append(record(900, 9, noon(-8), -0.9))
    report = await compute_stretch(
        ListStore(columns_of(rows)), SETTINGS, Month(2026, 11), now=AFTER + timedelta(days=20)
    )
    assert report.mood is not None
    assert report.mood.value == pytest.approx(0.3)


@pytest.mark.parametrize("seed", range(30))
def test_what_two_ranges_differ_by_is_a_group(seed: int) -> None:
    draw = np.random.default_rng(seed)
    group, days = int(draw.integers(2, 7)), 28
    rows = [
        record(number, int(draw.integers(0, 9)), noon(int(day)), 0.0)
        for number, day in enumerate(draw.integers(0, days, int(draw.integers(20, 150))))
    ]
    edges = milliseconds(local_edges(WEEK.monday, days, 1, SEOUL))
    gathered = gather(columns_of(rows), edges, None)
    runs = blocks_of(gathered.cells, days, group, days)
    for _ in range(40):
        one, other = (np.sort(draw.integers(0, days + 1, 2)) for _ in range(2))
        parts = [whole(gathered, runs, int(a), int(b - a)).cells for a, b in (one, other)]
        told = [
            set(zip(cells.author.tolist(), (cells.bin + ends[0]).tolist(), strict=True))
            for cells, ends in zip(parts, (one, other), strict=True)
        ]
        for more, less in (told, told[::-1]):
            left = {person for person, _ in more - less}
            assert not left or len(left) >= group
    for monday in range(0, days, 7):
        week = gathered.cells.where(gathered.cells.bin // 7 == monday // 7)
        assert (runs[monday : monday + 7] >= 0).any() == (week.people >= group)


async def test_days_on_which_nobody_wrote_cost_nothing() -> None:
    """Five who wrote on Sunday only are told of by a range that begins on Saturday."""
    rows = columns_of([record(person, person, noon(6), 0.3) for person in range(5)])
    summary = await last_days(ListStore(rows), SETTINGS, 1, now=noon(6) + timedelta(hours=3))
    assert (summary.hidden, summary.people) == (False, 5)
    few = columns_of([record(person, person, noon(6), 0.3) for person in range(4)])
    summary = await last_days(ListStore(few), SETTINGS, 1, now=noon(6) + timedelta(hours=3))
    assert (summary.hidden, summary.people, summary.mood) == (True, 4, None)
