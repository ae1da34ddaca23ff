"""What ``nunchi evaluate`` measures, as JSON values and as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.judging_commands import started
from classifiers.classifier import load
from classifiers.correction import ShareCorrection
from classifiers.evaluation import (
    EvaluationError,
    Scored,
    compare,
    judge,
    measure,
    view_for,
)
from classifiers.evaluation.bags import Estimator, prevalence_errors, shifted_bags
from classifiers.evaluation.pictures import draw_confusion, draw_reliability
from classifiers.evaluation.presentation import (
    as_json,
    as_text,
    comparison_as_json,
    comparison_as_text,
    shares_as_json,
    shares_as_text,
    survival_as_json,
    survival_as_text,
)
from classifiers.evaluation.robustness import survival
from classifiers.evaluation.scored import Scores
from classifiers.label_maps import EMOTION_NAMES
from classifiers.training.datasets import Columns, Example
from classifiers.training.datasets.source import chat_lines, read_source

Advance = Callable[[int], None]

CORRECTED: Final = "corrected"
"""The estimate that reports make (EMQ), where the backend knows its own errors."""


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """The options of ``nunchi evaluate``; see there."""

    backend: str
    data: str
    label_map: str | None = None
    text_column: str = "text"
    label_column: str | None = None
    head: str | None = None
    dev: str | None = None
    against: str | None = None
    seed: int = 0
    pictures: Path | None = None
    robustness: bool = False
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, for programs and for people."""

    values: dict[str, Any]
    text: str


async def figures_of(request: EvaluationRequest, advance: Advance) -> Figures:
    """Measure what a request asks for.

    Raises:
        ClassifierError: The data, the map or the backend cannot be used, or a package is missing.
    """
    if request.robustness:
        return await _survival(request)
    columns = Columns(text=request.text_column, label=request.label_column)
    examples = read_source(request.data, columns)
    dev = [] if request.dev is None else read_source(request.dev, columns)
    scored, correction = await _scored(request, examples, dev, advance)
    figures = _measured(scored)
    if request.shares:
        figures = _with_shares(figures, scored, correction, request.seed)
    if request.pictures is not None:
        _draw(scored, request.pictures)
    if request.against is None:
        return figures
    rival, _ = await _scored(replace(request, backend=request.against), examples, dev, advance)
    return _compared(request, figures, scored, rival)


async def _scored(
    request: EvaluationRequest,
    examples: Sequence[Example],
    dev: Sequence[Example],
    advance: Advance,
) -> tuple[Scored, ShareCorrection | None]:
    """Return the verdicts, and how the backend corrects shares of the nine emotions."""
    async with started(load(request.backend)) as classifier:
        view = view_for(classifier, examples, request.label_map, request.head)
        scored = await judge(classifier, examples, view, dev=dev, advance=advance)
        return scored, None if request.head else classifier.info.correction


def _measured(scored: Scored) -> Figures:
    evaluation = measure(scored)
    text = as_text(evaluation)
    if scored.dropped:
        text += f"\n\nleft out, for their labels name no single class: {scored.dropped}"
    return Figures(as_json(evaluation), text)


def _compared(
    request: EvaluationRequest, figures: Figures, scored: Scored, rival: Scored
) -> Figures:
    name = request.against or ""
    comparison = compare(scored, rival, seed=request.seed)
    values = comparison_as_json(name, measure(rival), comparison)
    text = f"{figures.text}\n\n{comparison_as_text(name, comparison)}"
    return Figures(figures.values | {"against": values}, text)


def _with_shares(
    figures: Figures, scored: Scored, correction: ShareCorrection | None, seed: int
) -> Figures:
    """Add how far estimated shares are off in bags whose shares are any."""
    estimators: dict[str, Estimator] = {}
    if correction is not None and correction.usable and scored.classes == EMOTION_NAMES:

        def corrected(rows: Scores) -> Scores:
            return np.asarray(correction.shares(np.full((1, len(rows)), 1 / len(rows)), rows)[0])

        estimators[CORRECTED] = corrected
    errors = prevalence_errors(scored, shifted_bags(scored, seed=seed), estimators)
    text = f"{figures.text}\n\n{shares_as_text(errors)}"
    return Figures(figures.values | {"shares": shares_as_json(errors)}, text)


def _draw(scored: Scored, folder: Path) -> None:
    confusion = measure(scored).confusion
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if confusion is not None:
            draw_confusion(confusion, folder / "confusion.png")
        if scored.scores is not None:
            draw_reliability(scored, folder / "reliability.png")
    except OSError as error:
        msg = f"cannot write pictures to {folder}: {error}"
        raise EvaluationError(msg) from error


async def _survival(request: EvaluationRequest) -> Figures:
    lines = chat_lines(request.data)
    async with started(load(request.backend)) as classifier:
        measured = await survival(classifier, lines, seed=request.seed)
    return Figures(survival_as_json(measured), survival_as_text(measured))
