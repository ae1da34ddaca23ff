"""What may be shown as a point, and what is hidden."""

from __future__ import annotations

import pytest

from reports.grouping import Cells, cells_of, milliseconds
from reports.spans import MINIMUM_MESSAGES, spans_of
from reports.spans import columns_of as span_columns
from storage.records import MessageRecord
from tests.reports.report_samples import columns_of, local, record

EDGES = milliseconds([local(0, 6 * part) for part in range(29)])
GROUP = 5


def cells(*crowds: tuple[int, int, int, int]) -> Cells:
    """Return cells of (day, part, people, messages each)."""
    rows: list[MessageRecord] = []
    for day, part, people, each in crowds:
        for person in range(people):
            for step in range(each):
                moment = local(day, part * 6 + 0.5 + step / 100)
                rows.append(record(len(rows) + 1, person, moment, 0.1))
    return cells_of(columns_of(rows), EDGES)


def shapes(found: Cells, group: int = GROUP) -> list[tuple[int, int, int, bool]]:
    return [(s.day, s.first, s.last, s.hidden) for s in spans_of(found, 7, group)]


def test_large_parts_stand_alone() -> None:
    found = cells((0, 0, 6, 4), (0, 1, 6, 4), (0, 2, 6, 4), (0, 3, 6, 4))
    assert shapes(found) == [(0, part, part, False) for part in range(4)]


def test_small_parts_join_their_neighbours_of_the_same_day() -> None:
    found = cells((0, 0, 1, 2), (0, 2, 6, 4), (0, 3, 2, 1), (1, 1, 7, 9))
    assert shapes(found) == [(0, 0, 3, False), (1, 0, 3, False)]


def test_few_messages_join_as_well() -> None:
    found = cells((0, 1, 6, 1), (0, 2, 6, 4), (0, 3, 6, 4))
    assert MINIMUM_MESSAGES > 6
    assert shapes(found) == [(0, 0, 2, False), (0, 3, 3, False)]


def test_a_small_day_is_hidden_and_the_smallest_other_with_it() -> None:
    found = cells((0, 2, 9, 5), (1, 2, 4, 9), (2, 2, 6, 5), (3, 2, 8, 5))
    assert shapes(found) == [(0, 0, 3, False), (1, 0, 3, True), (2, 0, 3, True), (3, 0, 3, False)]


def test_two_small_days_hide_each_other() -> None:
    found = cells((0, 2, 9, 5), (1, 2, 4, 9), (2, 2, 3, 5))
    assert shapes(found) == [(0, 0, 3, False), (1, 0, 3, True), (2, 0, 3, True)]


def test_every_day_too_small() -> None:
    assert shapes(cells((0, 2, 4, 5), (3, 1, 4, 5))) == [(0, 0, 3, True), (3, 0, 3, True)]
    assert shapes(cells((4, 1, 4, 5))) == [(4, 0, 3, True)]


def test_days_without_messages_have_no_span() -> None:
    assert shapes(cells()) == []


def test_positions_and_names_follow_the_messages() -> None:
    (span,) = spans_of(cells((2, 2, 6, 1), (2, 3, 6, 1)), 7, GROUP)
    assert span.position == pytest.approx(2 + 3 / 4)
    assert span.whole_day
    assert span.part == 3
    assert (span.people, span.messages) == (6, 12)


def test_hidden_spans_have_no_column() -> None:
    found = spans_of(cells((0, 2, 9, 5), (1, 2, 4, 9), (2, 2, 6, 5), (3, 2, 8, 5)), 7, GROUP)
    columns = span_columns(found, 7)
    assert columns[:16].tolist() == [0] * 4 + [-1] * 8 + [1] * 4
    assert set(columns[16:].tolist()) == {-1}
