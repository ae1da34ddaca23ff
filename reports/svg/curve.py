"""Monotone cubic curves: smooth, through every point, and never beyond two neighbours.

Fritsch and Carlson (1980), "Monotone Piecewise Cubic Interpolation".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Point = tuple[float, float]

_LIMIT: Final = 3.0
"""Radius within which the two tangents of a piece keep it monotone."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A cubic Bézier curve between two points."""

    start: Point
    first: Point
    second: Point
    end: Point

    def at(self, fraction: float) -> Point:
        """Return the point at a fraction in [0, 1] of the way."""
        left = 1 - fraction
        weights = (left**3, 3 * left**2 * fraction, 3 * left * fraction**2, fraction**3)
        corners = (self.start, self.first, self.second, self.end)
        x, y = (sum(w * c[axis] for w, c in zip(weights, corners, strict=True)) for axis in (0, 1))
        return x, y

    def reversed(self) -> Piece:
        """Return the same curve, walked backwards."""
        return Piece(self.end, self.second, self.first, self.start)


def pieces(points: Sequence[Point]) -> tuple[Piece, ...]:
    """Return the curve through points of increasing x: one piece fewer than points."""
    if len(points) < 2:
        return ()
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points)]
    tangents = _tangents(slopes)
    rows = zip(pairwise(points), pairwise(tangents), strict=True)
    return tuple(_piece(*ends, *steep) for ends, steep in rows)


def sampled(points: Sequence[Point], steps: int = 12) -> tuple[Point, ...]:
    """Return points along the curve, ``steps`` a piece, both ends included."""
    along = [piece.at(step / steps) for piece in pieces(points) for step in range(steps)]
    return (*along, points[-1]) if points else ()


def path(points: Sequence[Point]) -> str:
    """Return SVG path data of the curve."""
    return f"M{_pair(points[0])}" + _cubics(pieces(points))


def area(upper: Sequence[Point], lower: Sequence[Point]) -> str:
    """Return SVG path data of what lies between two curves over the same x."""
    back = [piece.reversed() for piece in reversed(pieces(lower))]
    return f"{path(upper)}L{_pair(lower[-1])}{_cubics(back)}Z"


def number(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _cubics(curve: Sequence[Piece]) -> str:
    return "".join(f"C{_pair(p.first)} {_pair(p.second)} {_pair(p.end)}" for p in curve)


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _piece(start: Point, end: Point, leaving: float, arriving: float) -> Piece:
    third = (end[0] - start[0]) / 3
    first = (start[0] + third, start[1] + leaving * third)
    second = (end[0] - third, end[1] - arriving * third)
    return Piece(start, first, second, end)


def _tangents(slopes: Sequence[float]) -> list[float]:
    inner = [0.0 if a * b <= 0 else (a + b) / 2 for a, b in pairwise(slopes)]
    tangents = [slopes[0], *inner, slopes[-1]]
    for index, slope in enumerate(slopes):
        tangents[index], tangents[index + 1] = _limited(slope, tangents[index], tangents[index + 1])
    return tangents


def _limited(slope: float, leaving: float, arriving: float) -> tuple[float, float]:
    if slope == 0:
        return 0.0, 0.0
    radius = math.hypot(leaving / slope, arriving / slope)
    scale = min(1.0, _LIMIT / radius) if radius else 1.0
    return leaving * scale, arriving * scale
