"""How well the contenders judge, as ``nunchi evaluate`` measures it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifiers.classifier import Classifier
from classifiers.evaluation import Evaluation, evaluate
from classifiers.label_maps import map_for
from classifiers.training.datasets import Example, labels_of
from judging.contenders import Contender


async def ratings(
    contenders: Sequence[Contender], sets: Mapping[str, Sequence[Example]]
) -> dict[str, dict[str, Evaluation]]:
    """Return the evaluation by contender and set, of those whose verdicts can be rated.

    Raises:
        ClassifierError: The labels of a set are none that we know, or scikit-learn is missing.
    """
    found: dict[str, dict[str, Evaluation]] = {}
    for contender in contenders:
        if contender.rated is not None:
            found[contender.name] = await _evaluated(contender.rated(), sets)
    return found


async def _evaluated(
    classifier: Classifier, sets: Mapping[str, Sequence[Example]]
) -> dict[str, Evaluation]:
    await classifier.start()
    try:
        return {
            name: await evaluate(classifier, examples)
            for name, examples in sets.items()
            if _fits(classifier, examples)
        }
    finally:
        await classifier.close()


def _fits(classifier: Classifier, examples: Sequence[Example]) -> bool:
    """Tell whether a set asks for what a backend knows: one of sentiments knows no emotions."""
    return bool(classifier.info.labels) or map_for(None, labels_of(examples)).is_sentiment
