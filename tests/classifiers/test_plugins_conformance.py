"""The public conformance test: what keeps the contract passes, what breaks it is told how."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from classifiers.classifier import Classifier
from classifiers.plugins import Emotion, LocalClassifier, ModelInfo, Prediction
from classifiers.testing import (
    TEXTS,
    Expectations,
    NotConforming,
    check_classifier,
    check_classifier_async,
)
from tests.support.plugin_package import POLAR, site

INFO = ModelInfo("good", "1", ("ko", "en"), (Emotion.JOY, Emotion.NEUTRAL), max_batch=5)

PATIENT = 10.0
"""Seconds: on a busy machine, a test says nothing of time."""

BACKENDS = {
    "embedded": Expectations(tolerance=1e-4, stall=PATIENT),
    "lexicon": Expectations(tolerance=0, stall=PATIENT),
}
"""Backends that need nothing but their name; add a new one here."""


@pytest.mark.parametrize("name", BACKENDS)
def test_our_backends_keep_the_contract(name):
    check_classifier(name, BACKENDS[name])


def test_a_plug_in_of_sentiments_keeps_it(tmp_path, monkeypatch):
    site(tmp_path, monkeypatch).install("nunchi-polar", name="polar", code=POLAR)
    check_classifier("polar", Expectations(stall=PATIENT))


class Good(LocalClassifier):
    """Keeps the contract; each subclass breaks it in one place."""

    said = INFO

    def __init__(self) -> None:
        super().__init__(self.said)

    def load(self) -> None:
        pass

    def joy(self, text: str) -> float:
        return (sum(map(ord, text[:50])) % 97) / 97

    def of(self, text: str) -> Prediction:
        joy = self.joy(text)
        shares = {Emotion.JOY: joy, Emotion.NEUTRAL: 1 - joy}
        return Prediction.of(shares, valence=joy, language="und", model=self.info.model)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [self.of(text) for text in texts]


async def test_the_good_one_keeps_the_contract_inside_a_loop_as_well():
    await check_classifier_async(Good, Expectations(stall=PATIENT))


def test_that_is_all_that_a_plug_in_needs_to_write():
    check_classifier(Good, Expectations(stall=PATIENT))


class Surly(Good):
    async def close(self) -> None:
        if self._worker is None:
            raise AttributeError("_worker")
        await super().close()


class Twice(Good):
    closed = 0

    async def close(self) -> None:
        self.closed += 1
        assert self._worker is not None or self.closed == 1
        await super().close()


class Nameless(Good):
    said = replace(INFO, name="My Model")


class Versionless(Good):
    said = replace(INFO, version="")


class Spoken(Good):
    said = replace(INFO, languages=("Korean",))


class Doubled(Good):
    said = replace(INFO, labels=(Emotion.JOY, Emotion.JOY, Emotion.NEUTRAL))


class Modest(Good):
    said = replace(INFO, labels=(Emotion.NEUTRAL,))


class Boastful(Good):
    def of(self, text: str) -> Prediction:
        return Prediction.of({}, valence=0.1, language="und", model=self.info.model)


class Foreign(Good):
    def of(self, text: str) -> Prediction:
        return replace(super().of(text), model="other@1")


class Loud(Good):
    def of(self, text: str) -> Prediction:
        return replace(super().of(text), valence=2.0)


class Uncertain(Good):
    def of(self, text: str) -> Prediction:
        return replace(super().of(text), probabilities=(0.5,) * 9)


class Short(Good):
    def of(self, text: str) -> Prediction:
        return replace(super().of(text), probabilities=(1.0,))


class Babel(Good):
    def of(self, text: str) -> Prediction:
        return replace(super().of(text), language="Korean")


class Dictionaries(Good):
    def of(self, text: str) -> Prediction:
        return {"joy": 1.0}  # type: ignore[return-value]


class Sorted(Good):
    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return super().predict(sorted(texts))


class Averaged(Good):
    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return super().predict([text + str(len(texts)) for text in texts])


class Selective(Good):
    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        return await super().classify([text for text in texts if text.strip()])


class Proud(Good):
    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        return [*await super().classify(texts), *([] if texts else [self.of("x")])]


class Blocking(Good):
    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        return self.predict(texts)


class Stalling(Good):
    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        if len(texts) == self.info.max_batch:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            time.sleep(0.05)
            await asyncio.sleep(0)
        return await super().classify(texts)


class Mixed(Good):
    """Keeps the texts of the last call in one place for all calls."""

    texts: Sequence[str] = ()

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        self.texts = texts
        await asyncio.sleep(0.01)
        return await super().classify(self.texts)


class Sticky(Good):
    """Answers with what a cancelled call left behind."""

    left: Sequence[Prediction] = ()

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        if self.left:
            return self.left
        try:
            return await super().classify(texts)
        except asyncio.CancelledError:
            self.left = [self.of("stale")] * len(texts)
            raise


class Drifting(Good):
    seen = 0

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        judged = await super().classify(texts)
        self.seen += 1
        self.describe(replace(self.info, languages=("ko",) * self.seen))
        return judged


class Slow(Good):
    async def start(self) -> None:
        await asyncio.sleep(3)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (Surly, r"close\(\) before start\(\) must do nothing"),
        (Twice, r"a second close\(\) must do nothing"),
        (Nameless, "ModelInfo.name must be"),
        (Versionless, "ModelInfo.version must be"),
        (Spoken, "ModelInfo.languages must be"),
        (Doubled, "ModelInfo.labels must be"),
        (Modest, "joy must stand in ModelInfo.labels"),
        (Boastful, r"labels=\(\)"),
        (Foreign, "pass model=self.info.model"),
        (Loud, "valence must lie"),
        (Uncertain, "sum to 1"),
        (Short, "use Prediction.of"),
        (Babel, "language must be"),
        (Dictionaries, "a dict instead of a Prediction"),
        (Sorted, "in the same order"),
        (Averaged, "whatever stands beside it"),
        (Selective, "one for each"),
        (Proud, "an empty batch must give an empty list"),
        (Blocking, "without ever giving way"),
        (Stalling, "the event loop stood still"),
        (Mixed, "must not mix up their texts"),
        (Sticky, "predictions for|must not disturb the next one"),
        (Drifting, r"it may do so in start\(\) only"),
        (Slow, r"start\(\) took longer than 1 s"),
        (lambda: 3, "lacks info"),
    ],
)
def test_what_breaks_the_contract_is_told_what_to_fix(
    broken: Callable[[], Classifier], told: str
) -> None:
    wanted = Expectations(
        stall=0.03 if broken is Stalling else PATIENT, patience=1.0 if broken is Slow else 60.0
    )
    with pytest.raises(NotConforming, match=told):
        check_classifier(broken, wanted)


class Fragile(Good):
    def of(self, text: str) -> Prediction:
        text.encode("utf-8")
        return super().of(text)


def test_what_it_raises_itself_is_passed_on_with_a_note():
    with pytest.raises(Exception, match="failed with UnicodeEncodeError") as caught:
        check_classifier(Fragile)
    assert caught.value.__notes__ == ["while check_classifier tried: odd texts"]


def test_predictions_of_a_fallback_can_be_allowed():
    check_classifier(Foreign, Expectations(fallback=True, stall=PATIENT))


def test_too_few_texts_prove_nothing():
    with pytest.raises(ValueError, match="at least four"):
        check_classifier(Good, Expectations(texts=TEXTS[:3]))
