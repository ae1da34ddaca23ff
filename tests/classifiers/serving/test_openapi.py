"""The OpenAPI document is true: it names what is served, and every answer is as it says."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from classifiers.classifier import Classifier, load
from classifiers.errors import ClassificationFailed
from classifiers.serving.limits import Limits
from tests.classifiers.serving.running import Client, Gated, Polar, served

KEY = "0123456789"
RIGHT = {"Authorization": f"Bearer {KEY}"}


class Truth:
    """Checks requests and answers against the document that the server gives out."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def check(self, schema: dict[str, Any], value: object) -> None:
        whole = {**schema, "components": self.document["components"]}
        Draft202012Validator.check_schema(whole)
        Draft202012Validator(whole).validate(value)

    def check_answer(self, method: str, path: str, status: int, kind: str, value: object) -> None:
        content = self.document["paths"][path][method]["responses"][str(status)]["content"]
        self.check(content[kind]["schema"], value)

    def check_request(self, path: str, value: object) -> None:
        body = self.document["paths"][path]["post"]["requestBody"]["content"]
        self.check(body["application/json"]["schema"], value)


async def truth_of(client: Client) -> Truth:
    status, document = await client.get("/openapi.json", headers=RIGHT)
    assert status == 200
    assert isinstance(document, dict)
    return Truth(document)


# Numbers as texts, which every one of the three backends can judge.
REQUESTS: list[tuple[str, Any]] = [
    ("/predict", {"inputs": "0.5"}),
    ("/predict", {"inputs": ["0.5", "-1"], "raw_scores": True}),
    ("/predict", {"inputs": [["0"]], "truncate": True, "truncation_direction": "Left"}),
    ("/classify", {"texts": ["0.5", "1"]}),
    ("/classify", {"texts": ["0"], "truncate": None}),
]
WRONG: list[tuple[str, Any]] = [
    ("/predict", {"inputs": [["joy", "hurt"]]}),
    ("/predict", {"inputs": []}),
    ("/predict", {"raw_scores": True}),
    ("/classify", {"texts": "joy"}),
    ("/classify", {"texts": ["joy"], "more": 1}),
]


@pytest.mark.parametrize("backend", ["gated", "polar", "embedded"])
async def test_every_answer_is_as_the_document_says(backend: str) -> None:
    kinds: dict[str, type[Classifier]] = {"gated": Gated, "polar": Polar}
    classifier = kinds[backend]() if backend in kinds else load(backend)
    async with served(classifier, Limits(max_texts=5, max_chars=100), key=KEY) as client:
        truth = await truth_of(client)
        for path, body in REQUESTS:
            truth.check_request(path, body)
            status, answer = await client.post(path, body, headers=RIGHT)
            assert status == 200
            truth.check_answer("post", path, status, "application/json", answer)
        for path in ("/info", "/health", "/openapi.json"):
            status, answer = await client.get(path, headers=RIGHT)
            truth.check_answer("get", path, status, "application/json", answer)
        async with client.session.get("/metrics", headers=RIGHT) as answer:
            truth.check_answer("get", "/metrics", 200, answer.content_type, await answer.text())


async def test_a_head_is_as_the_document_says() -> None:
    async with served(load("embedded"), key=KEY) as client:
        truth = await truth_of(client)
        body = {"texts": ["최고예요"], "head": "nsmc"}
        truth.check_request("/classify", body)
        status, answer = await client.post("/classify", body, headers=RIGHT)
    truth.check_answer("post", "/classify", status, "application/json", answer)


async def test_every_refusal_is_as_the_document_says() -> None:
    gated = Gated()
    async with served(gated, Limits(max_texts=5, max_chars=100), key=KEY) as client:
        truth = await truth_of(client)
        for path, body in WRONG:
            with pytest.raises(ValidationError):
                truth.check_request(path, body)
        gated.broken = ClassificationFailed("no")
        met = set()
        for path, body in [
            *WRONG,
            ("/predict", {"inputs": ["a"] * 6}),
            ("/classify", {"texts": ["a" * 101]}),
            ("/classify", {"texts": ["a"], "head": "nose"}),
            ("/predict", {"inputs": "joy"}),
        ]:
            status, answer = await client.post(path, body, headers=RIGHT)
            truth.check_answer("post", path, status, "application/json", answer)
            met.add(status)
        for method, path in (("get", "/info"), ("post", "/predict")):
            async with client.session.request(method, path) as answer:
                value = await answer.json()
                truth.check_answer(method, path, answer.status, "application/json", value)
        async with client.session.get("/health") as answer:
            value = await answer.json()
            truth.check_answer("get", "/health", answer.status, "application/json", value)
            met.add(answer.status)
    assert met == {400, 413, 422, 424, 503}


async def test_the_document_names_all_that_is_served_and_nothing_else() -> None:
    async with served(Gated(), key=KEY) as client:
        truth = await truth_of(client)
        assert truth.document["openapi"].startswith("3.1")
        for path, methods in truth.document["paths"].items():
            for method in ("get", "post", "put"):
                async with client.session.request(method, path, headers=RIGHT) as answer:
                    assert (answer.status == 405) == (method not in methods)
        _, answer = await client.get("/nothing", headers=RIGHT)
    named = answer["error"].removeprefix("there is nothing here but ").split(", ")  # type: ignore[call-overload, index]
    assert set(named) == set(truth.document["paths"])
