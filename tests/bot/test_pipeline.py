"""From the inbox to the store: order, pressure, and what changes while a batch is on its way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock, SystemClock, snowflake_at
from bot.incoming import CaughtUp, Incoming, Read
from bot.judge import Judge
from bot.patience import Patience
from bot.pipeline import Pipeline
from bot.privacy import Privacy
from bot.progress import Progress
from bot.receipts import Receipts
from bot.roster import Roster
from classifiers.classifier import Classifier, load
from classifiers.prediction import Prediction
from storage.open import open_store
from storage.pseudonym import Pseudonymiser
from storage.records import GuildSettings, MonitoredChannel
from storage.store import Store
from tests.support.camp import (
    HAPPY,
    SAD,
    be_impatient,
    locked,
    same_scores,
    stored_scores,
    verdicts,
)
from tests.support.running_bot import PATIENCE, stored_ids, until

GUILD, CHANNEL, THREAD, USER = 7, 70, 71, 700
FIRST = snowflake_at(datetime.now(UTC) - timedelta(hours=1))


class Gate:
    """The real classifier behind a gate: a batch can be held while something happens."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self.open = asyncio.Event()
        self.open.set()
        self.asked = 0

    @property
    def info(self):
        return self._classifier.info

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        self.asked += 1
        await self.open.wait()
        return await self._classifier.classify(texts)


@dataclass
class Works:
    store: Store
    gate: Gate
    roster: Roster
    progress: Progress
    pipeline: Pipeline
    privacy: Privacy
    path: str

    def trust(self, container_id: int = CHANNEL) -> None:
        self.progress.close_gap(container_id, self.progress.hold(GUILD, container_id))

    async def stored(self) -> list[int]:
        return [each - FIRST for each in await stored_ids(self.store, GUILD)]

    async def drained(self) -> None:
        await asyncio.wait_for(self.pipeline.drained(), PATIENCE)

    async def hold_a_batch(self, *numbers: int) -> None:
        """Let messages wait between the inbox and the store."""
        self.gate.open.clear()
        for number in numbers:
            assert self.pipeline.offer(message(number))
        asked = self.gate.asked
        await until(lambda: self.gate.asked > asked)

    async def fill(self, waiting: int) -> list[int]:
        """Offer messages until so many wait in the inbox; return all that were offered."""
        await self.hold_a_batch(0)
        numbers = [0]
        while len(self.pipeline.inbox) < waiting:
            numbers.append(len(numbers))
            assert self.pipeline.offer(message(numbers[-1]))
            await self._taken_ahead()
        return numbers

    async def _taken_ahead(self) -> None:
        """Wait until the workers, which take a few batches ahead, take no more."""
        waiting, seen = len(self.pipeline.inbox), 0
        while seen < 5:
            await asyncio.sleep(0.01)
            waiting, before = len(self.pipeline.inbox), waiting
            seen = seen + 1 if waiting == before else 0


def message(number: int, text: str = HAPPY[0], **changes: object) -> Incoming:
    item = Incoming(FIRST + number, GUILD, CHANNEL, None, USER, None, text)
    return item._replace(**changes)


@contextlib.asynccontextmanager
async def works_at(folder, clock: Clock, **limits: int) -> AsyncIterator[Works]:
    classifier = load("embedded")
    await classifier.start()
    path = folder / "store.sqlite3"
    async with open_store(f"sqlite:///{path}") as store:
        await store.save_settings(GuildSettings(GUILD, channels=(MonitoredChannel(CHANNEL, 0),)))
        roster = Roster(store, Pseudonymiser(bytes(32)), clock)
        await roster.load()
        progress, gate = Progress(), Gate(classifier)
        pipeline = Pipeline(store, Judge(gate), roster, progress, clock, **limits)
        running = asyncio.create_task(pipeline.run())
        privacy = Privacy(store, roster, pipeline, clock, Receipts(bytes(32)))
        yield Works(store, gate, roster, progress, pipeline, privacy, str(path))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await classifier.close()


@pytest.fixture
async def works(tmp_path) -> AsyncIterator[Works]:
    async with works_at(tmp_path, SystemClock()) as it:
        yield it


async def test_every_message_gets_the_verdict_on_its_own_words(works):
    texts = [(HAPPY + SAD)[n * 7 % 8] for n in range(600)]
    for number, text in enumerate(texts):
        assert works.pipeline.offer(message(number, text))
    await works.drained()
    expected, stored = await verdicts(HAPPY + SAD), await stored_scores(works.store, GUILD)
    assert len(stored) == 600
    for number, text in enumerate(texts):
        assert same_scores(stored[FIRST + number], expected[text])


async def test_a_message_of_somebody_who_is_no_person_moves_the_mark_only(works):
    works.trust()
    works.pipeline.offer(message(1, text=None))
    await works.drained()
    assert await works.stored() == []
    assert await works.store.watermarks(GUILD) == {CHANNEL: FIRST + 1}


async def test_the_mark_waits_for_the_past(works):
    generation = works.progress.hold(GUILD, CHANNEL)
    works.pipeline.offer(message(50))
    await works.drained()
    assert await works.store.watermarks(GUILD) == {}
    await works.pipeline.put(message(1))
    await works.pipeline.put(Read(GUILD, CHANNEL, FIRST + 1))
    await works.drained()
    assert await works.store.watermarks(GUILD) == {CHANNEL: FIRST + 1}
    await works.pipeline.put(CaughtUp(GUILD, CHANNEL, generation))
    await works.drained()
    assert await works.store.watermarks(GUILD) == {CHANNEL: FIRST + 50}
    assert await works.stored() == [1, 50]


async def test_a_full_queue_refuses_and_keeps_room_for_edits(tmp_path):
    async with works_at(tmp_path, SystemClock(), queue_size=4, batch_size=2) as works:
        await works.hold_a_batch(0)
        while works.pipeline.offer(message(1)):
            await asyncio.sleep(0)
        assert works.pipeline.counters.overflowed == 1
        assert works.pipeline.offer(message(0, SAD[0], edited_at=datetime.now(UTC)))
        works.gate.open.set()
        await works.drained()
        assert await works.stored() == [0, 1]
        assert (await stored_scores(works.store, GUILD))[FIRST][-1] < 0


async def test_the_past_waits_for_room_and_live_messages_do_not(tmp_path):
    async with works_at(tmp_path, SystemClock(), queue_size=8, batch_size=2) as works:
        await works.hold_a_batch(0)

        async def past() -> None:
            for number in range(100, 140):
                await works.pipeline.put(message(number))

        reading = asyncio.create_task(past())
        await asyncio.sleep(0.1)
        assert not reading.done()
        assert works.pipeline.offer(message(1))
        works.gate.open.set()
        await asyncio.wait_for(reading, PATIENCE)
        await works.drained()
        assert await works.stored() == [0, 1, *range(100, 140)]


async def test_a_reader_that_is_stopped_while_it_waits_for_room_leaves_nothing_open(tmp_path):
    async with works_at(tmp_path, SystemClock(), queue_size=2, batch_size=2) as works:
        numbers = await works.fill(1)
        reading = asyncio.create_task(works.pipeline.put(message(1000)))
        await asyncio.sleep(0.05)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        works.gate.open.set()
        await works.drained()
        assert await works.stored() == numbers


async def test_what_is_deleted_on_its_way_is_not_stored(works):
    await works.hold_a_batch(1, 2)
    works.pipeline.discard(GUILD, [FIRST + 1])
    works.gate.open.set()
    await works.drained()
    assert await works.stored() == [2]


async def test_what_is_deleted_later_is_removed_without_another_message(works):
    works.pipeline.offer(message(1))
    works.pipeline.offer(message(2))
    await works.drained()
    works.pipeline.discard(GUILD, [FIRST + 2])
    await works.drained()
    assert await works.stored() == [1]


async def test_an_opt_out_holds_for_what_is_on_its_way(works):
    await works.hold_a_batch(1)
    works.pipeline.offer(message(2, user_id=USER + 1))
    assert (await works.privacy.opt_out(GUILD, USER)).counts == {}
    works.gate.open.set()
    await works.drained()
    assert await works.stored() == [2]
    assert works.privacy.is_refused(GUILD, USER)
    assert await works.privacy.opt_in(GUILD, USER)
    assert not works.privacy.is_refused(GUILD, USER)
    assert not await works.privacy.opt_in(GUILD, USER)


async def test_an_erasure_holds_for_what_is_on_its_way_and_for_nothing_later(works):
    await works.hold_a_batch(1)
    assert (await works.privacy.delete(GUILD, USER)).counts == {}
    later = snowflake_at(datetime.now(UTC) + timedelta(seconds=1)) - FIRST
    works.pipeline.offer(message(later))
    works.gate.open.set()
    await works.drained()
    assert await works.stored() == [later]


async def test_a_channel_and_a_guild_are_forgotten_with_what_is_on_its_way(works):
    works.pipeline.offer(message(1))
    await works.drained()
    await works.hold_a_batch(2)
    works.pipeline.offer(message(3, channel_id=CHANNEL, thread_id=THREAD))
    assert await works.pipeline.forget_container(GUILD, THREAD) == 0
    works.gate.open.set()
    await works.drained()
    assert await works.stored() == [1, 2]
    await works.hold_a_batch(4)
    assert await works.pipeline.forget_guild(GUILD) == 2
    works.gate.open.set()
    await works.drained()
    assert await works.stored() == []
    works.pipeline.welcome_guild(GUILD)
    works.pipeline.offer(message(5))
    await works.drained()
    assert await works.stored() == [5]


async def test_a_channel_that_is_no_longer_listened_to_takes_nothing_that_is_on_its_way(works):
    await works.hold_a_batch(1)
    assert await works.roster.remove_channel(GUILD, CHANNEL)
    works.gate.open.set()
    await works.drained()
    assert await works.stored() == []


async def test_a_guild_that_is_forgotten_leaves_no_mark_behind(works):
    works.trust()
    await works.hold_a_batch(1)
    await works.roster.forget_guild(GUILD)
    await works.pipeline.forget_guild(GUILD)
    works.gate.open.set()
    await works.drained()
    assert await works.stored() == []
    assert await works.store.watermarks(GUILD) == {}


async def test_a_deletion_survives_a_store_that_is_away(tmp_path, monkeypatch):
    be_impatient(monkeypatch)
    async with works_at(tmp_path, SystemClock()) as works:
        works.pipeline.offer(message(1))
        await works.drained()
        with locked(works.path):
            works.pipeline.discard(GUILD, [FIRST + 1])
            await until(lambda: works.pipeline.counters.retries == 1)
        await works.drained()
        assert await works.stored() == []


async def test_patience_holds_the_socket_while_the_queue_is_crowded_but_not_for_long(tmp_path):
    class Socket:
        def __init__(self) -> None:
            self.read = 0

        async def receive(self, timeout: float | None = None) -> int:
            self.read += 1
            return self.read

    async with works_at(tmp_path, SystemClock(), queue_size=8, batch_size=2) as works:
        await works.fill(6)
        assert works.pipeline.inbox.crowded
        patience, loop = Patience(works.pipeline.inbox, seconds=1), asyncio.get_running_loop()
        socket = patience._patient(Socket())
        began = loop.time()
        assert await socket.receive() == 1
        assert loop.time() - began > 0.9
        began = loop.time()
        for count in range(2, 20):
            assert await socket.receive() == count
        assert loop.time() - began < 1, "patience is lost until there is room again"
        works.gate.open.set()
        await works.drained()
        await until(lambda: not patience._lost)
