"""From the labels of any model to predictions in the nine emotions, or in sentiments only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.emotion import EMOTIONS, VALENCES, Emotion, Sentiment
from classifiers.errors import ClassificationFailed
from classifiers.label_maps import LabelMap, map_for
from classifiers.prediction import Prediction

Array = NDArray[Any]

LEAST_MASS: Final = 1e-6
"""Below this, the labels that have a class say nothing, and every class is equally likely."""


@dataclass(frozen=True)
class Projection:
    """Reads the rows of a model's label probabilities.

    Attributes:
        labels: The model's labels, in the order of its columns.
        multi_label: Each label has a probability of its own; otherwise a row sums to 1.
        label_map: What each label means.
    """

    labels: tuple[str, ...]
    multi_label: bool
    label_map: LabelMap

    @classmethod
    def of(
        cls, labels: Sequence[str], *, multi_label: bool = False, name: str | None = None
    ) -> Projection:
        """Find what some labels mean.

        Args:
            labels: The model's labels.
            multi_label: Each label has a probability of its own.
            name: A label map, as ``map_for`` takes it; without one, the only map that fits.

        Raises:
            LabelMapError: No map fits, several do, or the one that is named lacks a label.
        """
        chosen = map_for(name, labels)
        chosen.classes_of(labels)
        return cls(tuple(labels), multi_label, chosen)

    @cached_property
    def emotions(self) -> tuple[Emotion, ...]:
        """The emotions that some label leads to; none where the labels are sentiments."""
        if self.label_map.is_sentiment:
            return ()
        reached = self.label_map.classes_of(self.labels)
        return tuple(emotion for emotion in EMOTIONS if emotion in reached)

    def predictions(self, rows: Array, languages: Sequence[str], model: str) -> list[Prediction]:
        """Return a prediction a row.

        Args:
            rows: Probabilities in [0, 1] of shape (texts, labels).
            languages: The language of each text.
            model: The backend and its version.

        Raises:
            ClassificationFailed: The rows have another shape, or hold what is no probability.
        """
        rows = np.asarray(rows, np.float64)
        if rows.shape != (len(languages), len(self.labels)):
            msg = (
                f"{model} answered with an array of shape {rows.shape} instead of "
                f"{(len(languages), len(self.labels))}"
            )
            raise ClassificationFailed(msg)
        if not np.isfinite(rows).all() or rows.min(initial=0) < 0 or rows.max(initial=0) > 1.001:
            msg = f"{model} answered with numbers that are no probabilities"
            raise ClassificationFailed(msg)
        if self.label_map.is_sentiment:
            return self._sentiments(rows, languages, model)
        return self._emotions(rows, languages, model)

    def _emotions(self, rows: Array, languages: Sequence[str], model: str) -> list[Prediction]:
        masses = np.stack([self._mass(rows, emotion) for emotion in self.emotions], axis=1)
        sums = masses.sum(axis=1, keepdims=True)
        even = np.full_like(masses, 1 / len(self.emotions))
        shares = np.where(sums > LEAST_MASS, masses / np.maximum(sums, LEAST_MASS), even)
        valences = shares @ np.array([VALENCES[emotion] for emotion in self.emotions])
        return [
            Prediction.of(
                dict(zip(self.emotions, row, strict=True)),
                valence=valence,
                language=language,
                model=model,
            )
            for row, valence, language in zip(
                shares.tolist(), valences.tolist(), languages, strict=True
            )
        ]

    def _sentiments(self, rows: Array, languages: Sequence[str], model: str) -> list[Prediction]:
        pleasant, unpleasant = (
            self._mass(rows, side) for side in (Sentiment.POSITIVE, Sentiment.NEGATIVE)
        )
        valences = np.clip(pleasant - unpleasant, -1, 1).tolist()
        return [
            Prediction.of({}, valence=valence, language=language, model=model)
            for valence, language in zip(valences, languages, strict=True)
        ]

    def _mass(self, rows: Array, name: Emotion | Sentiment) -> Array:
        """Return how much speaks for a class, of shape (texts,).

        Labels that exclude each other are added. Labels with a probability of their own count as
        independent: one of them is enough. Where no label of several applies, that speaks for
        the neutral class if there is one.
        """
        columns = [
            index for index, label in enumerate(self.labels) if self.label_map.table[label] == name
        ]
        if not self.multi_label:
            return np.asarray(rows[:, columns].sum(axis=1))
        mass = 1 - np.prod(1 - rows[:, columns], axis=1)
        if name == Emotion.NEUTRAL:
            mass = np.maximum(mass, np.prod(1 - rows, axis=1))
        return np.asarray(mass)
