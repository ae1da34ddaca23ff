"""The same application behind an ASGI server: uvicorn, on a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import uvicorn

from classifiers.errors import BackendUnavailable
from classifiers.serving.application import Application
from classifiers.serving.asgi import AsgiApplication
from classifiers.serving.limits import Limits
from tests.classifiers.serving.running import Client, Gated, served

LIMITS = Limits(max_batch=2, max_wait=0, max_body=10_000)


@asynccontextmanager
async def under_uvicorn(build: Callable[[], Application]) -> AsyncIterator[Client]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            AsgiApplication(build), lifespan="on", log_config=None, timeout_graceful_shutdown=5
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not running.done():
            await asyncio.sleep(0.01)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            async with aiohttp.ClientSession(address) as session:
                yield Client(session)
        finally:
            server.should_exit = True
            await running


async def test_the_answers_are_those_of_the_other_engine() -> None:
    bodies = [
        ("/predict", b'{"inputs": ["joy", "hurt"]}'),
        ("/predict", b'{"inputs": "fear", "raw_scores": true}'),
        ("/classify", b'{"texts": ["anger", "joy"]}'),
        ("/predict", b"{"),
        ("/predict", b'{"inputs": []}'),
        ("/classify", b'{"texts": ["a"], "head": "nose"}'),
        ("/predict", b'{"inputs": "' + b"a" * 20_000 + b'"}'),
        ("/nothing", b""),
    ]
    async with (
        served(Gated(), LIMITS, key="key") as here,
        under_uvicorn(lambda: Application(Gated(), LIMITS, key="key")) as there,
    ):
        for headers in ({"Authorization": "Bearer key"}, {}):
            for path, body in bodies:
                expected = await here.send(path, body, headers=headers)
                assert await there.send(path, body, headers=headers) == expected
            for path in ("/health", "/info", "/openapi.json"):
                expected = await here.get(path, headers=headers)
                assert await there.get(path, headers=headers) == expected
        async with there.session.head("/health") as answer:
            assert (answer.status, await answer.read()) == (200, b"")


async def test_a_client_that_leaves_takes_its_texts_along() -> None:
    gated = Gated()
    gated.gate.clear()
    async with under_uvicorn(lambda: Application(gated, LIMITS)) as client:
        first = asyncio.create_task(client.post("/predict", {"inputs": "joy"}))
        while not gated.seen:
            await asyncio.sleep(0.001)
        leaving = asyncio.create_task(client.post("/predict", {"inputs": ["anger"] * 50}))
        await client.until("queue_texts", 50)
        leaving.cancel()
        await client.until("queue_texts", 0)
        gated.gate.set()
        assert (await first)[0] == 200
    assert gated.seen == [["joy"]]
    assert gated.closed


async def test_a_classifier_that_does_not_start_stops_the_server() -> None:
    class Absent(Gated):
        async def start(self) -> None:
            msg = "the file of the model is missing"
            raise BackendUnavailable(msg)

    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "lifespan.startup"}

    async def send(event: object) -> None:
        assert isinstance(event, dict)
        sent.append(event)

    application = AsgiApplication(lambda: Application(Absent(), LIMITS))
    await application({"type": "lifespan"}, receive, send)
    assert sent == [
        {"type": "lifespan.startup.failed", "message": "the file of the model is missing"}
    ]
