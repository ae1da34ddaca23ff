"""What the outputs of a model mean: their labels, whether they exclude each other, their map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from classifiers.label_maps import LabelMap, LabelMapError, map_for
from classifiers.projection import Projection

UNNAMED: Final = re.compile(r"(?:LABEL_)?\d+")
MULTI_LABEL: Final = "multi_label_classification"
REGRESSION: Final = "regression"
OWN_MAP: Final = "its own map"


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of a model as its own files name them.

    Attributes:
        labels: In the order of the outputs.
        multi_label: What the files say of it; ``None`` where they say nothing.
        table: The map that came with the model: a class of ours for each label.
        map_name: What that map is called.
    """

    labels: tuple[str, ...]
    multi_label: bool | None = None
    table: Mapping[str, str | None] | None = None
    map_name: str = OWN_MAP


@dataclass(frozen=True, slots=True)
class Naming:
    """What is told of a model's labels beside its own files; it goes before them.

    Attributes:
        label_map: A built-in map or a JSON file, as ``map_for`` takes it.
        multi_label: Each label has a probability of its own.
        labels: Names for a model that only numbers its labels.
    """

    label_map: str | None = None
    multi_label: bool | None = None
    labels: tuple[str, ...] = ()

    def projection(self, outputs: Outputs) -> Projection:
        """Return what the outputs mean.

        Raises:
            LabelMapError: The labels are only numbered, or no map fits them.
        """
        multi_label = outputs.multi_label if self.multi_label is None else self.multi_label
        labels = self._labels(outputs)
        return Projection(labels, bool(multi_label), self._map(labels, outputs))

    def _labels(self, outputs: Outputs) -> tuple[str, ...]:
        if self.labels and is_unnamed(outputs.labels) and len(self.labels) == len(outputs.labels):
            return self.labels
        return outputs.labels

    def _map(self, labels: tuple[str, ...], outputs: Outputs) -> LabelMap:
        if self.label_map is None and outputs.table is not None:
            return _checked(LabelMap.of(outputs.map_name, outputs.table), labels)
        if self.label_map is None and is_unnamed(labels):
            msg = (
                f"the model only numbers its labels ({labels[0]} to {labels[-1]}); say what they "
                f'mean by map=FILE, a JSON file such as {{"{labels[0]}": "joy"}}'
            )
            raise LabelMapError(msg)
        return _checked(map_for(self.label_map, labels), labels)


def is_unnamed(labels: Sequence[str]) -> bool:
    """Tell whether labels are numbers only, such as ``LABEL_0``."""
    return all(map(UNNAMED.fullmatch, labels))


def outputs_of(config: Mapping[str, Any]) -> Outputs:
    """Read the labels in a ``config.json``.

    Raises:
        LabelMapError: The model has one output only, or gives numbers instead of classes.
    """
    names = config.get("id2label") or {}
    count = len(names) or int(config.get("num_labels", 2))
    labels = tuple(str(names.get(str(at), f"LABEL_{at}")) for at in range(count))
    kind = config.get("problem_type")
    if count < 2 or kind == REGRESSION:
        msg = (
            "the model has a single output, a score without classes; choose a model that was "
            "trained for text classification with at least two labels"
        )
        raise LabelMapError(msg)
    if len(set(labels)) < count:
        msg = "two labels of the model have the same name; rename them in id2label of config.json"
        raise LabelMapError(msg)
    return Outputs(labels, None if kind is None else kind == MULTI_LABEL)


def _checked(chosen: LabelMap, labels: Sequence[str]) -> LabelMap:
    chosen.classes_of(labels)
    return chosen
