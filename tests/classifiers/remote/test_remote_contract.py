"""Backends behind a server keep the contract that every classifier keeps."""

from __future__ import annotations

import pytest

from classifiers.classifier import Classifier, load
from classifiers.llm import create as create_llm
from classifiers.remote import create as create_remote
from classifiers.testing import Expectations, check_classifier_async
from tests.support.chat_server import ChatServer
from tests.support.inference_servers import LABELS, OpenInferenceServer, TeiServer, VllmServer

NAMED = {"labels": ",".join(LABELS)}


@pytest.mark.parametrize(
    ("server", "options"),
    [
        (TeiServer, {}),
        (OpenInferenceServer, {"protocol": "openinference", "model": "mood", **NAMED}),
        (VllmServer, {"protocol": "vllm", **NAMED}),
    ],
)
async def test_remote_keeps_the_contract(server, options):
    running = server()
    await running.start()

    def build() -> Classifier:
        return create_remote({"url": running.url, "fallback": "none", **options})

    try:
        await check_classifier_async(build)
    finally:
        await running.stop()


async def test_llm_keeps_the_contract():
    running = ChatServer()
    await running.start()

    def build() -> Classifier:
        return create_llm({"url": f"{running.url}/v1", "model": "tiny-chat", "fallback": "none"})

    try:
        await check_classifier_async(build)
    finally:
        await running.stop()


async def test_so_does_the_fallback_while_the_server_is_away():
    running = TeiServer()
    await running.start()
    await running.stop()

    def build() -> Classifier:
        return create_remote({"url": running.url, "fallback": "embedded"})

    await check_classifier_async(build, Expectations(fallback=True))


@pytest.mark.parametrize(
    ("specification", "host"),
    [
        ("remote?url=https://models.example.org&fallback=none", "models.example.org:443"),
        ("remote?url=http://127.0.0.1:8080&fallback=none", None),
        ("remote?url=http://192.168.1.7:8080&fallback=none", None),
        (
            "llm?url=https://api.example.org/v1&model=m&consent=text-leaves-this-machine",
            "api.example.org:443",
        ),
        ("embedded", None),
    ],
)
def test_a_backend_says_where_texts_are_sent(specification: str, host: str | None) -> None:
    assert load(specification).info.sends_to == host
