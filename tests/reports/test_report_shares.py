"""Shares in reports: nearer to the truth than counting, with intervals that hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from classifiers.correction import FEWEST_MESSAGES, ShareCorrection
from classifiers.prevalence import PosteriorMatrix
from reports.gathered import gather, together
from reports.grouping import milliseconds
from reports.period import local_edges, zone_of
from reports.tallies import KINDS, kinds_of
from reports.weekly import WeeklyReport, compute, summary
from storage.records import MessageColumns
from tests.reports.report_samples import AFTER, SETTINGS, WEEK, ListStore, changed, taken, unjudged
from tests.support.simulated import (
    CLASSES,
    MODEL,
    NEUTRAL_HEAVY,
    correction,
    held_out,
    judged,
    written,
)

UTC_SETTINGS = replace(SETTINGS, timezone="UTC")
LATER = AFTER + timedelta(days=1)
OLD = "old@1"


@pytest.fixture(scope="module")
def known() -> ShareCorrection:
    """A classifier that is well known: what is left of the errors is sampling."""
    return ShareCorrection.measured(MODEL, *held_out(np.random.default_rng(1), 400))


async def report_of(columns: MessageColumns, known: ShareCorrection | None) -> WeeklyReport:
    return await compute(
        ListStore(columns), UTC_SETTINGS, WEEK, now=LATER, due=None, correction=known
    )


def values(report: WeeklyReport) -> np.ndarray:
    return np.array([np.nan if each.share is None else each.share.value for each in report.shares])


def usual(report: WeeklyReport) -> np.ndarray:
    return np.array([np.nan if each.usual is None else each.usual for each in report.shares])


def verdicts(columns: MessageColumns) -> MessageColumns:
    """Return the same with all of the probability on the verdict: what counting would see."""
    sure = np.eye(CLASSES, dtype=np.float32)[columns.probabilities.argmax(axis=1)]
    return changed(columns, probabilities=sure)


def joined(*parts: MessageColumns) -> MessageColumns:
    """Return several runs as one, each message with its model."""
    models = tuple(sorted({part.models[0] for part in parts}))
    model = [np.full(len(part), models.index(part.models[0]), np.int16) for part in parts]
    names = [name for name in MessageColumns.__slots__ if name not in ("model", "models")]
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    whole = MessageColumns(*columns, np.concatenate(model), models)
    return taken(whole, np.argsort(whole.time, kind="stable"))


def weeks(
    draw: np.random.Generator, shares: np.ndarray, before: np.ndarray, model: str = MODEL
) -> Iterator[MessageColumns]:
    """Yield the week and the four before it, of people who are much alike."""
    yield written(draw, WEEK, shares, 60, 3.0, alike=200)
    for back in range(1, 5):
        yield written(draw, WEEK.previous(back), before, 60, 3.0, model, alike=200)


@pytest.mark.no_cover
@pytest.mark.parametrize("base", [None, NEUTRAL_HEAVY])
async def test_shares_are_nearer_than_counting_and_intervals_hold(base: np.ndarray | None) -> None:
    """Of 200 people: the errors of the classifier, of sampling messages and of sampling people."""
    draw = np.random.default_rng(4)
    covered, gaps = [], []
    for _ in range(12):
        shares = draw.dirichlet(np.ones(CLASSES)) if base is None else base
        columns = written(draw, WEEK, shares, 200, 3.0)
        report = await report_of(columns, correction(draw))
        counted = await report_of(verdicts(columns), None)
        gaps.append([np.abs(values(each) - shares).mean() for each in (report, counted)])
        for each, truth in zip(report.shares, shares, strict=True):
            assert each.share is not None
            covered.append(not each.share.excludes(truth))
    assert np.mean(covered) >= 0.92
    ours, theirs = np.mean(gaps, axis=0)
    assert ours < 0.6 * theirs


async def test_batches_and_repetition_change_nothing(known: ShareCorrection) -> None:
    columns = joined(*weeks(np.random.default_rng(2), NEUTRAL_HEAVY, NEUTRAL_HEAVY))
    whole = await report_of(columns, known)
    assert await report_of(columns, known) == whole
    pieces = await compute(ListStore(columns, 333), UTC_SETTINGS, WEEK, now=LATER, correction=known)
    assert values(pieces) == pytest.approx(values(whole), abs=1e-6)
    assert usual(pieces) == pytest.approx(usual(whole), abs=1e-6)


async def test_everything_that_shows_shares_shows_the_estimated_ones(
    known: ShareCorrection,
) -> None:
    columns = joined(*weeks(np.random.default_rng(3), NEUTRAL_HEAVY, NEUTRAL_HEAVY))
    report = await report_of(columns, known)
    assert values(report) == pytest.approx(NEUTRAL_HEAVY, abs=0.06)
    assert usual(report) == pytest.approx(NEUTRAL_HEAVY, abs=0.06)
    mixes = np.array([point.shares for point in report.points])
    assert mixes.sum(axis=1) == pytest.approx(np.ones(len(mixes)))
    assert mixes.mean(axis=0) == pytest.approx(values(report), abs=0.03)
    start, end = WEEK.bounds(zone_of("UTC"))
    same = await summary(ListStore(columns), UTC_SETTINGS, start, end, correction=known)
    shares = [each.share.value for each in same.shares if each.share is not None]
    assert shares == pytest.approx(values(report), abs=0.01)


@pytest.mark.no_cover
async def test_a_planted_change_is_found_and_chance_is_not(known: ShareCorrection) -> None:
    sad = NEUTRAL_HEAVY.copy()
    sad[[4, 8]] += (0.15, -0.15)
    draw = np.random.default_rng(5)
    found = await report_of(joined(*weeks(draw, sad, NEUTRAL_HEAVY)), known)
    assert found.shares[4].clear
    assert found.shares[8].clear
    claims = 0
    for _ in range(12):
        columns = joined(*weeks(draw, NEUTRAL_HEAVY, NEUTRAL_HEAVY))
        claims += (await report_of(columns, known)).most_changed is not None
    assert claims <= 2


async def test_one_loud_person_does_not_move_the_shares(known: ShareCorrection) -> None:
    draw = np.random.default_rng(6)
    columns = written(draw, WEEK, NEUTRAL_HEAVY, 60, 3.0)
    rows = np.flatnonzero(columns.author == columns.author[0])
    loud = taken(columns, np.sort(np.concatenate([np.arange(len(columns)), *[rows] * 50])))
    quiet, noisy = await report_of(columns, known), await report_of(loud, known)
    assert values(noisy) == pytest.approx(values(quiet), abs=0.03)


async def test_another_model_keeps_its_mean_posteriors(known: ShareCorrection) -> None:
    draw = np.random.default_rng(7)
    columns = joined(*weeks(draw, NEUTRAL_HEAVY, NEUTRAL_HEAVY))
    renamed = changed(columns, models=(OLD,))
    assert await report_of(renamed, known) == await report_of(renamed, None)
    assert await report_of(columns, None) == await report_of(renamed, None)
    assert await report_of(columns, known) != await report_of(columns, None)


async def test_a_change_of_the_model_is_no_change_of_the_mood(known: ShareCorrection) -> None:
    """Mean posteriors of the old model beside estimates of the new one would look like one."""
    draw = np.random.default_rng(8)
    columns = joined(*weeks(draw, NEUTRAL_HEAVY, NEUTRAL_HEAVY, OLD))
    report = await report_of(columns, known)
    assert values(report) == pytest.approx(NEUTRAL_HEAVY, abs=0.05)
    assert np.isnan(usual(report)).all()
    assert report.most_changed is None
    assert report.baseline is not None, "moods are still compared"


async def test_a_week_of_two_models_is_estimated_and_not_compared(known: ShareCorrection) -> None:
    draw = np.random.default_rng(9)
    new, *before = weeks(draw, NEUTRAL_HEAVY, NEUTRAL_HEAVY)
    old = written(draw, WEEK, NEUTRAL_HEAVY, 60, 3.0, OLD)
    report = await report_of(joined(new, old, *before), known)
    alone, mean = await report_of(new, known), await report_of(old, known)
    middle = (values(alone) + values(mean)) / 2
    assert values(report) == pytest.approx(middle, abs=0.03)
    assert values(report).sum() == pytest.approx(1)
    assert np.isnan(usual(report)).all()


async def test_few_messages_keep_their_mean_posteriors(known: ShareCorrection) -> None:
    draw = np.random.default_rng(10)
    labels = np.zeros(FEWEST_MESSAGES, np.int64)
    columns = written(draw, WEEK, NEUTRAL_HEAVY, 60, 3.0)
    columns = taken(columns, np.arange(FEWEST_MESSAGES))
    columns = changed(
        columns,
        probabilities=judged(labels, draw).astype(np.float32),
        author=np.arange(FEWEST_MESSAGES).astype(np.uint64),
    )
    few = taken(columns, np.arange(FEWEST_MESSAGES - 1))
    mean = few.probabilities.astype(float).mean(axis=0)
    assert values(await report_of(few, known)) == pytest.approx(mean, abs=1e-6)
    enough = await report_of(columns, known)
    assert np.abs(values(enough) - columns.probabilities.mean(axis=0)).max() > 0.01


async def test_an_unusable_correction_is_left_alone(known: ShareCorrection) -> None:
    columns = written(np.random.default_rng(11), WEEK, NEUTRAL_HEAVY, 60, 3.0)
    blind = PosteriorMatrix(np.full((CLASSES, CLASSES), 1 / CLASSES), np.full(CLASSES, 500))
    few = ShareCorrection.measured(MODEL, *held_out(np.random.default_rng(0), 5))
    for useless in (replace(known, matrix=blind), few):
        assert await report_of(columns, useless) == await report_of(columns, None)


async def test_classes_that_the_backend_cannot_see_stay_absent() -> None:
    draw = np.random.default_rng(12)
    posteriors, labels = held_out(draw)
    columns = written(draw, WEEK, NEUTRAL_HEAVY, 60, 3.0)
    probabilities = columns.probabilities.copy()
    for unseen in (posteriors, probabilities):
        unseen[:, [1, 6]] = np.nan
    posteriors /= np.nansum(posteriors, axis=1, keepdims=True)
    probabilities /= np.nansum(probabilities, axis=1, keepdims=True)
    known = ShareCorrection.measured(MODEL, posteriors, labels)
    assert known.usable
    report = await report_of(changed(columns, probabilities=probabilities), known)
    assert [each.share is None for each in report.shares] == [n in (1, 6) for n in range(9)]
    assert np.nansum(values(report)) == pytest.approx(1)
    assert all(np.isnan(point.shares[1]) for point in report.points)


async def test_messages_without_words_are_left_out(known: ShareCorrection) -> None:
    columns = written(np.random.default_rng(13), WEEK, NEUTRAL_HEAVY, 60, 3.0)
    report = await report_of(unjudged(columns, slice(None, None, 5)), known)
    kept = np.ones(len(columns), np.bool_)
    kept[::5] = False
    assert values(report) == pytest.approx(values(await report_of(taken(columns, kept), known)))


def test_tallies_lose_no_message(known: ShareCorrection) -> None:
    columns = written(np.random.default_rng(14), WEEK, NEUTRAL_HEAVY)
    other = written(np.random.default_rng(15), WEEK, NEUTRAL_HEAVY, model=OLD)
    edges = milliseconds(local_edges(WEEK.monday, 7, 4, zone_of("UTC")))
    parts = [gather(each, edges, known) for each in (columns, other)]
    gathered = together([*parts, together([])])
    assert gathered.tallies.messages.sum() == len(columns) == gathered.cells.corrected.sum()
    assert gathered.cells.messages.sum() == len(columns) + len(other)
    assert gathered.weights().sum() == pytest.approx(gathered.corrected_share().sum())
    days = gathered.into(np.arange(28, dtype=np.int64) // 4)
    assert days.tallies.messages.sum() == len(columns)
    assert days.weights().sum() == pytest.approx(days.corrected_share().sum())
    both = days.only_corrected().cells.messages.sum(), days.only_uncorrected().cells.messages.sum()
    assert both == (len(columns), len(other))
    assert len(days.only_uncorrected().tallies) == 0


def test_messages_that_come_one_by_one_are_tallied_alike(known: ShareCorrection) -> None:
    columns = written(np.random.default_rng(5), WEEK, NEUTRAL_HEAVY, 6, 2)
    edges = milliseconds(local_edges(WEEK.monday, 7, 4, zone_of("UTC")))
    whole = gather(columns, edges, known)
    parts = [gather(taken(columns, np.array([row])), edges, known) for row in range(len(columns))]
    joined = together(parts)
    assert len(columns) > 50
    for name in ("author", "bin", "kind", "messages", "posterior", "size"):
        one, other = getattr(joined.tallies, name), getattr(whole.tallies, name)
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_kinds_are_within_their_range() -> None:
    edge = np.array([np.eye(9)[0], np.eye(9)[8], np.full(9, 1 / 9), [0.5, 0.5, *[0.0] * 7]])
    drawn = np.random.default_rng(0).dirichlet(np.full(9, 0.2), 2000)
    kinds = kinds_of(np.vstack([edge, drawn]))
    assert kinds.min() >= 0
    assert kinds.max() < KINDS
    assert len(np.unique(kinds)) > 100


async def test_more_people_than_are_drawn_one_by_one(known: ShareCorrection) -> None:
    draw = np.random.default_rng(16)
    columns = written(draw, WEEK, NEUTRAL_HEAVY, 9_000, 0.4)
    assert len(np.unique(columns.author)) > 4_096
    report = await report_of(columns, known)
    assert values(report) == pytest.approx(NEUTRAL_HEAVY, abs=0.03)
    assert report.mood is not None
