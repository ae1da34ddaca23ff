"""The learning curves as a PNG, drawn without a display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifiers.evaluation.errors import needed

DPI: Final = 150
POINTS: Final = 200
"""Most points of the training loss; each is a mean over its steps."""

INK: Final = "#1f2933"
BLUE: Final = "#2f6db5"
ORANGE: Final = "#c05621"
GREY: Final = "#9aa5b1"


def draw_curves(losses: Sequence[float], history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the loss of training and dev by steps, and below it the dev macro-F1.

    A line from top to bottom marks where a stage begins.

    Args:
        losses: The mean loss of each step.
        history: ``stage``, ``steps``, ``dev_loss`` and ``dev_macro_f1`` after each epoch.
        path: The file to write.

    Raises:
        PackageMissing: matplotlib is not installed.
        OSError: The file cannot be written.
    """
    figure = needed("matplotlib.figure").Figure(figsize=(7, 6), layout="constrained")
    needed("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True)
    at, means = _thinned(losses)
    ends = [epoch["steps"] for epoch in history]
    above.plot(at, means, color=GREY, linewidth=1, label="training")
    above.plot(ends, [each["dev_loss"] for each in history], "o-", color=BLUE, label="dev")
    above.set_ylabel("loss (nats)")
    above.legend(loc="upper right", frameon=False)
    below.plot(ends, [each["dev_macro_f1"] for each in history], "o-", color=ORANGE)
    below.set(ylim=(0, 1), xlabel="steps", ylabel="macro-F1 on dev")
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.set_xlim(left=0)
    for step, name in _beginnings(history):
        for axes in (above, below):
            axes.axvline(step, color=INK, linestyle=":", linewidth=1)
        below.annotate(
            name, (step, 1), xytext=(3, -10), textcoords="offset points", color=INK, fontsize=8
        )
    figure.savefig(path, dpi=DPI)


def _thinned(losses: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the last step and the mean loss of each piece."""
    pieces = np.array_split(np.asarray(losses), min(POINTS, max(len(losses), 1)))
    ends = np.cumsum([len(piece) for piece in pieces])
    return ends.tolist(), [float(piece.mean()) for piece in pieces if len(piece)]


def _beginnings(history: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """Return the step at which each stage begins, and its name."""
    found: list[tuple[int, str]] = []
    before = 0
    for epoch in history:
        if not found or found[-1][1] != epoch["stage"]:
            found.append((before, epoch["stage"]))
        before = epoch["steps"]
    return found
