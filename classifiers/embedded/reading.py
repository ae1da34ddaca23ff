"""From the scores of the heads to probabilities and a valence, a batch at a time."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.emotion import EMOTIONS, VALENCES, Emotion

Floats = NDArray[np.float32]

MARGIN: Final = np.float32(0.2)
"""How much more likely one side must be than the other before a valence leaves zero: without it
hardly a message would be neutral (chosen on dev parts, see docs/research-log.md)."""

PLEASANTNESS: Final = np.array([VALENCES[emotion] for emotion in EMOTIONS], np.float32)
"""How pleasant each emotion is, in canonical order. The valence is the mean of this, under the
emotions' probabilities, and of what its own head says: the head alone calls a sad line in Korean
pleasant, as reviewers of films do."""

NEUTRAL_AT: Final = EMOTIONS.index(Emotion.NEUTRAL)


def valences(scores: Floats, emotions: Floats) -> Floats:
    """Return float32[n] in [-1, 1].

    Args:
        scores: float32[n, 3], of the head of valence.
        emotions: float32[n, 9], the probabilities of the emotions.
    """
    return as_floats((valence_of(softmax(scores)) + emotions @ PLEASANTNESS) / 2)


def doubted(judged: Floats, trust: Floats) -> None:
    """Move, in place, what is not trusted to the neutral class.

    Args:
        judged: float32[n, 10], the probabilities of the emotions, then the valence.
        trust: float32[n] in [0, 1].
    """
    judged *= trust[:, None]
    judged[:, NEUTRAL_AT] += 1 - trust


def valence_of(chances: Floats) -> Floats:
    """Return float32[n] in [-1, 1] for float32[n, 3], the probabilities of ``SENTIMENTS``.

    The lead of one side over the other, less ``MARGIN``, stretched so that certainty is 1.
    """
    lead: Floats = chances[:, 2] - chances[:, 0]
    lead -= np.minimum(np.maximum(lead, -MARGIN), MARGIN)
    lead /= 1 - MARGIN
    return lead


def calibrated(scores: Floats, temperatures: Floats, doubts: Floats) -> Floats:
    """Return float32[n, classes], probabilities for scores of that shape.

    Args:
        scores: float32[n, classes].
        temperatures: float32[n, 1], the scores are divided by them.
        doubts: float32[n, 1], shares that are spread evenly over the classes.
    """
    chances = softmax(scores / temperatures)
    chances *= 1 - doubts
    chances += doubts / np.float32(scores.shape[1])
    return chances


def softmax(scores: Floats) -> Floats:
    """Return float32 probabilities over the last axis of float32 scores."""
    raised: Floats = scores - np.maximum.reduce(scores, axis=1, keepdims=True)
    np.exp(raised, out=raised)
    raised /= np.add.reduce(raised, axis=1, keepdims=True)
    return raised


def logistic(scores: Floats) -> Floats:
    """Return a probability for each score."""
    return as_floats(1 / (1 + np.exp(-np.clip(scores, -30, 30))))


def as_floats(values: NDArray[Any]) -> Floats:
    """Return values as 32-bit floats."""
    return values.astype(np.float32, copy=False)
