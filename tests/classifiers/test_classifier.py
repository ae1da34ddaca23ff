from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib.metadata import EntryPoint

import pytest

import classifiers.classifier
from classifiers.classifier import (
    Classifier,
    Explainer,
    ModelInfo,
    ProcessClassifier,
    ThreadClassifier,
    installed,
    load,
)
from classifiers.emotion import Emotion
from classifiers.errors import (
    BackendUnavailable,
    ClassificationFailed,
    InvalidOption,
    UnknownBackend,
)
from classifiers.prediction import Prediction

INFO = ModelInfo("test", "7", ("ko",))


class Loud:
    """Says which worker it runs in, and dies when told to."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        if "die" in texts:
            os._exit(1)
        where = f"{os.getpid()}:{threading.current_thread().name}"
        return [
            Prediction.of({Emotion.JOY: 1.0}, valence=1.0, language="ko", model=where)
            for _ in texts
        ]


def build() -> Loud:
    return Loud()


def build_nothing() -> Loud:
    os._exit(1)


def test_the_lexicon_is_installed_and_loads_by_name():
    assert "lexicon" in installed()
    classifier = load("lexicon")
    assert isinstance(classifier, Classifier)
    assert isinstance(classifier, Explainer)
    assert classifier.info.model == f"lexicon@{classifier.info.version}"


def test_an_unknown_name_lists_what_is_installed():
    with pytest.raises(UnknownBackend, match=r"'lexikon'.*installed are: .*lexicon"):
        load("lexikon")


@pytest.mark.parametrize("specification", ["lexicon?nonsense", "lexicon?speed=11"])
def test_bad_options_are_refused(specification):
    with pytest.raises(InvalidOption):
        load(specification)


def test_options_reach_the_factory_of_a_plug_in(monkeypatch):
    given = {}

    class Point(EntryPoint):
        def load(self):
            return lambda options: given.update(options) or ThreadClassifier(INFO, build)

    point = Point("mine", "nowhere:create", classifiers.classifier.GROUP)
    monkeypatch.setattr(classifiers.classifier, "entry_points", lambda group: [point])
    load("mine?path=a%20b&empty=")
    assert given == {"path": "a b", "empty": ""}


async def test_a_thread_classifier_works_beside_the_loop():
    classifier = ThreadClassifier(INFO, build)
    with pytest.raises(RuntimeError, match="start"):
        await classifier.classify(["a"])
    await classifier.start()
    first, second = await classifier.classify(["a", "b"])
    assert first.model == second.model
    assert first.model.startswith(f"{os.getpid()}:test")
    await classifier.close()
    await classifier.close()


async def test_a_process_classifier_survives_the_death_of_its_worker():
    classifier = ProcessClassifier(INFO, build)
    with pytest.raises(RuntimeError, match="start"):
        await classifier.classify(["a"])
    await classifier.start()
    try:
        (before,) = await classifier.classify(["a"])
        assert not before.model.startswith(f"{os.getpid()}:")
        with pytest.raises(ClassificationFailed, match="started again"):
            await classifier.classify(["die"])
        (after,) = await classifier.classify(["a"])
        assert after.model != before.model
        assert classifier.info is INFO
    finally:
        await classifier.close()
        await classifier.close()


async def test_a_process_that_never_starts_is_explained():
    with pytest.raises(BackendUnavailable, match="does not start"):
        await ProcessClassifier(INFO, build_nothing).start()
