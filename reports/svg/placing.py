"""Where a label fits beside a point without covering what matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reports.svg.canvas import Box
from reports.svg.curve import Point

_STEPS: Final = (20.0, 32.0, 46.0, 62.0, 80.0, 100.0, 124.0, 150.0)
_SHIFTS: Final = (0.0, -0.3, 0.3, -0.6, 0.6, -0.9, 0.9, -1.2, 1.2)
_ON_LINE: Final = 400.0
_ON_TEXT: Final = 100_000.0


def place(
    point: Point,
    size: tuple[float, float],
    inside: Box,
    line: Sequence[Point],
    taken: Iterable[Box],
    *,
    above: bool,
) -> Box:
    """Return the best box for a label.

    Args:
        point: What the label belongs to.
        size: Width and height of the label.
        inside: The label stays in here.
        line: Points closely along everything that should stay visible.
        taken: Boxes of other labels, never covered where that can be avoided.
        above: Which side to prefer.
    """
    boxes = list(taken)

    def cost(candidate: Box) -> float:
        covered = sum(candidate.grown(5).holds(x, y) for x, y in line)
        texts = sum(candidate.grown(4).overlaps(box) for box in boxes)
        return _ON_LINE * covered + _ON_TEXT * texts + _effort(candidate, point, above)

    return min(_candidates(point, size, inside), key=cost)


def _candidates(point: Point, size: tuple[float, float], inside: Box) -> Iterator[Box]:
    width, height = size
    for step in _STEPS:
        for shift in _SHIFTS:
            left = _clamped(point[0] + (shift - 0.5) * width, inside.left, inside.right - width)
            for wanted in (point[1] - step - height, point[1] + step):
                top = _clamped(wanted, inside.top, inside.bottom - height)
                yield Box(left, top, left + width, top + height)


def _effort(box: Box, point: Point, above: bool) -> float:
    """Return how far a label lies off, with a charge for the side that is not preferred."""
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    wrong = (y > point[1]) == above
    return abs(x - point[0]) * 0.6 + abs(y - point[1]) + 60.0 * wrong


def _clamped(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))
