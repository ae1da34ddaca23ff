"""Inference servers on this machine that keep to their protocols, and misbehave when asked to.

They are written after the documents of the real ones: Text Embeddings Inference (OpenAPI 1.7), the
Open Inference Protocol 2 (with KServe's tables), vLLM's ``/classify``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from aiohttp import web

from classifiers.resilience.timing import Timing

Trouble = Callable[[web.Request], Awaitable[web.StreamResponse | None]]

LABELS = ("joy", "sadness", "anger", "neutral")
WORDS = {"joy": ("happy", "love", "행복"), "sadness": ("sad", "슬프"), "anger": ("hate", "화가")}


def logits_of(text: str) -> list[float]:
    """Return what the model of all servers here says of a text."""
    found = [4.0 if any(word in text for word in WORDS.get(label, ())) else 0.0 for label in LABELS]
    return found if any(found) else [0.0, 0.0, 0.0, 3.0]


def softmax(logits: list[float]) -> list[float]:
    grown = np.exp(logits)
    return (grown / grown.sum()).tolist()


class Server:
    """An HTTP server that can be stopped, started again on its port, and made to misbehave."""

    def __init__(self) -> None:
        self.port = 0
        self.seen: list[tuple[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[int] = set()
        self.trouble: Trouble | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, path: str) -> list[Any]:
        return [body for seen, body in self.seen if seen == path]

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def start(self) -> None:
        application = web.Application(middlewares=[self._watch], client_max_size=2_000_000)
        application.add_routes(self.routes())
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.read()
        self.seen.append((request.path, json.loads(body) if body else None))
        self.headers.append(dict(request.headers))
        self.connections.add(id(request.transport))
        if self.trouble is not None and (answer := await self.trouble(request)) is not None:
            return answer
        return await handler(request)


class TeiServer(Server):
    """Text Embeddings Inference with a classifier."""

    def __init__(self, labels: tuple[str, ...] = LABELS, max_batch: int = 32) -> None:
        super().__init__()
        self.labels = labels
        self.max_batch = max_batch
        self.sha: str | None = "58b6c5b44a7a12093f782442969019c7e2982299"
        self.poison = "\0never"

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/info", self.info), web.post("/predict", self.predict)]

    async def info(self, request: web.Request) -> web.Response:
        id2label = {str(index): label for index, label in enumerate(self.labels)}
        label2id = {label: index for index, label in enumerate(self.labels)}
        return web.json_response(
            {
                "model_id": "nunchi/tiny-moods",
                "model_sha": self.sha,
                "model_dtype": "float32",
                "model_type": {"classifier": {"id2label": id2label, "label2id": label2id}},
                "max_concurrent_requests": 512,
                "max_input_length": 512,
                "max_batch_tokens": 16384,
                "max_batch_requests": None,
                "max_client_batch_size": self.max_batch,
                "auto_truncate": False,
                "tokenization_workers": 2,
                "version": "1.7.1",
                "sha": None,
                "docker_label": None,
            }
        )

    async def predict(self, request: web.Request) -> web.Response:
        asked = await request.json()
        inputs, raw = asked["inputs"], asked.get("raw_scores", False)
        if not isinstance(inputs, list) or not inputs or isinstance(inputs[0], str):
            return web.json_response(self.scores(inputs, raw))  # a single text or a pair
        if len(inputs) > self.max_batch:
            return self.error(413, "batch size > maximum allowed batch size", "Validation")
        texts = [" ".join(each) for each in inputs]
        if any(not text or self.poison in text for text in texts):
            return self.error(422, "inputs cannot be read", "Tokenizer")
        return web.json_response([self.scores(text, raw) for text in texts])

    def scores(self, text: object, raw: bool) -> list[dict[str, Any]]:
        logits = logits_of(str(text))
        values = logits if raw else softmax(logits)
        pairs = zip(self.labels, values, strict=True)
        found = [{"score": score, "label": label} for label, score in pairs]
        return sorted(found, key=lambda each: -each["score"])

    @staticmethod
    def error(status: int, error: str, kind: str) -> web.Response:
        return web.json_response({"error": error, "error_type": kind}, status=status)


class OpenInferenceServer(Server):
    """A server of the Open Inference Protocol with one model called ``mood``."""

    def __init__(self, kind: str = "FP32", columns: bool = False) -> None:
        super().__init__()
        self.kind = kind
        self.columns = columns
        self.version = "3"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v2/models/mood", self.metadata),
            web.post("/v2/models/mood/infer", self.infer),
        ]

    async def metadata(self, request: web.Request) -> web.Response:
        shape = [-1, 1] if self.columns else [-1]
        return web.json_response(
            {
                "name": "mood",
                "versions": [self.version],
                "platform": "ensemble",
                "inputs": [{"name": "TEXT", "datatype": "BYTES", "shape": shape}],
                "outputs": [{"name": "scores", "datatype": self.kind, "shape": [-1, 4]}],
            }
        )

    async def infer(self, request: web.Request) -> web.Response:
        (tensor,) = (await request.json())["inputs"]
        count = len(tensor["data"])
        shape = [count, 1] if self.columns else [count]
        if (tensor["name"], tensor["datatype"], tensor["shape"]) != ("TEXT", "BYTES", shape):
            return web.json_response({"error": "unexpected tensor"}, status=400)
        rows = [softmax(logits_of(text)) for text in tensor["data"]]
        output: dict[str, Any] = {"name": "scores", "datatype": self.kind, "shape": [count, 4]}
        if self.kind == "BYTES":
            output["shape"] = [count]
            output["data"] = [str(dict(enumerate(row))) for row in rows]
        elif self.columns:
            output["data"] = rows
        else:
            output["data"] = [value for row in rows for value in row]
        answer = {"model_name": "mood", "model_version": self.version, "outputs": [output]}
        return web.json_response(answer)


class VllmServer(Server):
    """vLLM with a classifier."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v1/models", self.models), web.post("/classify", self.classify)]

    async def models(self, request: web.Request) -> web.Response:
        card = {"id": "nunchi/tiny-moods", "object": "model", "owned_by": "vllm", "created": 1}
        return web.json_response({"object": "list", "data": [card]})

    async def classify(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["truncate_prompt_tokens"] < -1:
            return web.json_response({"error": {"message": "ge -1"}}, status=400)
        data = []
        for index, text in enumerate(asked["input"]):
            probs = softmax(logits_of(text))
            label = LABELS[int(np.argmax(probs))]
            data.append({"index": index, "label": label, "probs": probs, "num_classes": 4})
        return web.json_response(
            {
                "id": "classify-1",
                "object": "list",
                "created": 1,
                "model": "nunchi/tiny-moods",
                "data": data[::-1],
                "usage": {"prompt_tokens": 9, "total_tokens": 9, "completion_tokens": 0},
            }
        )


@dataclass
class Moments:
    """A clock that moves when somebody sleeps, or when it is told to."""

    at: float = 1000.0
    day: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)

    @property
    def timing(self) -> Timing:
        return Timing(lambda: self.at, self.sleep, lambda: 0.5, lambda: self.day)
