"""What a classifier says of one message."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from classifiers.emotion import EMOTIONS, Emotion, Sentiment, sentiment_of

SUM_TOLERANCE: Final = 1e-3
"""How far the known probabilities may be from summing to 1 (they are stored as float32)."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A probability for each emotion that the backend knows, and a valence.

    Attributes:
        probabilities: Nine values in the order of ``EMOTIONS``. Known classes lie in [0, 1] and
            sum to 1; a class that the backend cannot see is NaN (absent, not zero). A backend
            that knows sentiments only leaves all nine absent.
        valence: How pleasant the message is, in [-1, 1].
        language: ISO 639-1 code, or ``und``.
        model: The backend and its version, such as ``lexicon@1``.
    """

    probabilities: tuple[float, ...]
    valence: float
    language: str
    model: str

    @classmethod
    def of(
        cls, probabilities: Mapping[Emotion, float], *, valence: float, language: str, model: str
    ) -> Prediction:
        """Build a checked prediction from the classes that a backend knows, none at all included.

        Raises:
            ValueError: The probabilities do not sum to 1, or a value is out of its range.
        """
        known = probabilities.values()
        if known and (min(known) < 0 or abs(sum(known) - 1) > SUM_TOLERANCE):
            msg = f"probabilities must be non-negative and sum to 1, not {dict(probabilities)}"
            raise ValueError(msg)
        if not -1 <= valence <= 1:
            msg = f"valence must lie in [-1, 1], not {valence}"
            raise ValueError(msg)
        vector = tuple(probabilities.get(emotion, math.nan) for emotion in EMOTIONS)
        return cls(vector, valence, language, model)

    def __reduce__(self) -> tuple[type[Prediction], tuple[tuple[float, ...], float, str, str]]:
        # Predictions cross a process boundary by the thousand; the generic way takes four times
        # as long for a frozen dataclass with slots.
        return Prediction, (self.probabilities, self.valence, self.language, self.model)

    @property
    def labels(self) -> tuple[Emotion, ...]:
        """The classes that the backend knows, in canonical order."""
        return tuple(self.as_mapping())

    def as_mapping(self) -> dict[Emotion, float]:
        """Return the probability of each known class, in canonical order."""
        pairs = zip(EMOTIONS, self.probabilities, strict=True)
        return {emotion: value for emotion, value in pairs if not math.isnan(value)}

    @property
    def label(self) -> Emotion | None:
        """The most probable class (the first in canonical order when two are equal).

        ``None`` where the backend knows sentiments only.
        """
        known = self.as_mapping()
        return max(known, key=known.__getitem__, default=None)

    @property
    def confidence(self) -> float:
        """The probability of ``label``; 0 where the backend knows sentiments only."""
        return max(self.as_mapping().values(), default=0.0)

    @property
    def sentiment(self) -> Sentiment:
        """The polarity that follows from the valence."""
        return sentiment_of(self.valence)
