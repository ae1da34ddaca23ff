"""Points of the curve, cut where nothing may be drawn between them."""

from __future__ import annotations

from collections.abc import Sequence

from reports.report import Point


def segments(points: Sequence[Point]) -> list[list[Point]]:
    """Cut points where a whole day lies between two of them without one."""
    cut: list[list[Point]] = []
    for point in points:
        if cut and point.span.day - cut[-1][-1].span.day <= 1:
            cut[-1].append(point)
        else:
            cut.append([point])
    return cut
