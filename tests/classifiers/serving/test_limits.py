"""What the server refuses, how it says so, and that it goes on."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re

import pytest

from classifiers.errors import ClassificationFailed, InvalidOption
from classifiers.serving import application
from classifiers.serving.limits import Limits
from tests.classifiers.serving.running import Client, Gated, served

KEY = "k" * 40
SECRET = "진짜비밀 my secret words"


async def refused(client: Client, path: str, body: bytes) -> tuple[int, str, str]:
    status, answer = await client.send(path, body)
    assert isinstance(answer, dict)
    assert list(answer) == ["error", "error_type"]
    return status, answer["error_type"], answer["error"]


@pytest.mark.parametrize(
    ("path", "body", "status", "kind", "says"),
    [
        ("/predict", b"{", 400, "Validation", "not JSON"),
        ("/predict", b"", 400, "Validation", "not JSON"),
        ("/predict", b"\xff\xfe", 400, "Validation", "not JSON"),
        ("/predict", b"[" * 100_000, 400, "Validation", "not JSON"),
        ("/predict", b"[]", 422, "Validation", "object"),
        ("/predict", b"{}", 422, "Validation", "inputs"),
        ("/predict", b'{"inputs": 5}', 422, "Validation", "a text"),
        ("/predict", b'{"inputs": [1, 2]}', 422, "Validation", "a text"),
        ("/predict", b'{"inputs": ["a", ["b"]]}', 422, "Validation", "a text"),
        ("/predict", b'{"inputs": null}', 422, "Validation", "a text"),
        ("/predict", b'{"inputs": [["a", "b"]]}', 422, "Validation", "pairs"),
        ("/predict", b'{"inputs": []}', 400, "Empty", "no text"),
        ("/predict", b'{"inputs": [[]]}', 400, "Empty", "no text"),
        ("/predict", b'{"inputs": "a", "raw_scores": "yes"}', 422, "Validation", "raw_scores"),
        ("/classify", b'{"texts": []}', 400, "Empty", "no text"),
        ("/classify", b'{"texts": "a"}', 422, "Validation", "texts"),
        ("/classify", b'{"texts": ["a", null]}', 422, "Validation", "texts.1"),
        ("/classify", b'{"inputs": ["a"]}', 422, "Validation", "texts: Field required"),
        ("/classify", b'{"texts": [1, 2]}', 422, "Validation", "texts.0"),
        ("/classify", b'{"texts": ["a"], "head": 3}', 422, "Validation", "head"),
    ],
)
async def test_a_wrong_body_is_refused_with_a_reason(
    path: str, body: bytes, status: int, kind: str, says: str
) -> None:
    async with served(Gated()) as client:
        code, error_type, error = await refused(client, path, body)
        assert (code, error_type) == (status, kind)
        assert says in error
        assert (await client.post("/predict", {"inputs": "joy"}))[0] == 200


async def test_what_is_too_large_is_refused() -> None:
    gated = Gated()
    async with served(gated, Limits(max_texts=3, max_queue=10)) as client:
        many = json.dumps({"inputs": ["a"] * 4}).encode()
        long = json.dumps({"texts": ["a" * 100_000]}).encode()
        huge = json.dumps({"inputs": "a" * 2_000_000}).encode()
        assert await refused(client, "/predict", many) == (
            413,
            "Validation",
            "batch size 4 > maximum allowed batch size 3",
        )
        status, _, error = await refused(client, "/classify", long)
        assert (status, "100000 characters" in error) == (413, True)
        status, _, error = await refused(client, "/predict", huge)
        assert (status, "2000000 bytes" in error) == (413, True)
    assert gated.seen == []


async def test_a_body_that_does_not_say_its_length_is_read_up_to_the_limit() -> None:
    async def endless():  # type: ignore[no-untyped-def]
        for _ in range(1000):
            yield b" " * 1000

    async with (
        served(Gated(), Limits(max_body=10_000)) as client,
        client.session.post("/predict", data=endless()) as answer,
    ):
        assert answer.status == 413


async def test_a_body_that_does_not_arrive_is_not_waited_for_forever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(application, "READ_SECONDS", 0.05)
    async with served(Gated()) as client:
        url = client.session._base_url
        assert url is not None
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(b"POST /predict HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n{")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"Connection: close" in answer


async def test_a_compressed_body_is_refused() -> None:
    body = gzip.compress(b'{"inputs": "joy"}')
    async with served(Gated()) as client:
        status, _ = await client.send("/predict", body, headers={"Content-Encoding": "gzip"})
    assert status == 415


async def test_half_a_character_is_replaced() -> None:
    gated = Gated()
    async with served(gated) as client:
        status, _ = await client.send("/predict", rb'{"inputs": ["joy \ud83d", "\ud83d\ude00"]}')
    assert status == 200
    assert gated.seen == [["joy ?", "😀"]]


async def test_other_paths_and_methods_are_refused() -> None:
    async with served(Gated()) as client:
        assert (await client.get("/nothing"))[0] == 404
        async with client.session.get("/predict") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")
        async with client.session.head("/health") as answer:
            assert answer.status == 200


async def test_only_health_is_open_without_the_key() -> None:
    gated = Gated()
    async with served(gated, key=KEY) as client:
        assert await client.get("/health") == (200, {"status": "ok"})
        for headers in (
            {},
            {"Authorization": KEY},
            {"Authorization": f"Basic {KEY}"},
            {"Authorization": f"Bearer {KEY[:-1]}"},
            {"Authorization": f"Bearer {KEY}k"},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer 열쇠"},
        ):
            status, answer = await client.post("/predict", {"inputs": "joy"}, headers=headers)
            assert (status, answer["error_type"]) == (401, "Unauthorized")  # type: ignore[call-overload, index]
        for path in ("/info", "/metrics", "/openapi.json", "/nothing"):
            assert (await client.get(path))[0] == 401
        for scheme in ("Bearer", "bearer"):
            right = {"Authorization": f"{scheme} {KEY}"}
            assert (await client.post("/predict", {"inputs": "joy"}, headers=right))[0] == 200
    assert len(gated.seen) == 2


async def test_a_failing_batch_costs_only_its_requests() -> None:
    gated = Gated()
    async with served(gated) as client:
        gated.broken = ClassificationFailed("the machine at 192.0.2.1 is on fire")
        status, answer = await client.post("/predict", {"inputs": "joy"})
        assert (status, answer["error_type"]) == (424, "Backend")  # type: ignore[call-overload, index]
        assert "192.0.2.1" not in answer["error"]  # type: ignore[call-overload, index]
        gated.broken = ValueError(SECRET)
        assert (await client.post("/classify", {"texts": ["joy"]}))[0] == 500
        assert (await client.get("/health"))[0] == 503
        gated.broken = None
        assert (await client.get("/health"))[0] == 200
        assert (await client.post("/predict", {"inputs": "joy"}))[0] == 200
        samples = await client.samples()
    assert samples["nunchi_serving_requests_total /predict 424"] == 1
    assert samples["nunchi_serving_requests_total /classify 500"] == 1
    assert samples["nunchi_serving_errors_total Backend"] == 2


async def test_no_text_and_no_key_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gated = Gated()
    async with served(gated, key=KEY) as client:
        right = {"headers": {"Authorization": f"Bearer {KEY}"}}
        await client.post("/predict", {"inputs": SECRET}, **right)
        await client.post("/predict", {"inputs": [SECRET], "truncate": SECRET}, **right)
        await client.post("/classify", {"texts": [SECRET], "head": SECRET}, **right)
        await client.post("/classify", {"texts": ["a"], SECRET: SECRET}, **right)
        await client.get(f"/{SECRET}?text={SECRET}", **right)
        await client.post("/predict", {"inputs": SECRET}, headers={"Authorization": SECRET})
        gated.broken = ValueError(SECRET)
        await client.post("/predict", {"inputs": SECRET}, **right)
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "/predict 200 1 texts" in caplog.text
    assert "ValueError" in caplog.text
    assert not re.search(f"비밀|secret words|{KEY}", logged)


def test_a_queue_must_have_room_for_one_request() -> None:
    with pytest.raises(InvalidOption, match="raise the queue"):
        Limits(max_texts=100, max_queue=99)
