"""Labelled texts, whatever they were read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what people said of it.

    Attributes:
        text: As it was written.
        labels: One label, or several in a multi-label set; distinct, in the order of the source.
    """

    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named set of examples.

    Attributes:
        name: The set, such as ``kote``.
        labels: Every label that occurs, in alphabetical order.
        multi_label: Whether an example may carry several labels.
        splits: Examples by part: ``train``, ``dev``, ``test``; a part may be absent.
    """

    name: str
    labels: tuple[str, ...]
    multi_label: bool
    splits: Mapping[str, tuple[Example, ...]]

    @classmethod
    def of(cls, name: str, splits: Mapping[str, Sequence[Example]]) -> Dataset:
        """Collect parts into a set; labels and ``multi_label`` follow from the examples."""
        kept = {split: tuple(examples) for split, examples in splits.items()}
        everything = [example for examples in kept.values() for example in examples]
        several = any(len(example.labels) > 1 for example in everything)
        return cls(name, labels_of(everything), several, kept)


def labels_of(examples: Iterable[Example]) -> tuple[str, ...]:
    """Return every label that occurs in some examples, in alphabetical order."""
    return tuple(sorted({label for example in examples for label in example.labels}))
