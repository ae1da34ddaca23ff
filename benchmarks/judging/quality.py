"""How well the contenders judge, as ``nunchi evaluate`` measures it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifiers.classifier import ModelInfo, Predictor, ThreadClassifier
from classifiers.evaluation import Evaluation, evaluate
from classifiers.training.datasets import Example
from judging.contenders import Contender

BATCH = 256


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
            predictor = contender.rated()
            found[contender.name] = {
                name: await _evaluated(contender.name, predictor, examples)
                for name, examples in sets.items()
            }
    return found


async def _evaluated(name: str, predictor: Predictor, examples: Sequence[Example]) -> Evaluation:
    info = ModelInfo(name, "1", ("ko", "en"), max_batch=BATCH)
    classifier = ThreadClassifier(info, lambda: predictor)
    await classifier.start()
    try:
        return await evaluate(classifier, examples)
    finally:
        await classifier.close()
