"""Weeks that a classifier judged which knows sentiments only, or some emotions only, or two did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bot.views.report import PictureCard, report_message, report_text
from classifiers.correction import ShareCorrection
from reports.cards import Card
from reports.fonts import FontBook
from reports.rasterise import rasterise
from reports.report import MoodSummary, WeeklyReport
from reports.weekly import compute, summary
from reports.wording import (
    emotion_name,
    lines,
    no_emotions,
    partly_note,
    sentence,
    summary_lines,
)
from storage.records import MessageColumns
from tests.reports.report_samples import (
    AFTER,
    LANGUAGES,
    SEOUL,
    SETTINGS,
    WEEK,
    ListStore,
    by_sentiment,
    changed,
    community,
    day_of,
    drawn,
    fixed_report,
    person_of,
    taken,
)
from tests.support.simulated import MODEL, NEUTRAL_HEAVY, correction, written


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


@pytest.fixture(scope="module")
def known() -> ShareCorrection:
    return correction(np.random.default_rng(0))


async def report_of(
    columns: MessageColumns, correction: ShareCorrection | None = None
) -> WeeklyReport:
    return await compute(ListStore(columns), SETTINGS, WEEK, now=AFTER, correction=correction)


async def summary_of(columns: MessageColumns) -> MoodSummary:
    start, end = WEEK.bounds(SEOUL)
    return await summary(ListStore(columns), SETTINGS, start, end)


def told(report: WeeklyReport | MoodSummary) -> list[bool]:
    return [share.share is not None for share in report.shares]


def words_of(report: WeeklyReport, cards: tuple[Card, ...], language: str) -> str:
    pictures = [PictureCard(card.name, b"", card.alt_text) for card in cards]
    message = report_message(report, pictures, language)
    assert message.view is not None
    return "\n".join([report_text(report, language), *(card.alt_text for card in cards)])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_week_of_sentiments_has_a_mood_and_no_emotions(
    fonts: FontBook, language: str
) -> None:
    columns = community()
    report = await report_of(by_sentiment(columns, slice(None)))
    told_week = await report_of(columns)
    assert (report.mood, report.change) == (told_week.mood, told_week.change)
    assert (report.messages, report.people) == (told_week.messages, told_week.people)
    assert told(report) == [False] * 9
    assert all(share.usual is None and not share.clear for share in report.shares)
    assert report.most_changed is None
    assert report.telling == 0
    assert report.points
    assert not any(point.told for point in report.points)

    cards = drawn(report, "dark", language, fonts)
    assert cards[0].name == "mood"
    assert {"mix", "usual"}.isdisjoint(card.name for card in cards)
    assert len(rasterise(cards[0].svg, fonts.files)) > 10_000
    words = words_of(report, cards, language)
    assert no_emotions(language) in words
    assert sentence(report, language) in words
    for share in report.shares:
        assert emotion_name(share.emotion, language) not in words


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_first_week_of_sentiments_says_that_there_are_no_emotions(language: str) -> None:
    columns = community()
    first = taken(columns, day_of(columns) >= 0)
    report = await report_of(by_sentiment(first, slice(None)))
    assert report.baseline is None
    assert no_emotions(language) in lines(report, language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_summary_of_sentiments(language: str) -> None:
    mood = await summary_of(by_sentiment(community(), slice(None)))
    assert mood.mood is not None
    assert told(mood) == [False] * 9
    assert no_emotions(language) in summary_lines(mood, language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_after_a_change_of_the_classifier_emotions_are_not_compared(
    fonts: FontBook, language: str
) -> None:
    """The weeks before were judged by their sentiment only."""
    columns = community()
    report = await report_of(by_sentiment(columns, day_of(columns) < 0))
    assert all(told(report))
    assert all(share.usual is None for share in report.shares)
    assert report.change is not None
    cards = drawn(report, "light", language, fonts)
    assert [card.name for card in cards][:2] == ["mood", "mix"]
    words = words_of(report, cards, language)
    assert {"ko": "분류기가 바뀌어", "en": "another classifier judged them"}[language] in words
    assert report.rejudged
    assert {"ko": "다른 분류기가 판정해서", "en": "Another classifier"}[language] in words
    assert {"ko": "뚜렷한 차이가 없어요", "en": "No emotion's share"}[language] not in words


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_week_of_two_classifiers_says_what_its_emotions_rest_on(
    fonts: FontBook, language: str
) -> None:
    columns = community()
    days = day_of(columns)
    report = await report_of(by_sentiment(columns, days >= 4))
    alone = await report_of(taken(columns, days < 4))
    assert [s.share and s.share.value for s in report.shares] == pytest.approx(
        [s.share and s.share.value for s in alone.shares], abs=1e-9
    )
    part = float((days[days >= 0] < 4).mean())
    assert report.telling == pytest.approx(part)
    assert {point.span.day for point in report.points if not point.told} == {4, 5, 6}
    assert {point.span.day for point in report.points if point.told} == {0, 1, 2, 3}
    note = partly_note(report.telling, language)
    assert note is not None
    assert note in lines(report, language)
    cards = drawn(report, "dark", language, fonts)
    assert note in cards[1].alt_text
    for card in cards:
        assert len(rasterise(card.svg, fonts.files)) > 10_000


async def test_shares_that_would_rest_on_a_few_people_are_left_out(known: ShareCorrection) -> None:
    """Thirty people wrote; all but a few were judged by their sentiment only."""
    columns = community()
    for few in (1, 4):
        report = await report_of(by_sentiment(columns, person_of(columns) >= few))
        assert report.people == 30
        assert told(report) == [False] * 9
        assert report.telling == 0
    report = await report_of(by_sentiment(columns, person_of(columns) >= 5))
    assert all(told(report))
    mood = await summary_of(by_sentiment(columns, person_of(columns) >= 4))
    assert told(mood) == [False] * 9

    week = written(np.random.default_rng(1), WEEK, NEUTRAL_HEAVY)
    for few, shown in ((4, False), (6, True)):
        report = await report_of(by_sentiment(week, week.author > np.uint64(few)), known)
        assert known.model == MODEL
        assert told(report) == [shown] * 9


async def test_a_class_that_a_few_people_were_judged_for_leaves_no_remainder() -> None:
    """Two models know different classes; the shares of what both know sum to one."""
    columns = community()
    probabilities = columns.probabilities.copy()
    others = person_of(columns) >= 3
    probabilities[np.ix_(others, [6, 7])] = np.nan
    probabilities /= np.nansum(probabilities, axis=1, keepdims=True)
    report = await report_of(changed(columns, probabilities=probabilities))
    assert told(report) == [True] * 6 + [False] * 2 + [True]
    values = [share.share.value for share in report.shares if share.share is not None]
    assert sum(values) == pytest.approx(1)


async def test_a_point_with_a_few_told_people_takes_another_with_it() -> None:
    columns = community()
    days, people = day_of(columns), person_of(columns)
    report = await report_of(by_sentiment(columns, (days == 2) & (people >= 3)))
    untold = {(point.span.day, point.span.first) for point in report.points if not point.told}
    assert {day for day, _ in untold} >= {2}
    assert len(untold) >= 2
    assert all(told(report))


async def test_a_usual_share_of_a_few_people_is_not_told() -> None:
    columns = community()
    weak = (day_of(columns) < 0) & (person_of(columns) >= 3)
    report = await report_of(by_sentiment(columns, weak))
    assert all(told(report))
    assert all(share.usual is None for share in report.shares)


async def test_a_few_unknown_messages_are_not_worth_a_note() -> None:
    report = await report_of(by_sentiment(community(), slice(None, None, 500)))
    assert 0.99 < report.telling < 1
    assert partly_note(report.telling, "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_classifier_with_a_few_emotions_shows_those(fonts: FontBook, language: str) -> None:
    whole = fixed_report()
    shares = tuple(
        replace(share, share=None, usual=None) if index in {1, 6, 7} else share
        for index, share in enumerate(whole.shares)
    )
    (_, mix) = drawn(replace(whole, shares=shares), "dark", language, fonts)
    assert emotion_name(whole.shares[3].emotion, language) in mix.alt_text
    assert emotion_name(whole.shares[6].emotion, language) not in mix.alt_text


@pytest.mark.parametrize(
    ("judged_by_another", "said"),
    [
        (lambda days: days < -28, False),
        (lambda days: days < 0, True),
        (lambda days: days >= 0, True),
        (lambda days: days < -14, True),
        (lambda days: days < -26, False),
        (lambda days: days >= 99, False),
    ],
)
async def test_the_report_says_when_another_classifier_judged_the_weeks_before(
    judged_by_another: Callable[[np.ndarray], np.ndarray], said: bool
) -> None:
    columns = community()
    model = judged_by_another(day_of(columns)).astype(np.int16)
    report = await report_of(changed(columns, model=model, models=("test@1", "test@2")))
    assert report.rejudged is said
    assert report.change is not None
