"""Who is compared: backends of ours, and others behind the same contract.

All of them do what a backend of the bot must do: normalise a message, tell its language, and
return ``Prediction`` objects.
"""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from classifiers.classifier import Classifier, ModelInfo, Predictor, ThreadClassifier, load
from classifiers.embedded import EmbeddedPredictor
from classifiers.emotion import Emotion, Sentiment, sentiment_of
from classifiers.language import detect
from classifiers.lexicon import LexiconPredictor
from classifiers.prediction import Prediction
from classifiers.text import said
from classifiers.training.chat import ChatLine

EMBEDDED: Final = "embedded"
VADER: Final = "VADER alone"
LINEAR: Final = "TF-IDF + logistic regression"
ELECTRA: Final = "ELECTRA 14M, random weights"
EMOTION_OF: Final = {
    Sentiment.POSITIVE: Emotion.JOY,
    Sentiment.NEGATIVE: Emotion.SADNESS,
    Sentiment.NEUTRAL: Emotion.NEUTRAL,
}
"""VADER knows no emotions: the likeliest one of each polarity."""

BATCH: Final = 256
"""Texts of one call when verdicts are rated."""

Batches = Sequence[Sequence[str]]
Judge = Callable[[Batches], list[Prediction]]


@dataclass(frozen=True, slots=True)
class Contender:
    """One of those compared.

    Attributes:
        name: Its row in the table.
        opened: Makes it anew, so that no verdict is remembered, and closes it in the end.
        rated: Makes a classifier whose verdicts are rated; ``None`` if they would say nothing.
        specification: How the bot is told to use it, if it is a backend.
    """

    name: str
    opened: Callable[[], AbstractContextManager[Judge]]
    rated: Callable[[], Classifier] | None
    specification: str | None = None


class ExtraMissing(Exception):
    """An optional package is not installed; the message names the extra."""


class Vader:
    """VADER by itself; its polarity, by its published thresholds of ±0.05, as an emotion."""

    def __init__(self) -> None:
        self._analyser = SentimentIntensityAnalyzer()

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [self._predict(said(text)) for text in texts]

    def _predict(self, text: str) -> Prediction:
        compound = float(self._analyser.polarity_scores(text)["compound"])
        known = dict.fromkeys(EMOTION_OF.values(), 0.0)
        known[EMOTION_OF[sentiment_of(compound)]] = 1.0
        return Prediction.of(known, valence=compound, language=detect(text), model="vader@3")


def everyone(
    weights: Path, train: Sequence[ChatLine], more: Sequence[str] = ()
) -> tuple[list[Contender], list[str]]:
    """Return who can be compared here, and why others cannot.

    Args:
        weights: Of the embedded classifier.
        train: What the others learn from.
        more: Specifications of further backends.

    Raises:
        ClassifierError: One of those is unknown or has wrong options.
    """
    specification = f"{EMBEDDED}?{urlencode({'weights': str(weights)})}"
    found = [
        direct(EMBEDDED, partial(EmbeddedPredictor, weights)),
        Contender(f"{EMBEDDED}, awaited", partial(_awaited, specification), None, specification),
        direct("lexicon", LexiconPredictor, specification="lexicon"),
        *map(backend, more),
        direct(VADER, Vader),
    ]
    missing = []
    for name, made in ((LINEAR, _linear), (ELECTRA, _electra)):
        try:
            found.append(made(train))
        except ExtraMissing as error:
            missing.append(f"{name}: {error}")
    return found, missing


def direct(
    name: str,
    build: Callable[[], Predictor],
    *,
    is_rated: bool = True,
    specification: str | None = None,
) -> Contender:
    """Return a contender that is called without a worker."""
    rated = partial(_threaded, name, build) if is_rated else None
    return Contender(name, partial(_direct, build), rated, specification)


def backend(specification: str) -> Contender:
    """Return a backend, called through its worker; its row shows no folders.

    Raises:
        ClassifierError: It is unknown or has wrong options.
    """
    load(specification)
    name = re.sub(r"=[^&]*/", "=", specification)
    return Contender(
        name, partial(_awaited, specification), partial(load, specification), specification
    )


def _threaded(name: str, build: Callable[[], Predictor]) -> Classifier:
    return ThreadClassifier(ModelInfo(name, "1", ("ko", "en"), max_batch=BATCH), build)


def _linear(train: Sequence[ChatLine]) -> Contender:
    predictor = _extra("linear", "evaluation").Linear(train)
    return direct(LINEAR, lambda: predictor)


def _electra(train: Sequence[ChatLine]) -> Contender:
    predictor = _extra("electra", "torch").Electra([line.text for line in train])
    return direct(ELECTRA, lambda: predictor, is_rated=False)


def _extra(module: str, name: str) -> Any:
    """Import a module of this package that needs an extra.

    Raises:
        ExtraMissing: The extra is not installed.
    """
    try:
        return importlib.import_module(f"judging.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("judging", "classifiers"):
            raise
        msg = f"skipped without {error.name}: pip install 'nunchi-bot[{name}]'"
        raise ExtraMissing(msg) from error


@contextmanager
def _direct(build: Callable[[], Predictor]) -> Iterator[Judge]:
    predictor = build()
    yield lambda batches: [each for batch in batches for each in predictor.predict(batch)]


@contextmanager
def _awaited(specification: str) -> Iterator[Judge]:
    """Call a backend as the bot does: through its worker, from an event loop."""
    classifier = load(specification)
    with asyncio.Runner() as runner:
        runner.run(classifier.start())
        try:
            yield lambda batches: runner.run(_in_turn(classifier, batches))
        finally:
            runner.run(classifier.close())


async def _in_turn(classifier: Classifier, batches: Batches) -> list[Prediction]:
    return [each for batch in batches for each in await classifier.classify(batch)]
