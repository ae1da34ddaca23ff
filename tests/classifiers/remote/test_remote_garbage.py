"""Answers that break the Open Inference Protocol, or vLLM's: each fails the batch with a reason."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from classifiers.classifier import Classifier
from classifiers.emotion import Emotion
from classifiers.errors import BackendUnavailable, ClassificationFailed
from classifiers.label_maps import LabelMapError
from classifiers.remote import create
from tests.support.inference_servers import (
    LABELS,
    Moments,
    OpenInferenceServer,
    Server,
    TeiServer,
    VllmServer,
)

TEXTS = ["so happy today", "너무 슬프다"]
EVEN = [0.25] * 4
NAMED = {"labels": ",".join(LABELS)}


@asynccontextmanager
async def backend(server: Server, **options: str) -> AsyncIterator[Classifier]:
    await server.start()
    given = {"url": server.url, "fallback": "none", **options}
    classifier = create(given, Moments().timing)
    try:
        await classifier.start()
        yield classifier
    finally:
        await classifier.close()
        await server.stop()


async def failure(server: Server, answer: Any, **options: str) -> str:
    """Return why a batch fails that is answered like this."""

    async def trouble(request: web.Request) -> web.Response | None:
        if request.method == "GET":
            return None
        return web.Response(text=json.dumps(answer), content_type="application/json")

    async with backend(server, **options) as classifier:
        server.trouble = trouble
        with pytest.raises(ClassificationFailed) as failed:
            await classifier.classify(TEXTS)
    return str(failed.value)


def tensor(data: Any, shape: list[int], datatype: str = "FP32", name: str = "scores") -> Any:
    return {"name": name, "shape": shape, "datatype": datatype, "data": data}


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        ([], "lacks the tensor"),
        ([tensor(EVEN, [1, 4])], "1 texts instead of 2"),
        ([tensor([1, 2], [2], "INT64")], "not numbers for each label"),
        ([tensor([0.5] * 8, [8])], "of shape"),
        ([tensor([0.5] * 8, [2, 400_000_000])], "of shape"),
        ([tensor([EVEN, [1]], [2, 4])], "of shape"),
        ([tensor([None] * 8, [2, 4])], "of shape"),
        ([tensor(["a"] * 8, [2, 4])], "of shape"),
        ([tensor([0.25] * 6, [2, 3])], "3 labels"),
        ([tensor([-0.5, 0.5, 0.5, 0.5] * 2, [2, 4])], "no probabilities"),
        ([tensor(["joy"] * 2, [2], "BYTES")], "protocol promises"),
        ([tensor([1, 2], [2], "BYTES")], "no tables"),
        ([tensor(["{}"] * 2, [2], "BYTES")], "different labels"),
        ([tensor(["{0: 1.0}", "{1: 1.0}"], [2], "BYTES")], "different labels"),
        ([tensor(["{0: 0.5, 2: 0.5}"] * 2, [2], "BYTES")], "left out labels"),
    ],
)
async def test_answers_that_break_the_open_inference_protocol(outputs, reason):
    options = {"protocol": "openinference", "model": "mood", **NAMED}
    answer = {"model_name": "mood", "outputs": outputs}
    assert reason in await failure(OpenInferenceServer(), answer, **options)


async def test_a_tensor_by_another_name_is_not_taken():
    options = {"protocol": "openinference", "model": "mood", "output": "logits", **NAMED}
    answer = {"outputs": [tensor(EVEN * 2, [2, 4])]}
    assert "is output= right" in await failure(OpenInferenceServer(), answer, **options)


async def test_scores_without_names_need_names():
    options = {"protocol": "openinference", "model": "mood"}
    answer = {"outputs": [tensor(EVEN * 2, [2, 4])]}
    assert "labels=" in await failure(OpenInferenceServer(), answer, **options)


async def test_tables_may_name_the_labels():
    async def tables(request: web.Request) -> web.Response | None:
        if request.method == "GET":
            return None
        rows = [json.dumps({"neutral": 0.1, "joy": 0.9}), json.dumps({"joy": 0.2, "neutral": 0.8})]
        return web.json_response({"outputs": [tensor(rows, [2], "BYTES")]})

    options = {"protocol": "openinference", "model": "mood"}
    server = OpenInferenceServer()
    async with backend(server, **options) as classifier:
        assert classifier.info.model == "remote@mood:3"
        server.trouble = tables
        happy, calm = await classifier.classify(TEXTS)
        assert happy.as_mapping() == pytest.approx({Emotion.JOY: 0.9, Emotion.NEUTRAL: 0.1})
        assert calm.label is Emotion.NEUTRAL
        assert classifier.info.labels == (Emotion.JOY, Emotion.NEUTRAL)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([{"index": 0, "probs": EVEN}], "each of 2 texts"),
        ([{"index": 0, "probs": EVEN}] * 2, "each of 2 texts"),
        ([{"index": 0, "probs": EVEN}, {"index": 1, "probs": [1]}], "1 labels, but labels="),
        ([{"index": index, "probs": [0.9] * 4} for index in range(2)], "multi_label=yes"),
        ("none", "protocol promises"),
    ],
)
async def test_answers_that_break_vllms_protocol(data, reason):
    options = {"protocol": "vllm", **NAMED}
    assert reason in await failure(VllmServer(), {"data": data}, **options)


async def test_a_model_that_is_not_served_is_found_at_the_start():
    with pytest.raises(BackendUnavailable, match="does not serve the model"):
        async with backend(VllmServer(), protocol="vllm", model="other", **NAMED):
            pass


async def test_one_label_says_nothing_by_a_softmax():
    with pytest.raises(LabelMapError, match="multi_label=yes"):
        async with backend(TeiServer(("joy",))):
            pass


async def test_the_same_label_twice_is_no_answer():
    answer = [[{"label": "joy", "score": 1}, {"label": "joy", "score": 2}]] * 2
    assert "different labels" in await failure(TeiServer(), answer)
