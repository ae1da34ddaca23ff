"""The confusion matrix and the reliability diagram as PNG, drawn without a display."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from classifiers.evaluation.calibration import top_label_bins
from classifiers.evaluation.errors import needed
from classifiers.evaluation.metrics import Confusion
from classifiers.evaluation.scored import Scored

DPI: Final = 150
INK: Final = "#1f2933"
BLUE: Final = "#2f6db5"
DARK_SHARE: Final = 0.55
"""Share of a row from which its number is printed in white on the dark cell."""


def draw_confusion(confusion: Confusion, path: Path) -> None:
    """Draw the matrix; a cell is as dark as its share of the row, and shows its count.

    Raises:
        PackageMissing: matplotlib is not installed.
        OSError: The file cannot be written.
    """
    counts = np.array(confusion.matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = _canvas(2.5 + 0.62 * len(counts))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*counts.shape):
        colour = "white" if shares[row, column] > DARK_SHARE else INK
        count = str(counts[row, column])
        axes.text(column, row, count, ha="center", va="center", color=colour, fontsize=8)
    ticks = range(len(confusion.labels))
    axes.set_xticks(ticks, confusion.labels, rotation=45, ha="right")
    axes.set_yticks(ticks, confusion.labels)
    axes.set_xlabel("verdict of the classifier")
    axes.set_ylabel("label given by people")
    figure.savefig(path, dpi=DPI)


def draw_reliability(scored: Scored, path: Path) -> None:
    """Draw claimed probability against observed frequency; a point is a bin of equal mass.

    Raises:
        PackageMissing: matplotlib is not installed.
        OSError: The file cannot be written.
    """
    bins = top_label_bins(scored)
    figure, axes = _canvas(5)
    axes.plot([0, 1], [0, 1], color="#9aa5b1", linestyle="--", linewidth=1, label="perfect")
    claimed = [each.probability for each in bins]
    axes.plot(claimed, [each.frequency for each in bins], "o-", color=BLUE, label="observed")
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set_xlabel("probability claimed")
    axes.set_ylabel("share that was right")
    axes.legend(loc="upper left", frameon=False)
    figure.savefig(path, dpi=DPI)


def _canvas(inches: float) -> tuple[Any, Any]:
    """Return a figure with one pair of axes; no state is shared with other figures."""
    figure = needed("matplotlib.figure").Figure(figsize=(inches, inches), layout="constrained")
    needed("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    return figure, figure.subplots()
