"""Smooth curves, labels that keep apart, labels that find a place."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.svg.canvas import Box, spread
from reports.svg.curve import area, number, path, pieces, sampled
from reports.svg.placing import Surroundings, place

HEIGHTS = st.lists(st.floats(-500, 500), min_size=2, max_size=20)


@given(HEIGHTS)
def test_curves_pass_through_and_never_beyond(heights: list[float]) -> None:
    points = [(10.0 * x, y) for x, y in enumerate(heights)]
    for piece, (start, end) in zip(pieces(points), itertools.pairwise(points), strict=True):
        assert (piece.start, piece.end) == (start, end)
        low, high = sorted((start[1], end[1]))
        for step in range(11):
            x, y = piece.at(step / 10)
            assert start[0] - 1e-9 <= x <= end[0] + 1e-9
            assert low - 1e-6 <= y <= high + 1e-6


def test_path_data() -> None:
    assert path([(0, 0), (3, 3)]) == "M0 0C1 1 2 2 3 3"
    assert area([(0, 1), (3, 1)], [(0, 2), (3, 2)]) == ("M0 1C1 1 2 1 3 1L3 2C2 2 1 2 0 2Z")
    assert sampled([]) == ()
    assert sampled([(1.0, 2.0)]) == ((1.0, 2.0),)
    assert len(sampled([(0, 0), (1, 1), (2, 0)], 4)) == 9


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (1.005, "1"), (-0.001, "0"), (-0.5, "-0.5"), (10, "10")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


@given(st.lists(st.floats(-50, 150), max_size=12), st.floats(1, 30))
def test_spread_labels_keep_apart_and_inside(wanted: list[float], gap: float) -> None:
    places = spread(wanted, gap, 0, 100)
    least = min(gap, 100 / max(len(wanted) - 1, 1))
    ordered = sorted(places)
    assert all(b - a >= least - 1e-6 for a, b in itertools.pairwise(ordered))
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in places)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    assert [places[index] for index in order] == ordered


def test_spread_leaves_alone_what_fits() -> None:
    assert spread([10, 50, 90], 20, 0, 100) == [10, 50, 90]
    assert spread([40, 42], 20, 0, 100) == [31, 51]
    assert spread([], 20, 0, 100) == []


def test_labels_avoid_lines_and_each_other() -> None:
    inside = Box(0, 0, 400, 300)
    line = [(float(x), 150.0) for x in range(0, 400, 5)]
    free = Surroundings(inside, line, [], [])
    above = place((200, 150), (80, 30), free, above=True)
    below = place((200, 150), (80, 30), free, above=False)
    assert above.bottom < 150 < below.top
    second = place((200, 150), (80, 30), Surroundings(inside, line, [], [above]), above=True)
    assert not second.overlaps(above)
    corner = place((398, 2), (80, 30), free, above=True)
    assert corner.within(inside)


def test_labels_leave_the_band_where_that_costs_little() -> None:
    inside = Box(0, 0, 400, 300)
    band = [(float(x), float(y)) for x in range(0, 400, 6) for y in range(120, 181, 6)]
    box = place((200, 150), (80, 30), Surroundings(inside, [], band, []), above=True)
    assert box.bottom <= 122


def test_boxes() -> None:
    box = Box(0, 0, 10, 10)
    assert box.overlaps(Box(9, 9, 20, 20))
    assert not box.overlaps(Box(10, 0, 20, 10))
    assert box.holds(5, 5)
    assert not box.holds(10, 5)
    assert box.within(box.grown(1))
    assert not box.grown(1).within(box)
