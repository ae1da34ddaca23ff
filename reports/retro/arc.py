"""The arc of one post: sentence by sentence, section by section. It is shown and never kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from classifiers.emotion import Emotion

LEAST: Final = 2
"""A post with fewer sentences has no arc."""

FLAT: Final = 0.2
"""Sections whose means lie closer together than this are not told apart: a few sentences each
say no more."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is estimated of one sentence.

    Attributes:
        section: Key of its section.
        valence: In [-1, 1].
        emotion: The most probable one; ``None`` where the classifier knows sentiments only.
    """

    section: str
    valence: float
    emotion: Emotion | None


@dataclass(frozen=True, slots=True)
class Stage:
    """A section of a post, in the place where it stands.

    Attributes:
        section: Its key.
        sentences: At least one.
    """

    section: str
    sentences: tuple[Sentence, ...]

    @property
    def mood(self) -> float:
        """Return the mean valence."""
        return sum(each.valence for each in self.sentences) / len(self.sentences)

    @property
    def emotion(self) -> Emotion | None:
        """Return the most frequent emotion that is not neutral, else neutral.

        Of equals it is the one on the side of the mean.
        """
        found: dict[Emotion, list[float]] = {}
        for each in self.sentences:
            if each.emotion is not None:
                found.setdefault(each.emotion, []).append(each.valence)
        coloured = {key: moods for key, moods in found.items() if key is not Emotion.NEUTRAL}
        side = math.copysign(1.0, self.mood)

        def weight(key: Emotion) -> tuple[int, float]:
            return len(found[key]), side * sum(found[key])

        return max(coloured or found, key=weight, default=None)


@dataclass(frozen=True, slots=True)
class Arc:
    """A post from its first sentence to its last.

    Attributes:
        form: Key of the form that it follows.
        stages: Its sections in the order of the text; one that returns stands twice.
    """

    form: str
    stages: tuple[Stage, ...]

    @classmethod
    def of(cls, form: str, sentences: list[Sentence]) -> Arc:
        """Return the arc of sentences in their order."""
        runs = groupby(sentences, key=attrgetter("section"))
        return cls(form, tuple(Stage(section, tuple(run)) for section, run in runs))

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Return all sentences in order."""
        return tuple(each for stage in self.stages for each in stage.sentences)

    @property
    def highest(self) -> Stage | None:
        """Return the brightest section, unless all are alike."""
        return max(self.stages, key=attrgetter("mood")) if self._varies else None

    @property
    def lowest(self) -> Stage | None:
        """Return the lowest section, unless all are alike."""
        return min(self.stages, key=attrgetter("mood")) if self._varies else None

    @property
    def _varies(self) -> bool:
        moods = [stage.mood for stage in self.stages]
        return len(moods) > 1 and max(moods) - min(moods) >= FLAT
