"""What a backend may offer beside the nine emotions: label sets of public data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from classifiers.classifier import Classifier
from classifiers.errors import InvalidOption


@dataclass(frozen=True, slots=True)
class Head:
    """A label set that a backend can speak of.

    Attributes:
        name: The data set that it was learnt from, such as ``goemotions`` or ``nsmc``.
        labels: Its labels, in the order of the columns that ``classify_head`` returns.
        multi_label: Each label has a probability of its own; otherwise a row sums to 1.
    """

    name: str
    labels: tuple[str, ...]
    multi_label: bool = False


@runtime_checkable
class HeadedClassifier(Protocol):
    """A classifier with further heads; optional, as ``Explainer`` is."""

    def heads(self) -> Mapping[str, Head]:
        """Return every head by its name; may be asked before ``start``."""
        ...

    async def classify_head(self, name: str, texts: Sequence[str]) -> NDArray[Any]:
        """Return the probabilities of a head: floats of shape (texts, labels of the head).

        At most ``info.max_batch`` texts a call; ``name`` is one of ``heads()``.

        Raises:
            ClassificationFailed: The batch could not be classified.
        """
        ...


def head_of(classifier: Classifier, name: str) -> tuple[HeadedClassifier, Head]:
    """Return the classifier as one with heads, and the head of that name.

    Raises:
        InvalidOption: The backend has no such head.
    """
    heads = classifier.heads() if isinstance(classifier, HeadedClassifier) else {}
    if not isinstance(classifier, HeadedClassifier) or name not in heads:
        known = f"it has: {', '.join(heads)}" if heads else "it has no heads beside the emotions"
        msg = f"{classifier.info.name} has no head called {name!r}; {known}"
        raise InvalidOption(msg)
    return classifier, heads[name]
