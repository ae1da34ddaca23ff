"""The classifier behind the pipeline: no text, and no failure, holds up the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from bot.clock import SystemClock, snowflake_at
from bot.incoming import Incoming
from bot.judge import RETURNS, Judge
from bot.pipeline import Pipeline
from bot.progress import Progress
from bot.roster import Roster
from classifiers.classifier import Classifier, ModelInfo, load
from classifiers.emotion import Emotion
from classifiers.errors import BackendAway, ClassificationFailed
from classifiers.prediction import Prediction
from storage.open import open_store
from storage.pseudonym import Pseudonymiser
from storage.records import GuildSettings, MonitoredChannel
from tests.support.camp import HAPPY, SAD, stored_scores
from tests.support.running_bot import PATIENCE, stored_ids, until


@pytest.fixture
async def lexicon() -> AsyncIterator[Classifier]:
    classifier = load("lexicon")
    await classifier.start()
    yield classifier
    await classifier.close()


@pytest.fixture
async def embedded() -> AsyncIterator[Classifier]:
    classifier = load("embedded")
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


class Away:
    """The real classifier behind a server that can go away, or die of a text."""

    def __init__(self, classifier: Classifier, failure: type[ClassificationFailed]) -> None:
        self.classifier = classifier
        self.failure = failure
        self.away = True
        self.deadly = ""
        self.deaths = 0
        self.asked: list[tuple[str, ...]] = []

    @property
    def info(self) -> ModelInfo:
        return ModelInfo("away", "1", ("en",), max_batch=4)

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        self.asked.append(tuple(texts))
        await asyncio.sleep(0)
        if self.deadly and self.deadly in texts:
            self.deaths += 1
            self.away = True
            asyncio.get_running_loop().call_later(0.01, self.come_back)
        if self.away:
            raise self.failure("the server does not answer")
        return await self.classifier.classify(texts)

    def come_back(self) -> None:
        self.away = False


def feelings(verdicts: Sequence[Prediction | None]) -> list[tuple[Emotion | None, float]]:
    """Return what does not depend on the size of the batch that a text was in."""
    return [(each.label, round(each.valence, 4)) for each in verdicts if each is not None]


def impatient(classifier: Away) -> Judge:
    return Judge(classifier, first_pause=0.001, longest_pause=0.01)


@pytest.mark.parametrize("failure", [BackendAway, ClassificationFailed])
@pytest.mark.parametrize("texts", [HAPPY, HAPPY[:1], (*HAPPY, *SAD)])
async def test_texts_wait_for_a_classifier_that_is_away(embedded, failure, texts):
    away = Away(embedded, failure)
    judging = asyncio.create_task(impatient(away).predictions(texts))
    await until(lambda: len(away.asked) > 8)
    assert not judging.done()
    away.come_back()
    judged = await asyncio.wait_for(judging, PATIENCE)
    assert feelings(judged) == feelings(await embedded.classify(texts))


async def test_one_batch_of_several_looks_for_a_classifier_that_is_away(embedded):
    away = Away(embedded, BackendAway)
    judge = impatient(away)
    judging = [asyncio.create_task(judge.predictions([text])) for text in HAPPY]
    await until(lambda: len(away.asked) > 12)
    # Each batch came once with its own text; all the other calls look.
    assert sorted(texts[0] for texts in away.asked if texts[0] in HAPPY) == sorted(HAPPY)
    away.come_back()
    verdicts = [(await each)[0] for each in judging]
    assert feelings(verdicts) == feelings(await embedded.classify(HAPPY))


async def test_a_text_that_kills_the_server_is_left_out_alone(embedded):
    away = Away(embedded, BackendAway)
    away.come_back()
    away.deadly = "poison"
    texts = [HAPPY[0], "poison", SAD[0]]
    verdicts = await asyncio.wait_for(impatient(away).predictions(texts), PATIENCE)
    assert [verdict is None for verdict in verdicts] == [False, True, False]
    assert feelings(verdicts) == feelings(await embedded.classify([HAPPY[0], SAD[0]]))
    assert away.deaths <= 3 * RETURNS


async def test_waiting_can_be_stopped_and_says_little(embedded, caplog):
    away = Away(embedded, BackendAway)
    with caplog.at_level(logging.INFO):
        judging = asyncio.create_task(impatient(away).predictions(HAPPY))
        await until(lambda: len(away.asked) > 20)
        judging.cancel()
        await asyncio.gather(judging, return_exceptions=True)
    assert judging.cancelled()
    assert len(caplog.records) == 1
    assert "4 texts wait" in caplog.text


async def test_nothing_is_stored_unclassified_and_deletions_go_on_while_it_is_away(
    embedded, tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.pipeline.DELETIONS_WAIT", 0.01)
    guild, channel, first = 7, 70, snowflake_at(datetime.now(UTC) - timedelta(hours=1))
    away = Away(embedded, BackendAway)
    away.come_back()

    def message(number: int) -> Incoming:
        return Incoming(first + number, guild, channel, None, 700, None, HAPPY[number % 4])

    async with open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}") as store:
        await store.save_settings(GuildSettings(guild, channels=(MonitoredChannel(channel, 0),)))
        clock = SystemClock()
        roster = Roster(store, Pseudonymiser(bytes(32)), clock)
        await roster.load()
        pipeline = Pipeline(
            store, impatient(away), roster, Progress(), clock, queue_size=8, batch_size=4
        )
        running = asyncio.create_task(pipeline.run())
        assert pipeline.offer(message(0))
        await pipeline.drained()
        away.away = True
        accepted = [number for number in range(1, 9) if pipeline.offer(message(number))]
        await until(lambda: len(away.asked) > 12)
        while pipeline.offer(message(accepted[-1] + 1)):
            accepted.append(accepted[-1] + 1)
            await asyncio.sleep(0.002)
        assert pipeline.counters.stored == 1
        pipeline.discard(guild, [first, first + 2])
        await until(lambda: not pipeline._deletions)
        assert await stored_ids(store, guild) == []
        away.come_back()
        await asyncio.wait_for(pipeline.drained(), PATIENCE)
        kept = [first + number for number in accepted if number != 2]
        assert await stored_ids(store, guild) == kept
        assert all(scores[-1] > 0 for scores in (await stored_scores(store, guild)).values())
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
