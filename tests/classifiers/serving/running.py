"""What the tests of the server share: a classifier that can be held, and a server around it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from classifiers.classifier import Classifier, ModelInfo
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.prediction import Prediction
from classifiers.serving.application import Application
from classifiers.serving.limits import Limits
from classifiers.serving.over_aiohttp import listening

INFO = ModelInfo("gated", "7", ("en",), max_batch=1000)


class Gated:
    """Judges a text that names an emotion as that emotion, once its gate is open.

    Texts it was given stand in ``seen``, batch by batch; ``broken`` is raised instead of judging.
    """

    def __init__(self, info: ModelInfo = INFO) -> None:
        self.info = info
        self.gate = asyncio.Event()
        self.gate.set()
        self.seen: list[list[str]] = []
        self.broken: Exception | None = None
        self.started = self.closed = False

    async def start(self) -> None:
        self.started = True

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        self.seen.append(list(texts))
        await self.gate.wait()
        if self.broken is not None:
            raise self.broken
        return [said(text, self.info.model) for text in texts]

    async def close(self) -> None:
        self.closed = True


class Polar(Gated):
    """Knows no emotions: a text is a number, the valence."""

    def __init__(self) -> None:
        super().__init__(replace(INFO, labels=()))

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        return [
            Prediction.of({}, valence=float(text), language="en", model="polar@1") for text in texts
        ]


def said(text: str, model: str) -> Prediction:
    label = next((each for each in EMOTIONS if each in text), Emotion.NEUTRAL)
    probabilities = dict.fromkeys(EMOTIONS, 0.05) | {label: 0.6}
    return Prediction.of(probabilities, valence=0.25, language="en", model=model)


class Client:
    """A session whose requests go to one server."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def post(self, path: str, body: object, **more: object) -> tuple[int, object]:
        async with self.session.post(path, json=body, **more) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.json()

    async def send(self, path: str, body: bytes, **more: object) -> tuple[int, object]:
        async with self.session.post(path, data=io.BytesIO(body), **more) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.json()

    async def get(self, path: str, **more: object) -> tuple[int, object]:
        async with self.session.get(path, **more) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.json()

    async def samples(self) -> dict[str, float]:
        """Return the metrics, as the official client reads them; labels follow the name."""
        async with self.session.get("/metrics") as answer:
            text = await answer.text()
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    async def until(self, name: str, value: float) -> None:
        """Wait until a metric has a value."""
        while (await self.samples()).get(f"nunchi_serving_{name}", 0) != value:
            await asyncio.sleep(0.005)


@asynccontextmanager
async def served(
    classifier: Classifier, limits: Limits | None = None, key: str | None = None
) -> AsyncIterator[Client]:
    """Serve a classifier on a free port of loopback."""
    application = Application(classifier, limits or Limits(), key=key)
    # An open connection of the client would have to be waited for: it goes first.
    async with (
        listening(application, "127.0.0.1", 0) as address,
        aiohttp.ClientSession(address, connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        yield Client(session)
