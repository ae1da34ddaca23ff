"""The learning curves as PNG, drawn without a display."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

from classifiers.extras import required

DPI: Final = 120
LEARNT: Final = "#2f6db5"
HELD_OUT: Final = "#d1603d"


def drawn_curves(history: Mapping[str, Sequence[float]]) -> bytes:
    """Return a picture of loss and accuracy after each round, on what is learnt and held out.

    Args:
        history: ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy``, a number a round.

    Raises:
        BackendUnavailable: matplotlib is not installed.
    """
    figures = required("matplotlib.figure", "evaluation")
    backend = required("matplotlib.backends.backend_agg", "evaluation")
    figure = figures.Figure(figsize=(9, 3.6), layout="constrained")
    backend.FigureCanvasAgg(figure)
    rounds = range(1, len(history["loss"]) + 1)
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        axes.plot(rounds, history[name], "o-", color=LEARNT, label="training part")
        axes.plot(rounds, history[f"val_{name}"], "o-", color=HELD_OUT, label="dev part")
        axes.set_xlabel("round over the data")
        axes.set_title(name)
        axes.set_xticks(list(rounds))
        axes.legend(frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, dpi=DPI, format="png")
    return picture.getvalue()
