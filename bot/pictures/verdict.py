"""Joining what the words and the pictures of a message say.

Words count ``WORDS`` and all pictures together the rest: what somebody writes says more of their
mood than what they show. A model of pictures often knows fewer classes than the one of texts. What
it cannot see it says nothing of: it only moves probability between the classes that both know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Final

from classifiers.emotion import Emotion
from classifiers.prediction import Prediction

WORDS: Final = 2 / 3
"""The weight of the words where there are both."""

LEAST_MASS: Final = 1e-6
"""Below this, the pictures say nothing of the classes that the words can tell apart."""


def mean_of(pictures: Sequence[Prediction]) -> Prediction:
    """Return the mean of what one model says of one or more pictures."""
    first = pictures[0]
    shares = {
        emotion: fmean(each.as_mapping()[emotion] for each in pictures) for emotion in first.labels
    }
    valence = fmean(each.valence for each in pictures)
    return Prediction.of(shares, valence=valence, language=first.language, model=first.model)


def joined(words: Prediction | None, pictures: Prediction) -> Prediction:
    """Return the verdict on a message; without words it is that of the pictures.

    Its model names both classifiers, ``WORDS+PICTURES``; its language is that of the words.
    """
    if words is None:
        return pictures
    valence = WORDS * words.valence + (1 - WORDS) * pictures.valence
    return Prediction.of(
        _shares(words.as_mapping(), pictures.as_mapping()),
        valence=max(-1.0, min(1.0, valence)),
        language=words.language,
        model=f"{words.model}+{pictures.model}",
    )


def _shares(
    said: Mapping[Emotion, float], shown: Mapping[Emotion, float]
) -> Mapping[Emotion, float]:
    if not said:
        return shown
    both = {emotion: share for emotion, share in shown.items() if emotion in said}
    mass = sum(both.values())
    if mass < LEAST_MASS:
        return said
    movable = sum(said[emotion] for emotion in both)
    moved = {
        emotion: WORDS * said[emotion] + (1 - WORDS) * movable * share / mass
        for emotion, share in both.items()
    }
    return {**said, **moved}
