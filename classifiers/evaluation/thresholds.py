"""From which probability on a label of a multi-label set counts as predicted."""

from __future__ import annotations

from typing import Final

import numpy as np

from classifiers.evaluation.scored import Flags, Scores

DEFAULT: Final = 0.5


def best_thresholds(gold: Flags, scores: Scores) -> Scores:
    """Return for each class the threshold with the highest F1 on these texts, shape (k,).

    It lies halfway between the lowest score that is accepted and the highest that is not. A class
    that never occurs here keeps ``DEFAULT``.

    Args:
        gold: What people said, shape (n, k).
        scores: The probabilities, shape (n, k).
    """
    columns = zip(gold.T, scores.T, strict=True)
    return np.array([_best(happened, claimed) for happened, claimed in columns])


def _best(happened: Flags, claimed: Scores) -> float:
    if not happened.any():
        return DEFAULT
    order = np.argsort(-claimed, kind="stable")
    falling, hits = claimed[order], np.cumsum(happened[order])
    accepted = np.arange(1, len(falling) + 1)
    f1 = 2 * hits / (accepted + hits[-1])
    # Texts of equal score are accepted together or not at all.
    f1[:-1][falling[:-1] == falling[1:]] = -1
    last = int(np.argmax(f1))
    below = falling[last + 1] if last + 1 < len(falling) else 0.0
    return float((falling[last] + below) / 2)
