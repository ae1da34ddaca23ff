"""An evaluation as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from classifiers.evaluation.bags import COUNTED
from classifiers.evaluation.comparison import Comparison
from classifiers.evaluation.metrics import Confusion, Evaluation
from classifiers.evaluation.robustness import Survival

DIGITS: Final = 6
"""Decimals of the figures in JSON."""

ABSENT: Final = "-"


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return the figures as JSON values; what could not be measured is ``None``.

    The keys are the attributes of ``Evaluation``, and below them those of ``ClassFigures``,
    ``LanguageFigures`` and ``Confusion``.
    """
    rounded: dict[str, Any] = _rounded(asdict(evaluation))
    return rounded


def comparison_as_json(name: str, evaluation: Evaluation, comparison: Comparison) -> dict[str, Any]:
    """Return the other backend's name, its figures and the comparison as JSON values."""
    return {
        "backend": name,
        **_rounded(asdict(comparison)),
        "figures": as_json(evaluation),
    }


def as_text(evaluation: Evaluation) -> str:
    """Return the figures as text for a terminal with a fixed-width font."""
    blocks = [
        _summary(evaluation),
        _table(
            ["class", "precision", "recall", "f1", "support", "ece", "auc"], _classes(evaluation)
        ),
        _table(["language", "n", "accuracy", "macro-F1", "recall", "ece"], _languages(evaluation)),
    ]
    if evaluation.confusion is not None:
        blocks.append(confusion_as_text(evaluation.confusion))
    return "\n\n".join(blocks)


def comparison_as_text(name: str, comparison: Comparison) -> str:
    """Return the comparison with another backend in three lines."""
    rivals = f"only this one right: {comparison.only_first}, only {name}: {comparison.only_second}"
    interval = f"[{comparison.low:+.3f}, {comparison.high:+.3f}]"
    accuracy, macro_f1 = comparison.accuracy_difference, comparison.macro_f1_difference
    return "\n".join(
        [
            f"against {name}",
            f"  accuracy {accuracy:+.3f}, McNemar p = {comparison.p_value:.2g} ({rivals})",
            f"  macro-F1 {macro_f1:+.3f} {interval} (95 %, paired bootstrap)",
        ]
    )


def survival_as_json(survival: Survival) -> dict[str, Any]:
    """Return the shares of verdicts that survive as JSON values."""
    survived: dict[str, Any] = _rounded(asdict(survival))
    return {"overall": _rounded(survival.overall), **survived}


def survival_as_text(survival: Survival) -> str:
    """Return the shares of verdicts that survive, a line a disturbance."""
    rows = [
        [name, str(survival.counts[name]), _figure(share)]
        for name, share in survival.shares.items()
    ]
    rows.append(["overall", str(sum(survival.counts.values())), _figure(survival.overall)])
    return _table(["disturbance", "texts", "survived"], rows)


def shares_as_json(errors: Mapping[str, float]) -> dict[str, float]:
    """Return the mean absolute errors of estimated shares as JSON values."""
    return {name: round(error, DIGITS) for name, error in errors.items()}


def shares_as_text(errors: Mapping[str, float]) -> str:
    """Return the mean absolute errors of estimated shares, and how much less than counting."""
    counted = errors[COUNTED]
    rows = [
        [
            name.replace("_", " "),
            _figure(error),
            ABSENT if name == COUNTED or not counted else f"{1 - error / counted:+.0%}",
        ]
        for name, error in errors.items()
    ]
    return _table(["shares in shifted bags", "error", "less than counting"], rows)


def confusion_as_text(confusion: Confusion) -> str:
    """Return the matrix with a row for what people said, a column for what the classifier said."""
    head = ["people \\ verdict", *(name[:9] for name in confusion.labels)]
    rows = zip(confusion.labels, confusion.matrix, strict=True)
    return _table(head, [[name, *map(str, counts)] for name, counts in rows])


def _summary(evaluation: Evaluation) -> str:
    figures = (
        ("texts", str(evaluation.n)),
        ("accuracy" if evaluation.confusion else "all labels", _figure(evaluation.accuracy)),
        ("macro-F1", _figure(evaluation.macro_f1)),
        ("macro-recall", _figure(evaluation.macro_recall)),
        ("micro-F1", _figure(evaluation.micro_f1)),
        ("weighted F1", _figure(evaluation.weighted_f1)),
        ("ECE, verdicts", _figure(evaluation.ece)),
        ("ECE, classes", _figure(evaluation.class_ece)),
        ("AUC", _figure(evaluation.auc)),
        ("messages/s", f"{evaluation.messages_per_second:,.0f}"),
    )
    return "\n".join(f"{name:<14}{value:>8}" for name, value in figures)


def _classes(evaluation: Evaluation) -> list[list[str]]:
    rows = []
    for name, each in evaluation.per_class.items():
        quality = map(_figure, (each.precision, each.recall, each.f1))
        rows.append([name, *quality, str(each.support), _figure(each.ece), _figure(each.auc)])
    return rows


def _languages(evaluation: Evaluation) -> list[list[str]]:
    rows = []
    for code, each in evaluation.per_language.items():
        quality = (each.accuracy, each.macro_f1, each.macro_recall, each.ece)
        rows.append([code, str(each.n), *map(_figure, quality)])
    return rows


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(_row(line, widths) for line in lines)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers = cells
    aligned = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
    return "  ".join([name.ljust(widths[0]), *aligned])


def _figure(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.3f}"


def _rounded(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
