"""Lets a started classifier judge labelled texts, and lays both views side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import Classifier
from classifiers.evaluation.errors import EvaluationError
from classifiers.evaluation.scored import Scored, Scores, flags_of
from classifiers.evaluation.thresholds import DEFAULT, best_thresholds
from classifiers.evaluation.views import EmotionView, HeadView, SentimentView, View
from classifiers.heads import head_of
from classifiers.label_maps import map_for
from classifiers.language import detect
from classifiers.text import normalise
from classifiers.training.datasets import Example, labels_of

Advance = Callable[[int], None]
"""Told after each batch how many texts it held."""


def view_for(
    classifier: Classifier,
    examples: Iterable[Example],
    label_map: str | None = None,
    head: str | None = None,
) -> View:
    """Return the question that fits the labels.

    Args:
        classifier: Who will be asked; need not be started.
        examples: What it will be asked of.
        label_map: A map as ``map_for`` takes it. A head is asked for its own labels without one.
        head: A head of the classifier.

    Raises:
        LabelMapError: The map does not exist, or cannot be guessed.
        InvalidOption: The classifier has no such head.
    """
    if head is not None:
        _, found = head_of(classifier, head)
        return HeadView(found, None if label_map is None else map_for(label_map, ()))
    chosen = map_for(label_map, labels_of(examples))
    return SentimentView(chosen) if chosen.is_sentiment else EmotionView(chosen)


async def judge(
    classifier: Classifier,
    examples: Sequence[Example],
    view: View,
    *,
    dev: Sequence[Example] = (),
    advance: Advance | None = None,
) -> Scored:
    """Judge examples with a started classifier.

    Without ``dev`` every text has one verdict, and examples whose labels name no class or several
    are left out. With ``dev`` the set is taken as multi-label: each class has a threshold, chosen
    for the best F1 on ``dev``; only examples that name no class at all are left out. The head of
    a multi-label set is always taken so, with thresholds of one half if there is no ``dev``.

    Raises:
        EvaluationError: No example or just one class is left, or there is no probability to put
            a threshold to.
        ClassificationFailed: The classifier could not judge a batch.
    """
    if len(view.classes) < 2:
        msg = f"there is nothing to tell apart: the only class is {view.classes[0]!r}"
        raise EvaluationError(msg)
    several = bool(dev) or (isinstance(view, HeadView) and view.head.multi_label)
    thresholds = await _thresholds(classifier, view, dev) if several else None
    kept, names = _kept(examples, view, several=several)
    raw, seconds = await _answers(classifier, view, kept, advance)
    scores = view.scores(raw)
    decided = view.decide(raw) if thresholds is None else _required(scores) >= thresholds
    return Scored(
        view.classes,
        flags_of(names, view.classes),
        decided,
        scores,
        tuple(detect(normalise(text).text) for text in kept),
        several,
        seconds,
        len(examples) - len(kept),
        thresholds,
    )


def _kept(
    examples: Sequence[Example], view: View, *, several: bool
) -> tuple[list[str], list[tuple[str, ...]]]:
    if not examples:
        msg = "there is no example in the data"
        raise EvaluationError(msg)
    named = [(example.text, view.names(example.labels)) for example in examples]
    fitting = [(text, names) for text, names in named if len(names) == 1 or (names and several)]
    if not fitting:
        msg = f"none of {len(examples)} examples can be judged; is it the right map?"
        raise EvaluationError(msg)
    return [text for text, _ in fitting], [names for _, names in fitting]


async def _thresholds(classifier: Classifier, view: View, dev: Sequence[Example]) -> Scores:
    if not dev:
        return np.full(len(view.classes), DEFAULT)
    kept, names = _kept(dev, view, several=True)
    raw, _ = await _answers(classifier, view, kept, None)
    return best_thresholds(flags_of(names, view.classes), _required(view.scores(raw)))


async def _answers(
    classifier: Classifier, view: View, texts: Sequence[str], advance: Advance | None
) -> tuple[NDArray[Any], float]:
    """Return the raw answers and how many seconds they took."""
    size = classifier.info.max_batch
    answers = []
    begin = perf_counter()
    for start in range(0, len(texts), size):
        batch = texts[start : start + size]
        answers.append(await view.ask(classifier, batch))
        if advance is not None:
            advance(len(batch))
    return np.concatenate(answers), perf_counter() - begin


def _required(scores: Scores | None) -> Scores:
    if scores is None:
        msg = "three sentiments follow from the valence; there is no threshold to choose on dev"
        raise EvaluationError(msg)
    return scores
