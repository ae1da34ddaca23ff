"""The classifier behind the pipeline: no text, and no failure, holds up the others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import psutil
import pytest

from bot.judge import Judge
from classifiers.classifier import Classifier, ModelInfo, load
from classifiers.errors import ClassificationFailed
from classifiers.prediction import Prediction
from tests.support.camp import HAPPY, SAD


@pytest.fixture
async def lexicon() -> AsyncIterator[Classifier]:
    classifier = load("lexicon")
    await classifier.start()
    yield classifier
    await classifier.close()


class Troubled:
    """The real classifier, with a text that it fails on and calls that fail."""

    def __init__(self, classifier: Classifier, *, poison: str = "", failing_calls: int = 0) -> None:
        self.classifier = classifier
        self.poison = poison
        self.failing_calls = failing_calls
        self.sizes: list[int] = []

    @property
    def info(self) -> ModelInfo:
        return ModelInfo("troubled", "1", ("en",), max_batch=4)

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        self.sizes.append(len(texts))
        self.failing_calls -= 1
        if self.failing_calls >= 0 or (self.poison and self.poison in texts):
            raise ClassificationFailed("not this one")
        return await self.classifier.classify(texts)


async def test_texts_of_any_number_are_judged_in_order(lexicon):
    troubled = Troubled(lexicon)
    texts = [*HAPPY, *SAD, HAPPY[0]]
    expected = list(await lexicon.classify(texts))
    assert await Judge(troubled).predictions(texts) == expected
    assert troubled.sizes == [4, 4, 1]


async def test_texts_without_words_are_not_judged_and_keep_their_place(lexicon):
    texts = ["", HAPPY[0], "https://example.org", "<@123456789012345678>", SAD[0], " "]
    verdicts = await Judge(lexicon).predictions(texts)
    assert [verdict is None for verdict in verdicts] == [True, False, True, True, False, True]
    assert verdicts[1].valence > 0 > verdicts[4].valence


async def test_nothing_to_judge_asks_nobody(lexicon):
    troubled = Troubled(lexicon)
    assert await Judge(troubled).predictions([]) == []
    assert await Judge(troubled).predictions(["", "..."]) == [None, None]
    assert troubled.sizes == []


async def test_a_text_that_cannot_be_judged_is_left_out_alone(lexicon):
    texts = [HAPPY[0], SAD[0], "poison", HAPPY[1]]
    verdicts = await Judge(Troubled(lexicon, poison="poison"), first_pause=0.001).predictions(texts)
    assert [verdict is None for verdict in verdicts] == [False, False, True, False]
    assert [verdicts[0], verdicts[1], verdicts[3]] == list(
        await lexicon.classify([HAPPY[0], SAD[0], HAPPY[1]])
    )


async def test_a_classifier_that_stumbles_is_asked_again(lexicon):
    troubled = Troubled(lexicon, failing_calls=2)
    verdicts = await Judge(troubled, first_pause=0.001).predictions(HAPPY)
    assert verdicts == list(await lexicon.classify(HAPPY))
    assert troubled.sizes == [4, 4, 4]


async def test_a_worker_that_is_killed_is_replaced(lexicon):
    judge = Judge(lexicon, first_pause=0.01)
    before = await judge.predictions(HAPPY)
    for child in psutil.Process().children(recursive=True):
        if "spawn_main" in " ".join(child.cmdline()):
            child.kill()
    assert await judge.predictions(HAPPY) == before
