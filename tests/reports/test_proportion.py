"""Wilson's interval against a solver of its defining equation."""

from __future__ import annotations

import pytest

from reports.proportion import NORMAL_95, wilson


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (3, 10), (10, 10), (1, 3), (57, 120.5)])
def test_the_ends_are_those_that_the_score_test_just_holds(hits: float, count: float) -> None:
    share = hits / count
    low, high = wilson(share, count)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            assert abs(share - end) == pytest.approx(NORMAL_95 * (end * (1 - end) / count) ** 0.5)


def test_few_say_less_than_many() -> None:
    assert wilson(0.5, 10)[1] - wilson(0.5, 10)[0] > wilson(0.5, 1000)[1] - wilson(0.5, 1000)[0]
