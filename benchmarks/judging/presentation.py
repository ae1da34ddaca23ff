"""The figures as a table and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from classifiers.evaluation import Evaluation
from judging.contenders import VADER
from judging.cost import Cost
from judging.footprint import Footprint
from judging.speed import SIZES, Speed

LEAST_SHARE: Final = 0.05
"""Of a set's lines, for a language to have a column of its own."""

SPEED_HEADINGS: Final = ("one by one", "ratio", "64 at once", "ratio")
COST_HEADINGS: Final = ("start s", "MB")
ABSENT: Final = "-"


@dataclass(frozen=True, slots=True)
class Result:
    """All that was measured.

    Attributes:
        lines: How many lines were judged for the time.
        repetitions: How often the time was taken.
        sizes: How many lines each set has.
        speed: By contender and by name in ``SIZES``.
        quality: By contender and set.
        cost: By contender, of those that are backends.
        embedded: What the weights cost, if that could be measured.
        skipped: What is missing, and why.
    """

    lines: int
    repetitions: int
    sizes: Mapping[str, int]
    speed: Mapping[str, Mapping[str, Speed]]
    quality: Mapping[str, Mapping[str, Evaluation]]
    cost: Mapping[str, Cost]
    embedded: Footprint | None
    skipped: Sequence[str]


def as_json(result: Result) -> dict[str, Any]:
    """Return the figures; those of quality are called as ``nunchi evaluate --json`` calls them."""
    return {
        "lines": result.lines,
        "repetitions": result.repetitions,
        "sets": dict(result.sizes),
        "reference": VADER,
        "contenders": {
            name: {
                **{mode: asdict(figures) for mode, figures in speed.items()},
                "quality": {
                    each: _rated(evaluation)
                    for each, evaluation in result.quality.get(name, {}).items()
                },
                "cost": asdict(result.cost[name]) if name in result.cost else None,
            }
            for name, speed in result.speed.items()
        },
        "embedded": None if result.embedded is None else asdict(result.embedded),
        "skipped": list(result.skipped),
    }


def as_text(result: Result) -> str:
    """Return the table, what the weights cost, and what is missing."""
    sets = ", ".join(f"{name} ({size} lines)" for name, size in result.sizes.items())
    timed = f"{result.lines} of them, median of {result.repetitions}, ratio to {VADER}"
    head = [f"macro-F1 on {sets}", f"messages a CPU second on {timed}", ""]
    return "\n".join([*head, *_table(_rows(result)), *_cost(result.embedded), *_missing(result)])


def _rated(evaluation: Evaluation) -> dict[str, Any]:
    languages = {
        name: {"n": each.n, "macro_f1": each.macro_f1}
        for name, each in evaluation.per_language.items()
    }
    return {"n": evaluation.n, "macro_f1": evaluation.macro_f1, "per_language": languages}


def _rows(result: Result) -> list[list[str]]:
    columns = _columns(result)
    rows = [
        [
            "",
            *SPEED_HEADINGS,
            *COST_HEADINGS,
            *(" ".join(filter(None, column)) for column in columns),
        ]
    ]
    for name, speed in result.speed.items():
        row = [name]
        for mode in SIZES:
            row += [f"{speed[mode].rate:,.0f}", f"{speed[mode].ratio:.3f}"]
        cost = result.cost.get(name)
        row += [f"{cost.start_seconds:.1f}", f"{cost.resident_mb:.0f}"] if cost else [ABSENT] * 2
        rated = result.quality.get(name, {})
        row += [_figure(rated.get(each), language) for each, language in columns]
        rows.append(row)
    # Only the name of a file, for its folders would make the table wide.
    rows[0] = [Path(heading).name for heading in rows[0]]
    return rows


def _columns(result: Result) -> list[tuple[str, str]]:
    """Return set and language of each column; a set of several languages has one for each too."""
    judged = next(iter(result.quality.values()), {})
    columns = []
    for name, evaluation in judged.items():
        large = [
            language
            for language, figures in evaluation.per_language.items()
            if figures.n >= LEAST_SHARE * evaluation.n
        ]
        columns += [(name, ""), *((name, each) for each in large if len(large) > 1)]
    return columns


def _figure(evaluation: Evaluation | None, language: str) -> str:
    if evaluation is None:
        return ABSENT
    figures = evaluation.per_language[language] if language else evaluation
    return f"{figures.macro_f1:.3f}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *figures in rows:
        aligned = (text.rjust(width) for text, width in zip(figures, widths[1:], strict=True))
        yield "  ".join([name.ljust(widths[0]), *aligned])


def _cost(embedded: Footprint | None) -> Iterator[str]:
    if embedded is not None:
        yield ""
        yield f"{embedded.model}: weights {embedded.weights_mb:.2f} MB"
        yield (
            f"  load {embedded.load_seconds:.3f} s, CPU {embedded.load_cpu_seconds:.3f} s"
            f" (imports {embedded.import_seconds:.3f} s of it)"
        )
        yield (
            f"  resident memory added {embedded.resident_added_mb:.1f} MB"
            f" (imports {embedded.resident_imports_mb:.1f} MB of it)"
        )


def _missing(result: Result) -> Iterator[str]:
    if result.skipped:
        yield ""
        yield from result.skipped
