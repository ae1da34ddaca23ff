"""How many messages a second of one core, everything included."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from judging.contenders import Batches, Contender

SIZES: Final[Mapping[str, int]] = {"one_by_one": 1, "in_batches": 64}
"""How many messages are handed over at once."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians over the repetitions.

    Attributes:
        rate: Messages a CPU second.
        ratio: That rate by the reference's in the same repetition.
    """

    rate: float
    ratio: float


def speeds(
    contenders: Sequence[Contender],
    lines: Sequence[str],
    *,
    before: Sequence[str],
    repetitions: int,
    reference: str,
) -> dict[str, dict[str, Speed]]:
    """Return the speed by contender and by name in ``SIZES``.

    In each repetition everyone has a turn, in another order each time, so that a busy machine
    hits all alike. For each turn a contender is made anew and judges other lines first: what it
    loads late and what it remembers of usual words is there then, but none of the lines that
    count has been seen. CPU seconds count, of all threads together.

    Args:
        contenders: Among them the reference.
        lines: What is judged.
        before: What is judged first, without being counted.
        repetitions: At least one.
        reference: The name of the contender that ratios are taken against.
    """
    taken: dict[tuple[str, str], list[float]] = {}
    for repetition in range(repetitions):
        first = repetition % len(contenders)
        for contender in [*contenders[first:], *contenders[:first]]:
            for mode, size in SIZES.items():
                seconds = _seconds(contender, _batches(before, size), _batches(lines, size))
                taken.setdefault((contender.name, mode), []).append(seconds)
    return {
        each.name: {
            mode: _speed(len(lines), taken[each.name, mode], taken[reference, mode])
            for mode in SIZES
        }
        for each in contenders
    }


def _seconds(contender: Contender, before: Batches, batches: Batches) -> float:
    with contender.opened() as judge:
        judge(before)
        gc.collect()
        begin = time.process_time()
        judge(batches)
        return time.process_time() - begin


def _batches(lines: Sequence[str], size: int) -> Batches:
    return [lines[start : start + size] for start in range(0, len(lines), size)]


def _speed(count: int, seconds: Sequence[float], reference: Sequence[float]) -> Speed:
    ratios = [theirs / mine for mine, theirs in zip(seconds, reference, strict=True)]
    return Speed(count / statistics.median(seconds), statistics.median(ratios))
