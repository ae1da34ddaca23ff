"""Where a label fits beside a point without covering what matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from reports.bootstrap import Floats
from reports.svg.canvas import Box
from reports.svg.curve import Point

_STEPS: Final = (20.0, 32.0, 46.0, 62.0, 80.0, 100.0, 124.0, 150.0)
_SHIFTS: Final = (0.0, -0.3, 0.3, -0.6, 0.6, -0.9, 0.9, -1.2, 1.2)
_ON_LINE: Final = 400.0
_ON_BAND: Final = 1.5
_ON_TEXT: Final = 100_000.0
_WRONG_SIDE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is drawn already.

    Attributes:
        inside: Labels stay in here.
        line: Points closely along everything that should stay visible.
        band: Points spread over what may be covered, though it is nicer not to.
        taken: Boxes of labels and marks, never covered where that can be avoided.
    """

    inside: Box
    line: Sequence[Point]
    band: Sequence[Point]
    taken: Sequence[Box]


def place(point: Point, size: tuple[float, float], around: Surroundings, *, above: bool) -> Box:
    """Return the best box for a label of a (width, height), preferably above its point or below."""
    left, top = _candidates(point, size, around.inside)
    boxes = np.stack([left, top, left + size[0], top + size[1]])
    cost = _effort(boxes, point, above)
    cost += _ON_LINE * _covered(boxes, around.line, 5.0)
    cost += _ON_BAND * _covered(boxes, around.band, 0.0)
    cost += _ON_TEXT * sum(_overlapping(boxes, box.grown(4)) for box in around.taken)
    best = boxes[:, int(np.argmin(cost))]
    return Box(*(float(edge) for edge in best))


def _candidates(point: Point, size: tuple[float, float], inside: Box) -> tuple[Floats, Floats]:
    """Return left and top of the places to try, float64[c] each."""
    width, height = size
    shifts, steps = np.array(_SHIFTS), np.array(_STEPS)
    left = np.clip(point[0] + (shifts - 0.5) * width, inside.left, inside.right - width)
    tops = np.concatenate([point[1] - steps - height, point[1] + steps])
    top = np.clip(tops, inside.top, inside.bottom - height)
    return np.repeat(left, len(top)), np.tile(top, len(left))


def _covered(boxes: Floats, points: Sequence[Point], margin: float) -> Floats:
    """Return how many points each box covers, float64[c]."""
    at = np.array(points, dtype=np.float64).reshape(-1, 2)
    left, top, right, bottom = boxes[:, :, None] + np.array([-1, -1, 1, 1])[:, None, None] * margin
    x, y = at[:, 0], at[:, 1]
    inside = (x > left) & (x < right) & (y > top) & (y < bottom)
    return np.asarray(inside.sum(axis=1), dtype=np.float64)


def _overlapping(boxes: Floats, other: Box) -> Floats:
    left, top, right, bottom = boxes
    apart = (right <= other.left) | (left >= other.right)
    apart |= (bottom <= other.top) | (top >= other.bottom)
    return np.asarray(~apart, dtype=np.float64)


def _effort(boxes: Floats, point: Point, above: bool) -> Floats:
    """Return how far labels lie off, with a charge for the side that is not preferred."""
    x, y = (boxes[0] + boxes[2]) / 2, (boxes[1] + boxes[3]) / 2
    wrong = (y > point[1]) == above
    effort: Floats = np.abs(x - point[0]) * 0.6 + np.abs(y - point[1]) + _WRONG_SIDE * wrong
    return effort
