"""The figures of an evaluation, by scikit-learn's metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifiers.classifier import Classifier
from classifiers.evaluation.calibration import class_errors, top_label_error
from classifiers.evaluation.errors import needed
from classifiers.evaluation.scored import Scored
from classifiers.evaluation.verdicts import Advance, judge, view_for
from classifiers.training.datasets import Dataset, Example


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """The figures of one class; shares in [0, 1].

    Attributes:
        precision: The share of its verdicts that people agree with (0 without verdicts).
        recall: The share of its texts that were found (0 without texts).
        f1: Their harmonic mean.
        support: How many texts people put into it.
        ece: Calibration error of its probability, or ``None`` without probabilities.
        auc: Area under its ROC curve, one against the rest; ``None`` without probabilities or
            when all or none of the texts belong to it.
        threshold: From which probability it counts as predicted; multi-label only.
    """

    precision: float
    recall: float
    f1: float
    support: int
    ece: float | None
    auc: float | None
    threshold: float | None


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """The figures of the texts of one language, as those of the whole."""

    n: int
    accuracy: float
    macro_f1: float
    macro_recall: float
    ece: float | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often people said one class (row) and the classifier another (column)."""

    labels: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured; shares in [0, 1].

    Attributes:
        n: Texts judged.
        accuracy: Share of texts judged exactly as people did, all labels of a text together.
        macro_f1: Mean F1 of the classes that occur in what people said.
        macro_recall: Mean recall of the same classes.
        micro_f1: F1 of all decisions pooled; equals ``accuracy`` with one label a text.
        weighted_f1: Mean F1 weighted by how often a class occurs.
        ece: Calibration error of the verdicts, 15 equal-mass bins; ``None`` without probabilities.
        auc: Mean AUC of the classes that have one, or ``None``.
        messages_per_second: Texts by the seconds spent in ``classify``, worker included.
        per_class: Figures by class, in the order of the classes.
        per_language: Figures by language code, the most frequent first.
        confusion: ``None`` for a multi-label set.
    """

    n: int
    accuracy: float
    macro_f1: float
    macro_recall: float
    micro_f1: float
    weighted_f1: float
    ece: float | None
    auc: float | None
    messages_per_second: float
    per_class: Mapping[str, ClassFigures]
    per_language: Mapping[str, LanguageFigures]
    confusion: Confusion | None

    @property
    def class_ece(self) -> float | None:
        """Mean calibration error of the classes, or ``None`` without probabilities."""
        return _mean([figures.ece for figures in self.per_class.values()])


async def evaluate(
    classifier: Classifier,
    examples: Dataset | Sequence[Example],
    label_map: str | None = None,
    *,
    head: str | None = None,
    dev: Sequence[Example] = (),
    advance: Advance | None = None,
) -> Evaluation:
    """Judge labelled texts with a started classifier and measure how well it did.

    Args:
        classifier: A started classifier.
        examples: Labelled texts; of a data set, its test part (and its dev part never).
        label_map: The name or file of a map; see ``classifiers.label_maps.map_for``.
        head: Measure one of the classifier's further heads instead of the emotions.
        dev: Examples to choose thresholds on; makes the evaluation multi-label.
        advance: Told after each batch how many texts it held.

    Raises:
        LabelMapError: No map fits the labels.
        InvalidOption: The classifier has no such head.
        EvaluationError: There is nothing to measure, or scikit-learn is missing.
    """
    kept = examples.splits.get("test", ()) if isinstance(examples, Dataset) else examples
    view = view_for(classifier, kept, label_map, head)
    return measure(await judge(classifier, kept, view, dev=dev, advance=advance))


def measure(scored: Scored) -> Evaluation:
    """Return the figures of a judged set.

    Raises:
        PackageMissing: scikit-learn is not installed.
    """
    per_class = _per_class(scored)
    occurring = [figures for figures in per_class.values() if figures.support]
    return Evaluation(
        n=len(scored.gold),
        accuracy=float(scored.correct.mean()),
        macro_f1=_average([figures.f1 for figures in occurring]),
        macro_recall=_average([figures.recall for figures in occurring]),
        micro_f1=_pooled(scored, "micro"),
        weighted_f1=_pooled(scored, "weighted"),
        ece=top_label_error(scored),
        auc=_mean([figures.auc for figures in per_class.values()]),
        messages_per_second=len(scored.gold) / max(scored.seconds, 1e-9),
        per_class=per_class,
        per_language=_per_language(scored),
        confusion=None if scored.multi_label else _confusion(scored),
    )


def _per_class(scored: Scored) -> dict[str, ClassFigures]:
    metrics = needed("sklearn.metrics")
    columns = metrics.precision_recall_fscore_support(
        scored.gold, scored.predicted, average=None, zero_division=0
    )
    errors = class_errors(scored)
    figures = {}
    for at, name in enumerate(scored.classes):
        precision, recall, f1, support = (column[at] for column in columns)
        threshold = None if scored.thresholds is None else float(scored.thresholds[at])
        figures[name] = ClassFigures(
            float(precision),
            float(recall),
            float(f1),
            int(support),
            errors.get(name),
            _auc(metrics, scored, at),
            threshold,
        )
    return figures


def _auc(metrics: Any, scored: Scored, at: int) -> float | None:  # noqa: ANN401 - a module that carries no types
    happened = scored.gold[:, at]
    if scored.scores is None or happened.all() or not happened.any():
        return None
    return float(metrics.roc_auc_score(happened, scored.scores[:, at]))


def _pooled(scored: Scored, average: str) -> float:
    metrics = needed("sklearn.metrics")
    return float(metrics.f1_score(scored.gold, scored.predicted, average=average, zero_division=0))


def _per_language(scored: Scored) -> dict[str, LanguageFigures]:
    names, counts = np.unique(np.array(scored.languages), return_counts=True)
    figures = {}
    for at in np.argsort(-counts, kind="stable"):
        part = scored.only(np.array(scored.languages) == names[at])
        classes = [each for each in _per_class(part).values() if each.support]
        figures[str(names[at])] = LanguageFigures(
            int(counts[at]),
            float(part.correct.mean()),
            _average([each.f1 for each in classes]),
            _average([each.recall for each in classes]),
            top_label_error(part),
        )
    return figures


def _confusion(scored: Scored) -> Confusion:
    metrics = needed("sklearn.metrics")
    matrix = metrics.confusion_matrix(
        scored.gold.argmax(axis=1),
        scored.predicted.argmax(axis=1),
        labels=range(len(scored.classes)),
    )
    return Confusion(scored.classes, tuple(tuple(map(int, row)) for row in matrix))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _average(known) if known else None


def _average(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
