"""Sums per person and bin, against counting one by one."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS, Emotion
from reports.grouping import cells_of, merged, milliseconds
from tests.reports.report_samples import (
    changed,
    columns_of,
    community,
    local,
    record,
    taken,
    unjudged,
)

EDGES = milliseconds([local(0, 6 * part) for part in range(29)])


def test_cells_are_what_counting_gives() -> None:
    columns = community(400, 100, 9)
    cells = cells_of(columns, EDGES)
    counted: dict[tuple[int, int], list[float]] = defaultdict(list)
    for author, time, valence in zip(columns.author, columns.time, columns.valence, strict=True):
        place = int((time - EDGES[0]) // 21_600_000)
        if 0 <= place < 28:
            counted[int(author), place].append(float(valence))
    keys = list(zip(cells.author.tolist(), cells.bin.tolist(), strict=True))
    assert keys == sorted(counted)
    assert cells.messages.tolist() == [len(counted[key]) for key in keys]
    assert cells.mean_valence() == pytest.approx([np.mean(counted[key]) for key in keys])
    assert cells.messages.sum() == 400
    assert cells.people == len({author for author, _ in keys})


def test_batches_give_what_one_pass_gives() -> None:
    columns = community(500, 0, 12)
    whole = cells_of(columns, EDGES)
    parts = [cells_of(taken(columns, np.arange(k, 500, 7)), EDGES) for k in range(7)]
    joined = merged(parts)
    assert np.array_equal(joined.author, whole.author)
    assert np.array_equal(joined.bin, whole.bin)
    assert joined.valence == pytest.approx(whole.valence)
    assert joined.probability == pytest.approx(whole.probability)


def test_a_class_that_nobody_sees_stays_absent() -> None:
    columns = columns_of([record(1, 0, local(0, 1), 0.5), record(2, 0, local(0, 2), 0.1)])
    probabilities = columns.probabilities.copy()
    hurt = EMOTIONS.index(Emotion.HURT)
    probabilities[:, hurt] = np.nan
    probabilities[1, 0] = np.nan
    cells = cells_of(changed(columns, probabilities=probabilities), EDGES)
    assert np.isnan(cells.mean_probability()[0, hurt])
    assert cells.known[0, 0] == 1
    assert cells.known[0, 1] == 2


def test_edges_are_half_open() -> None:
    rows = [record(1, 0, local(0, 0), 0.1), record(2, 0, local(6, 24), 0.9)]
    cells = cells_of(columns_of(rows), EDGES)
    assert cells.bin.tolist() == [0]


def test_coarser_bins_drop_what_has_none() -> None:
    cells = cells_of(community(300, 0, 6), EDGES)
    days = np.arange(28, dtype=np.int64) // 4
    days[days == 2] = -1
    coarse = cells.into(days)
    assert 2 not in coarse.bin.tolist()
    assert coarse.messages.sum() == cells.messages[cells.bin // 4 != 2].sum()


def test_nothing_gives_nothing() -> None:
    empty = merged([])
    assert len(empty) == 0
    assert empty.people == 0
    assert len(cells_of(columns_of([]), EDGES)) == 0
    assert len(empty.into(np.zeros(1, dtype=np.int64))) == 0


def test_messages_that_nothing_could_judge_do_not_pull_towards_neutral() -> None:
    worded = columns_of([record(1, 0, local(0, 1), 0.5), record(2, 0, local(0, 2), 0.3)])
    cells = cells_of(unjudged(worded, 1), EDGES)
    assert cells.messages.tolist() == [1]
    assert cells.mean_valence() == pytest.approx([0.5])
