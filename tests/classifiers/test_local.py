from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from classifiers.classifier import Classifier, ModelInfo
from classifiers.emotion import Emotion
from classifiers.errors import ClassificationFailed, OutOfMemory
from classifiers.local import LocalClassifier
from classifiers.prediction import Prediction


class Cramped(LocalClassifier):
    """Has memory for ``room`` texts at once."""

    def __init__(self, room: int) -> None:
        super().__init__(ModelInfo("cramped", "1", ("en",), max_batch=16))
        self.room = room
        self.sizes: list[int] = []
        self.threads: set[str] = set()

    def load(self) -> None:
        self.threads.add(threading.current_thread().name)

    def predict(self, texts: Sequence[str]) -> Sequence[Prediction]:
        self.sizes.append(len(texts))
        self.threads.add(threading.current_thread().name)
        if len(texts) > self.room:
            raise MemoryError
        if "lose one" in texts:
            return []
        if "secret that breaks it" in texts:
            raise ValueError(texts[0])
        return [
            Prediction.of({Emotion.JOY: 1}, valence=len(each) / 100, language="en", model="x@1")
            for each in texts
        ]

    def unload(self) -> None:
        self.threads.add(threading.current_thread().name)


@pytest.fixture
async def cramped():
    classifier = Cramped(room=5)
    await classifier.start()
    yield classifier
    await classifier.close()


async def test_batches_are_halved_until_they_fit_and_stay_small(cramped):
    texts = ["a" * length for length in range(20)]
    judged = await cramped.classify(texts)
    assert [round(each.valence * 100) for each in judged] == list(range(20))
    assert cramped.sizes == [16, 8, 4, 4, 4, 4, 4]
    await cramped.classify(texts)
    assert max(cramped.sizes[7:]) == 4


async def test_everything_runs_in_one_worker(cramped):
    assert isinstance(cramped, Classifier)
    await cramped.classify(["a"])
    assert await cramped.classify([]) == []
    await cramped.close()
    await cramped.close()
    assert cramped.threads == {"cramped_0"}


async def test_no_room_for_one_text_fails():
    classifier = Cramped(room=0)
    await classifier.start()
    with pytest.raises(OutOfMemory):
        await classifier.classify(["a"])
    await classifier.close()


async def test_what_a_model_raises_fails_its_batch_and_tells_no_text(cramped):
    with pytest.raises(ClassificationFailed) as caught:
        await cramped.classify(["secret that breaks it"])
    assert "secret" not in str(caught.value)
    with pytest.raises(ClassificationFailed, match="0 predictions for 1 texts"):
        await cramped.classify(["lose one"])
    assert len(await cramped.classify(["goes on"])) == 1


async def test_starting_comes_first():
    with pytest.raises(RuntimeError, match="start"):
        await Cramped(5).classify(["a"])
