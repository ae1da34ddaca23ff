"""What is asked of a classifier: emotions, sentiments, or the labels of one of its heads.

A view names the classes of a question, reads raw answers batch by batch, and turns them into
probabilities and verdicts over those classes only: a set that knows no ``hurt`` is no test of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import Classifier
from classifiers.emotion import Sentiment, sentiment_of
from classifiers.evaluation.errors import EvaluationError
from classifiers.evaluation.scored import Flags, Scores, one_hot
from classifiers.heads import Head, head_of
from classifiers.label_maps import EMOTION_NAMES, LabelMap, LabelMapError

POLES: Final = (str(Sentiment.NEGATIVE), str(Sentiment.POSITIVE))
FOLDS: Final[Mapping[str, str]] = {
    "hurt": "sadness",
    "embarrassment": "surprise",
    "disgust": "anger",
    "surprise": "embarrassment",
}
"""Where the probability of an emotion goes that a label set does not know: to the class that
``EKMAN_PROJECTION`` and ``KOREAN_SIX_PROJECTION`` name, if the set knows that one; else nowhere."""


class View(Protocol):
    """One question to a classifier."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The possible answers."""
        ...

    def names(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the classes that the labels of an example stand for."""
        ...

    async def ask(self, classifier: Classifier, texts: Sequence[str]) -> NDArray[Any]:
        """Return raw answers, one row a text."""
        ...

    def scores(self, raw: NDArray[Any]) -> Scores | None:
        """Return probabilities of shape (texts, classes), if the answers are such."""
        ...

    def decide(self, raw: NDArray[Any]) -> Flags:
        """Return one verdict a row, shape (texts, classes)."""
        ...


@dataclass(frozen=True, slots=True)
class EmotionView:
    """Which of the emotions that a label set knows?"""

    label_map: LabelMap

    @property
    def classes(self) -> tuple[str, ...]:
        """The emotions that the map reaches."""
        return self.label_map.classes

    def names(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the emotions of some labels."""
        return self.label_map.classes_of(labels)

    async def ask(self, classifier: Classifier, texts: Sequence[str]) -> NDArray[Any]:
        """Return the nine probabilities of each text.

        Raises:
            EvaluationError: The classifier tells no emotions.
        """
        predictions = await classifier.classify(texts)
        if predictions and not any(each.labels for each in predictions):
            msg = (
                f"{classifier.info.model} tells sentiments only: measure it on data whose labels "
                "are sentiments, or whose map leads to them"
            )
            raise EvaluationError(msg)
        return np.array([each.probabilities for each in predictions], dtype=np.float64)

    def scores(self, raw: NDArray[Any]) -> Scores:
        """Fold the nine onto the classes; each row sums to 1."""
        folded = np.nan_to_num(raw) @ _folding(self.classes)
        total = folded.sum(axis=1, keepdims=True)
        even = np.full_like(folded, 1 / len(self.classes))
        return np.asarray(np.divide(folded, total, out=even, where=total > 0))

    def decide(self, raw: NDArray[Any]) -> Flags:
        """Take the most probable class."""
        return one_hot(self.scores(raw).argmax(axis=1), len(self.classes))


@dataclass(frozen=True, slots=True)
class SentimentView:
    """How pleasant? Read from the valence, with the thresholds that the bot uses."""

    label_map: LabelMap

    @property
    def classes(self) -> tuple[str, ...]:
        """The sentiments that the map reaches."""
        return self.label_map.classes

    def names(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the sentiments of some labels."""
        return self.label_map.classes_of(labels)

    async def ask(self, classifier: Classifier, texts: Sequence[str]) -> NDArray[Any]:
        """Return the valence of each text, shape (texts, 1)."""
        predictions = await classifier.classify(texts)
        return np.array([[each.valence] for each in predictions], dtype=np.float64)

    def scores(self, raw: NDArray[Any]) -> Scores | None:
        """Read a valence v as a probability (1 + v) / 2 of the pleasant pole, if there are two."""
        if self.classes != POLES:
            return None
        return np.hstack([1 - raw, 1 + raw]) / 2

    def decide(self, raw: NDArray[Any]) -> Flags:
        """Apply the thresholds; between two poles only the sign counts."""
        if self.classes == POLES:
            return one_hot((raw[:, 0] > 0).astype(np.intp), 2)
        verdicts = [str(sentiment_of(float(value))) for value in raw[:, 0]]
        return np.asarray(np.array(verdicts)[:, None] == np.array(self.classes))


@dataclass(frozen=True, slots=True)
class HeadView:
    """Which labels of a head? With a map, its labels are put together as the map says."""

    head: Head
    label_map: LabelMap | None

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels of the head, or the classes of the map."""
        return self.head.labels if self.label_map is None else self.label_map.classes

    def names(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the labels as they are, or mapped."""
        if self.label_map is not None:
            return self.label_map.classes_of(labels)
        unknown = set(labels) - set(self.head.labels)
        if unknown:
            msg = f"the head {self.head.name!r} does not know: {', '.join(sorted(unknown))}"
            raise LabelMapError(msg)
        return tuple(labels)

    async def ask(self, classifier: Classifier, texts: Sequence[str]) -> NDArray[Any]:
        """Return the probabilities of the head's labels."""
        headed, _ = head_of(classifier, self.head.name)
        return await headed.classify_head(self.head.name, texts)

    def scores(self, raw: NDArray[Any]) -> Scores:
        """Put labels of one class together: the highest counts, or their sum if they exclude."""
        exact = np.asarray(raw, dtype=np.float64)
        if self.label_map is None:
            return exact
        groups = self._groups(self.label_map)
        together: Callable[..., Any] = np.max if self.head.multi_label else np.sum
        return np.stack([together(exact[:, group], axis=1) for group in groups], axis=1)

    def decide(self, raw: NDArray[Any]) -> Flags:
        """Take the most probable class."""
        return one_hot(self.scores(raw).argmax(axis=1), len(self.classes))

    def _groups(self, label_map: LabelMap) -> list[list[int]]:
        reached = [label_map.table.get(label) for label in self.head.labels]
        groups = [[at for at, each in enumerate(reached) if each == name] for name in self.classes]
        if not all(groups):
            msg = f"the map {label_map.name!r} does not fit the head {self.head.name!r}"
            raise LabelMapError(msg)
        return groups


def _folding(classes: Sequence[str]) -> Scores:
    """Return the matrix of shape (9, classes) that moves probabilities to known classes."""
    targets = [name if name in classes else FOLDS.get(name) for name in EMOTION_NAMES]
    return np.array([[float(target == name) for name in classes] for target in targets])
