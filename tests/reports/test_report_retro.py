"""A group's mood section by section, and its participation: no more than may be said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.i18n import phrases_in
from bot.views.details import detail_pages
from reports.period import Week
from reports.report import WeeklyReport
from reports.retro.forms import FORMS, FREE, SECTIONS, form_of
from reports.retro.week import retro_week
from reports.shown import shown_report
from reports.weekly import compute
from reports.wording import lines
from reports.wording.retro import form_name, heading, retro_lines, section_name
from storage.open import open_store
from storage.records import Batch, GuildSettings, MessageRecord, MonitoredChannel
from storage.retrospectives import ChannelKind, RetroSection
from storage.store import Store
from tests.support.store_records import CHANNEL, GUILD, author, record

WEEK = Week.parse("2026-W46")
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
AFTER = MONDAY + timedelta(days=8)
SETTINGS = GuildSettings(
    GUILD,
    minimum_group=5,
    channels=(MonitoredChannel(CHANNEL, 0, kind=ChannelKind.RETROSPECTIVE),),
)
CALM = (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path}/store.sqlite3") as opened:
        yield opened


def section(key: str, valence: float, sentences: int = 1) -> RetroSection:
    return RetroSection(key, "4l", sentences, CALM, valence)


def post(person: int, days: float, *sections: RetroSection) -> MessageRecord:
    moment = MONDAY + timedelta(days=days)
    number = int((moment - MONDAY).total_seconds()) * 100 + person + 10**9
    values = {"author": author(person), "created_at": moment, "sections": sections}
    return record(number, **values, probabilities=CALM, valence=0.1)


async def write(store: Store, posts: Sequence[MessageRecord]) -> None:
    await store.apply(Batch(upserts=tuple(posts)))


async def report_of(store: Store, settings: GuildSettings = SETTINGS) -> WeeklyReport:
    return await compute(store, settings, WEEK, now=AFTER)


async def test_every_person_counts_once_in_a_section(store: Store) -> None:
    posts = [post(person, 1, section("liked", 0.4)) for person in range(9)]
    # One who writes a lot, and sadly, moves the section no more than anybody else.
    posts += [post(9, 2 + n / 10, section("liked", -0.6, sentences=40)) for n in range(20)]
    await write(store, posts)
    report = await report_of(store)
    assert report.retro is not None
    liked = report.retro.sections[0]
    assert liked.section == "liked"
    assert liked.mood.value == pytest.approx(0.3)
    assert liked.mood.low < 0.3 < liked.mood.high
    assert liked.usual is None


async def test_sentences_weigh_within_a_person(store: Store) -> None:
    posts = [post(p, 1, section("learned", 0.9, 1)) for p in range(5)]
    posts += [post(p, 2, section("learned", 0.0, 2)) for p in range(5)]
    await write(store, posts)
    report = await report_of(store)
    assert report.retro is not None
    assert report.retro.sections[0].mood.value == pytest.approx(0.3)


async def test_small_sections_are_hidden_and_cannot_be_subtracted(store: Store) -> None:
    posts = [
        post(p, 1, section("liked", 0.4), section("learned", 0.1), section("free", 0))
        for p in range(12)
    ]
    posts += [post(p, 2, section("lacked", -0.4)) for p in range(3)]
    await write(store, posts)
    retro = (await report_of(store)).retro
    assert retro is not None
    # Lacked has three people; hiding it alone would leave three to be computed.
    assert retro.hidden == 2
    assert [each.section for each in retro.sections] == ["learned", "free"]
    page = next(
        page
        for page in detail_pages(await report_of(store), phrases_in("en"))
        if page.title == "Retrospectives"
    )
    assert any("2 sections" in line for line in page.lines)
    assert not any("Lacked" in line for line in page.lines)


async def test_fewer_people_than_the_minimum_are_not_spoken_of(store: Store) -> None:
    others = [record(n, author=author(50 + n), created_at=MONDAY) for n in range(8)]
    await write(store, [post(p, 1, section("liked", 0.4)) for p in range(4)] + others)
    report = await report_of(store)
    assert not report.hidden
    assert report.retro is None
    assert retro_lines(report, "en") == ()


async def test_participation_is_a_rate_of_those_who_take_part(store: Store) -> None:
    posts = [post(p, 1, section("liked", 0.4)) for p in range(9)]
    posts += [post(p, -14, section("liked", 0.2)) for p in range(3, 12)]
    posts += [post(p, -22, section("liked", 0.2)) for p in range(30, 40)]
    await write(store, posts)
    report = await report_of(store)
    assert report.retro is not None
    found = report.retro.participation
    # 12 people in four weeks, of whom 9 wrote; who wrote longer ago does not count.
    assert found is not None
    assert (found.rate, found.people) == (0.75, 10)
    said = " ".join(lines(report, "en"))
    assert "75% wrote one this week" in said
    assert "75%" in " ".join(lines(report, "ko"))
    assert report.retro.sections[0].usual == pytest.approx(0.2)


async def test_a_guild_without_such_a_channel_hears_nothing(store: Store) -> None:
    await write(store, [post(p, 1, section("liked", 0.4)) for p in range(9)])
    plain = replace(SETTINGS, channels=(MonitoredChannel(CHANNEL, 0),))
    assert (await report_of(store, plain)).retro is None
    assert await retro_week(object(), SETTINGS, WEEK) is None


async def test_what_was_shown_stands_when_somebody_leaves(store: Store) -> None:
    await write(store, [post(p, 1, section("liked", p / 10)) for p in range(9)])
    first = await shown_report(store, SETTINGS, WEEK, now=AFTER)
    await store.opt_out(GUILD, author(8), AFTER)
    again = await shown_report(store, SETTINGS, WEEK, now=AFTER)
    assert first.retro is not None
    assert again.retro == first.retro


async def test_the_lines_name_sections_with_intervals(store: Store) -> None:
    posts = [post(p, 1, section("liked", 0.4), section("lacked", -0.2)) for p in range(9)]
    await write(store, posts)
    report = await report_of(store)
    english, korean = retro_lines(report, "en")[0], retro_lines(report, "ko")[0]
    assert english.startswith("Retrospectives (95% intervals): Liked +0.40 (")
    assert "Lacked −0.20 (" in english
    assert "좋았던 점 +0.40 (" in korean


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_form_and_section_has_a_name(language: str) -> None:
    for key in SECTIONS:
        assert section_name(key, language) != key or language == "en"
        assert len(heading(key, language)) <= 45
    for key, form in FORMS.items():
        assert 0 < len(form_name(key, language)) <= 100
        assert 1 <= len(form.sections) <= 5
        assert len(set(form.sections)) == len(form.sections)
    assert form_of("no such form") == form_of(None)
    assert FREE in FORMS
