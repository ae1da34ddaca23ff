"""Many requests become few batches; a full queue, a client that leaves, a server that stops."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from classifiers.classifier import load
from classifiers.serving.application import Application
from classifiers.serving.limits import Limits
from classifiers.serving.messages import Request
from classifiers.serving.over_aiohttp import listening
from tests.classifiers.serving.running import Client, Gated, served

EMOTION_OF = ("joy", "anger", "fear", "hurt")


async def label_of(client: Client, text: str) -> str:
    status, answer = await client.post("/predict", {"inputs": text})
    assert status == 200, answer
    return answer[0]["label"]  # type: ignore[index, call-overload, no-any-return]


async def test_many_small_requests_become_few_batches() -> None:
    embedded = load("embedded")
    texts = [f"정말 행복해 {at}" if at % 2 else f"너무 화나 {at}" for at in range(300)]
    async with served(embedded, Limits(max_batch=64, max_wait=0.2)) as client:
        expected = [
            each.label
            for at in range(0, 300, 50)
            for each in await embedded.classify(texts[at : at + 50])
        ]
        labels = await asyncio.gather(*(label_of(client, text) for text in texts))
        samples = await client.samples()
    assert labels == expected
    assert samples["nunchi_serving_batch_size_sum"] == 300
    assert samples["nunchi_serving_batch_size_count"] <= 60
    assert samples["nunchi_serving_texts_total /predict"] == 300
    assert samples["nunchi_serving_queue_texts"] == 0


async def test_what_arrives_during_a_batch_is_the_next_one() -> None:
    gated = Gated()
    gated.gate.clear()
    async with served(gated, Limits(max_batch=4, max_wait=0)) as client:
        first = asyncio.create_task(label_of(client, "joy"))
        await client.until("batch_size_count", 0)
        while not gated.seen:
            await asyncio.sleep(0.001)
        others = [asyncio.create_task(label_of(client, each)) for each in EMOTION_OF]
        await client.until("queue_texts", 4)
        gated.gate.set()
        assert await first == "joy"
        assert await asyncio.gather(*others) == list(EMOTION_OF)
    assert [len(batch) for batch in gated.seen] == [1, 4]


async def test_a_batch_is_never_larger_than_the_model_takes() -> None:
    async with served(load("lexicon"), Limits(max_batch=10_000)) as client:
        status, answer = await client.post("/classify", {"texts": ["좋아"] * 200})
        samples = await client.samples()
    assert (status, len(answer["predictions"])) == (200, 200)  # type: ignore[call-overload, index]
    assert samples["nunchi_serving_batch_size_count"] >= 200 / load("lexicon").info.max_batch


async def test_a_large_request_does_not_hold_up_small_ones() -> None:
    gated = Gated()
    gated.gate.clear()
    async with served(gated, Limits(max_batch=8, max_wait=0)) as client:
        large = asyncio.create_task(client.post("/predict", {"inputs": ["joy"] * 200}))
        while not gated.seen:
            await asyncio.sleep(0.001)
        small = [asyncio.create_task(label_of(client, each)) for each in EMOTION_OF]
        await client.until("queue_texts", 192 + 4)
        gated.gate.set()
        await asyncio.gather(*small)
        status, answer = await large
    assert (status, len(answer)) == (200, 200)  # type: ignore[arg-type]
    assert set(EMOTION_OF) <= set(gated.seen[1])
    assert sum(map(len, gated.seen)) == 204


async def test_a_full_queue_sends_clients_away_for_a_while() -> None:
    gated = Gated()
    gated.gate.clear()
    async with served(gated, Limits(max_batch=2, max_wait=0, max_texts=4, max_queue=4)) as client:
        first = asyncio.create_task(client.post("/predict", {"inputs": ["joy"] * 2}))
        while not gated.seen:
            await asyncio.sleep(0.001)
        waiting = asyncio.create_task(client.post("/predict", {"inputs": ["joy"] * 4}))
        await client.until("queue_texts", 4)
        async with client.session.post("/predict", json={"inputs": "joy"}) as answer:
            assert answer.status == 429
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
            assert (await answer.json())["error_type"] == "Overloaded"
        gated.gate.set()
        assert [status for status, _ in await asyncio.gather(first, waiting)] == [200, 200]
        assert await label_of(client, "joy") == "joy"


async def test_the_texts_of_a_client_that_left_are_not_judged() -> None:
    gated = Gated()
    gated.gate.clear()
    async with served(gated, Limits(max_batch=2, max_wait=0)) as client:
        first = asyncio.create_task(label_of(client, "joy"))
        while not gated.seen:
            await asyncio.sleep(0.001)
        leaving = asyncio.create_task(client.post("/predict", {"inputs": ["anger"] * 50}))
        staying = asyncio.create_task(label_of(client, "fear"))
        await client.until("queue_texts", 51)
        leaving.cancel()
        await client.until("queue_texts", 1)
        gated.gate.set()
        assert [await first, await staying] == ["joy", "fear"]
        samples = await client.samples()
    assert gated.seen == [["joy"], ["fear"]]
    assert samples["nunchi_serving_requests_total /predict 499"] == 1
    assert samples["nunchi_serving_requests_in_progress"] == 1  # the one that asks


async def test_stopping_finishes_what_is_in_hand_and_takes_nothing_new() -> None:
    gated = Gated()
    gated.gate.clear()
    application = Application(gated, Limits(max_batch=1, max_wait=0))
    stop = asyncio.Event()
    address = asyncio.get_running_loop().create_future()

    async def serve() -> None:
        async with listening(application, "127.0.0.1", 0) as taken:
            address.set_result(taken)
            await stop.wait()

    server = asyncio.create_task(serve())
    async with aiohttp.ClientSession(await address) as session:
        client = Client(session)
        busy = [asyncio.create_task(label_of(client, each)) for each in EMOTION_OF]
        await client.until("queue_texts", 3)
        stop.set()
        while application.stopping is False:
            await asyncio.sleep(0.001)
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"{await address}/health", headers={"Connection": "close"})
        gated.gate.set()
        assert await asyncio.gather(*busy) == list(EMOTION_OF)
        await server
    assert gated.closed


async def test_a_stopping_server_says_that_it_is() -> None:
    async def read(limit: int) -> bytes:
        raise AssertionError(limit)

    application = Application(Gated(), Limits())
    await application.start()
    application.stop_accepting()
    for method, path in (("GET", "/health"), ("POST", "/predict")):
        response = await application.handle(Request(method, path, {}, read))
        assert response.status == 503
    await application.close()
    await application.close()
