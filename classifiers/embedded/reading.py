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
"""How pleasant each emotion is, in canonical order. The valence is a mean of this, under the
emotions' probabilities, and of what its own head says: the head alone calls a sad line in Korean
pleasant, as reviewers of films do."""

OWN_WEIGHT: Final = np.float32(0.4)
"""Of the head in that mean."""

TAUGHT: Final = (0.66, 0.14, 0.20)
CHAT: Final = (0.3, 0.4, 0.3)
"""How common the three sentiments are in what their head learnt from (about: six of nine emotions
are unpleasant), and in a chat."""

ODDS: Final[Floats] = np.divide(CHAT, TAUGHT, dtype=np.float32)
"""What turns posteriors under the first into posteriors under the second (Saerens et al. 2002): a
head that learnt from mostly unpleasant lines finds every chat too gloomy."""

NEUTRAL_AT: Final = EMOTIONS.index(Emotion.NEUTRAL)


def valences(scores: Floats, emotions: Floats) -> Floats:
    """Return float32[n] in [-1, 1].

    Args:
        scores: float32[n, 3], of the head of valence.
        emotions: float32[n, 9], the probabilities of the emotions.
    """
    own = valence_of(in_chat(softmax(scores)))
    return as_floats(OWN_WEIGHT * own + (1 - OWN_WEIGHT) * (emotions @ PLEASANTNESS))


def in_chat(chances: Floats) -> Floats:
    """Return float32[n, 3] for chances of that shape: what they are in a chat, by ``ODDS``."""
    moved: Floats = np.multiply(chances, ODDS)
    moved /= np.add.reduce(moved, axis=1, keepdims=True)
    return moved


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
