"""A member's own mood: figures equal to the records, claims only where they are clear."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product
from statistics import fmean, median
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS, Emotion
from reports.fonts import FontBook
from reports.personal import OwnMood, own_mood
from reports.svg.canvas import HEIGHT, WIDTH, Box, Canvas, Style
from reports.svg.own_year import own_year_card
from reports.svg.theme import DARK
from reports.wording.personal import (
    own_caution,
    own_headline,
    own_method,
    own_sentence,
    usual_line,
)
from storage.records import NO_MODEL, GuildSettings, MessageRecord
from tests.reports.own_year_samples import golden_years

GUILD = 7
ME = bytes(range(16))
NOW = datetime(2026, 11, 21, 19, tzinfo=UTC)  # already the 22nd in Seoul
SEOUL = GuildSettings(GUILD, timezone="Asia/Seoul")
JOY, FEAR, NEUTRAL = (EMOTIONS.index(e) for e in (Emotion.JOY, Emotion.FEAR, Emotion.NEUTRAL))
SVG = "{http://www.w3.org/2000/svg}"


class Mine:
    """Records of one author, handed out in pages as a store does."""

    def __init__(self, records: Sequence[MessageRecord]) -> None:
        self.records = records

    async def author_records(
        self, guild_id: int, author: bytes
    ) -> AsyncIterator[Sequence[MessageRecord]]:
        assert (guild_id, author) == (GUILD, ME)
        for first in range(0, len(self.records), 100):
            yield self.records[first : first + 100]


def said(
    days_ago: float, valence: float, number: int = 0, joy: float = 0.25, **changes: Any
) -> MessageRecord:
    shares = [0.0] * len(EMOTIONS)
    shares[JOY], shares[NEUTRAL] = joy, 1 - joy
    moment = NOW - timedelta(days=days_ago, minutes=number)
    identifier = int(moment.timestamp() * 1000) * 4096 + number
    record = MessageRecord(
        identifier, GUILD, 1, None, ME, moment, None, "ko", tuple(shares), valence, "words@1"
    )
    return replace(record, **changes)


async def seen(records: Sequence[MessageRecord], settings: GuildSettings = SEOUL) -> OwnMood:
    return await own_mood(Mine(records), settings, ME, now=NOW)


def lived(rng: np.random.Generator, days: int = 120, lift: float = 0.0) -> list[MessageRecord]:
    """Return days of one person, with heavy-tailed activity and a week lifted by ``lift``."""
    records = []
    for ago in range(days):
        mood = rng.normal(0.1 + (lift if ago < 7 else 0.0), 0.2)
        joy = float(np.clip(0.3 + (lift if ago < 7 else 0.0) + rng.normal(0, 0.1), 0, 1))
        for number in range(2 + int(rng.pareto(1.5))):
            valence = float(np.clip(mood + rng.normal(0, 0.3), -1, 1))
            records.append(said(ago, valence, number % 200, joy))
    return records


async def test_every_figure_equals_the_records() -> None:
    records = [said(ago, (ago % 5 - 2) / 4, n, (ago % 4) / 4) for ago in range(40) for n in (1, 2)]
    records += [said(ago, 1.0, 3) for ago in range(0, 40, 3)]
    own = await seen(records)
    by_day: dict[date, list[MessageRecord]] = {}
    for each in records:
        local = (each.created_at + timedelta(hours=9)).date()
        by_day.setdefault(local, []).append(each)
    moods = {day: fmean(each.valence for each in of) for day, of in by_day.items()}
    assert own.today == date(2026, 11, 22)
    assert {day.date: day.mood for day in own.year if day.messages} == pytest.approx(moods)
    assert {day.date: day.messages for day in own.year if day.messages} == {
        day: len(of) for day, of in by_day.items()
    }
    week = [day for day in moods if own.today - day < timedelta(7)]
    assert [day.date for day in own.week] == sorted(week)
    assert own.mood == pytest.approx(fmean(moods[day] for day in week))
    assert own.usual is not None
    assert own.usual.days == 33
    assert own.usual.mood == pytest.approx(median(moods[day] for day in moods if day not in week))
    assert own.usual.low <= own.usual.mood <= own.usual.high
    joys = [fmean(each.probabilities[JOY] for each in by_day[day]) for day in week]
    assert own.shares[JOY] == pytest.approx(fmean(joys))
    assert sum(own.shares) == pytest.approx(1.0)


async def test_a_year_is_53_whole_weeks_up_to_this_one() -> None:
    own = await seen([said(0, 0.5), said(364, 0.5), said(400, -1.0)])
    assert len(own.year) == 53 * 7
    assert own.year[0].date.weekday() == 0
    assert own.year[-1].date - own.today < timedelta(7)
    assert own.year_days == 2


async def test_messages_that_nobody_could_judge_do_not_count() -> None:
    own = await seen([said(1, 0.5), said(1, 0.0, 1, model=NO_MODEL)])
    assert own.messages == 1
    assert own.mood == 0.5


async def test_without_messages_there_is_nothing_but_a_kind_sentence() -> None:
    own = await seen([])
    assert (own.mood, own.usual, own.direction, own.raised) == (None, None, None, ())
    assert not own.tells_emotions
    assert "Quiet days are fine." in own_sentence(own, "en")
    assert "조용한 날들도 괜찮아요." in own_sentence(own, "ko")


async def test_few_messages_are_said_to_be_few_and_not_compared() -> None:
    past = [said(ago, 0.5, n) for ago in range(10, 60) for n in range(3)]
    own = await seen([*past, said(1, -1.0), said(2, -1.0)])
    assert own.few
    assert own.direction is None
    assert "2 messages on 2 days are too few" in own_sentence(own, "en")
    assert "2일 동안 쓴 메시지 2개" in own_sentence(own, "ko")


async def test_a_new_member_is_not_compared() -> None:
    own = await seen([said(ago, 0.5, n) for ago in range(12) for n in range(3)])
    assert own.usual is None
    assert own.direction is None
    assert "not yet 14 earlier days" in own_sentence(own, "en")
    assert "14일이 안 돼요" in own_sentence(own, "ko")


async def test_days_that_another_classifier_judged_are_not_compared() -> None:
    records = [
        said(ago, 0.5 if ago < 7 else -0.5, n, model="new@1" if ago < 7 else "old@1")
        for ago in range(60)
        for n in range(3)
    ]
    own = await seen(records)
    assert own.rejudged
    assert (own.usual, own.direction, own.raised) == (None, None, ())
    assert "Another program" in own_sentence(own, "en")


async def test_a_classifier_that_knows_sentiments_only_says_nothing_of_emotions() -> None:
    unknown = (math.nan,) * len(EMOTIONS)
    own = await seen(
        [said(ago, 0.1, n, probabilities=unknown) for ago in range(40) for n in range(3)]
    )
    assert not own.tells_emotions
    assert own.raised == ()
    assert own.direction == 0


async def test_a_clear_change_is_found_and_said() -> None:
    rng = np.random.default_rng(1)
    brighter = await seen(lived(rng, lift=0.4))
    assert brighter.direction == 1
    assert [each.emotion for each in brighter.raised] == [Emotion.JOY]
    assert "brighter than usual for you" in own_sentence(brighter, "en")
    assert "Higher than usual for you: Joy (" in own_sentence(brighter, "en")
    assert "평소보다 높았던 감정: 기쁨" in own_sentence(brighter, "ko")
    heavier = await seen(lived(rng, lift=-0.4))
    assert heavier.direction == -1
    assert heavier.raised == ()
    assert "There can be many reasons." in own_sentence(heavier, "en")


@pytest.mark.no_cover
async def test_nothing_is_claimed_where_nothing_changed() -> None:
    rng = np.random.default_rng(2)
    people = [await seen(lived(rng, days=60)) for _ in range(120)]
    claimed = sum(own.direction != 0 or bool(own.raised) for own in people)
    # Two tests at 5 % each: 12 expected at most, 20 is three standard errors away.
    assert claimed <= 20


async def test_the_same_records_give_the_same_answer_in_any_order() -> None:
    records = lived(np.random.default_rng(3), lift=0.1)
    again = await seen(records[::-1])
    assert own_sentence(again, "en") == own_sentence(await seen(records), "en")


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_no_word_judges_the_member_or_speaks_of_others(language: str) -> None:
    rng = np.random.default_rng(4)
    weeks = [
        await seen(lived(rng, days=days, lift=lift)) for days, lift in product((9, 60), (-1, 1))
    ]
    words = " ".join(
        [*(own_headline(own, language) + own_sentence(own, language) for own in weeks)]
    ).lower()
    for taboo in (
        "depress",
        "우울",
        "mental",
        "정신",
        "average",
        "평균보다",
        "other people",
        "should",
    ):
        assert taboo not in words
    assert own_caution(language)
    assert len(own_method(language)) == 6
    assert all(usual_line(own.usual, language) for own in weeks if own.usual)


# The picture


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


async def years() -> list[OwnMood]:
    rng = np.random.default_rng(5)
    flat = [said(ago, 0.0, n) for ago in range(370) for n in range(2)]
    wild = [said(ago, 1.0 if ago % 2 else -1.0) for ago in range(370)]
    cases = [lived(rng, days=371), flat, wild, [said(3, -1.0)]]
    return [await seen(case) for case in cases]


@pytest.mark.parametrize(("theme", "language"), [*product(("dark", "light"), ("ko", "en"))])
async def test_nothing_is_clipped_or_covered(theme: str, language: str, fonts: FontBook) -> None:
    card = Box(0, 0, WIDTH, HEIGHT)
    for own in await years():
        drawn = own_year_card(own, theme=theme, language=language, fonts=fonts)
        assert drawn is not None
        boxes = [written(each, fonts) for each in ET.fromstring(drawn.svg).iter(f"{SVG}text")]
        assert all(box.within(card) for box in boxes)
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
        assert len(drawn.alt_text) <= 1024


def written(element: ET.Element, fonts: FontBook) -> Box:
    style = Style(
        float(element.get("font-size", "0")), "", anchor=element.get("text-anchor", "start")
    )
    place = float(element.get("x", "0")), float(element.get("y", "0"))
    return Canvas(fonts, DARK, "", "").box(*place, "".join(element.itertext()), style)


async def test_each_day_is_a_cell_or_a_dot_and_days_to_come_are_neither(fonts: FontBook) -> None:
    own = await seen([said(0, 0.5), said(1, -0.5), said(2, 0.5)])
    drawn = own_year_card(own, theme="dark", language="en", fonts=fonts)
    assert drawn is not None
    root = ET.fromstring(drawn.svg)
    cells = [each for each in root.iter(f"{SVG}rect") if each.get("rx")]
    dots = list(root.iter(f"{SVG}circle"))
    legend = 7
    assert len(cells) - legend == 3
    assert len(dots) == (own.today - own.year[0].date).days + 1 - 3
    assert drawn.alt_text.startswith("Of 3 days with messages")


async def test_a_year_without_messages_has_no_picture(fonts: FontBook) -> None:
    assert own_year_card(await seen([]), theme="dark", language="ko", fonts=fonts) is None


def test_the_pictures_are_those_that_were_looked_at(fonts: FontBook) -> None:
    for path, picture in golden_years(fonts):
        assert picture == path.read_bytes(), path.name
