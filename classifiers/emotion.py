"""The nine emotions, the three sentiments, and how other taxonomies map onto them.

The nine are Ekman's six and neutral, joined with the six of the Korean emotional dialogue
corpus (anger, sadness, anxiety, hurt, embarrassment, joy).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Emotion(StrEnum):
    """One of the nine classes that every part of the project speaks of."""

    ANGER = "anger"
    DISGUST = "disgust"
    FEAR = "fear"
    JOY = "joy"
    SADNESS = "sadness"
    SURPRISE = "surprise"
    HURT = "hurt"
    EMBARRASSMENT = "embarrassment"
    NEUTRAL = "neutral"


EMOTIONS: Final[tuple[Emotion, ...]] = tuple(Emotion)
"""Canonical order: the order of every vector of nine probabilities, in memory and stored."""


VALENCES: Final[Mapping[Emotion, float]] = MappingProxyType(
    {
        Emotion.ANGER: -0.8,
        Emotion.DISGUST: -0.8,
        Emotion.FEAR: -0.6,
        Emotion.JOY: 0.9,
        Emotion.SADNESS: -0.7,
        Emotion.SURPRISE: 0.1,
        Emotion.HURT: -0.75,
        Emotion.EMBARRASSMENT: -0.4,
        Emotion.NEUTRAL: 0.0,
    }
)
"""How pleasant each emotion is, in the order that the circumplex model of affect (Russell 1980)
gives them."""


class Sentiment(StrEnum):
    """The polarity of a message."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


SENTIMENT_THRESHOLD: Final = 0.05
"""Valence beyond which a message counts as positive or negative (VADER's published threshold)."""


def sentiment_of(valence: float) -> Sentiment:
    """Return the sentiment of a valence in [-1, 1]."""
    if valence >= SENTIMENT_THRESHOLD:
        return Sentiment.POSITIVE
    if valence <= -SENTIMENT_THRESHOLD:
        return Sentiment.NEGATIVE
    return Sentiment.NEUTRAL


EKMAN_PROJECTION: Final[Mapping[Emotion, Emotion]] = MappingProxyType(
    {Emotion.HURT: Emotion.SADNESS, Emotion.EMBARRASSMENT: Emotion.SURPRISE}
)
"""From the nine to Ekman's six and neutral; emotions not named stay themselves."""

KOREAN_SIX_PROJECTION: Final[Mapping[Emotion, Emotion | None]] = MappingProxyType(
    {
        Emotion.DISGUST: Emotion.ANGER,
        Emotion.SURPRISE: Emotion.EMBARRASSMENT,
        Emotion.NEUTRAL: None,
    }
)
"""From the nine to the six of the Korean emotional dialogue corpus; ``None`` has no counterpart."""
