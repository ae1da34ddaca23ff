"""Backends behind a server keep the contract that every classifier keeps."""

from __future__ import annotations

import pytest

from classifiers.classifier import Classifier
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
