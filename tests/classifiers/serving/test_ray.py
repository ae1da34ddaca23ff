"""The application on a real cluster of Ray: two replicas on this machine, started once."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import psutil
import pytest

from classifiers.classifier import load
from classifiers.serving.limits import Limits
from tests.classifiers.serving.command import started
from tests.classifiers.serving.running import Client, served

LIMITS = Limits(max_batch=16, max_wait=0.05, max_texts=20)
OPTIONS = "--engine ray --replicas 2 --max-batch 16 --max-wait-ms 50 --max-texts 20"
TEXTS = [
    f"{word} {at}" for at in range(50) for word in ("정말 행복해", "so angry", "무서워", "table")
]
SECONDS_FOR_BOTH = 120
BODIES = [
    ("/predict", {"inputs": TEXTS[:8]}),
    ("/predict", {"inputs": TEXTS[0], "raw_scores": True}),
    ("/classify", {"texts": TEXTS[:4], "head": "nsmc"}),
    ("/predict", {"inputs": TEXTS[:21]}),
    ("/predict", {"inputs": []}),
    ("/classify", {"texts": "joy"}),
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_two_replicas_answer_like_one_server_and_leave_nothing_behind(
    short_folder: Path,
) -> None:
    environ = {
        "RAY_TMPDIR": str(short_folder),
        # Where Ray keeps the token of its cluster.
        "HOME": str(short_folder),
        "DOOR": "key",
    }
    options = [*OPTIONS.split(), "--port", str(free_port()), "--api-key-env", "DOOR"]
    with started(short_folder, *options, environ=environ) as server:
        processes = psutil.Process(server.process.pid).children(recursive=True)
        addresses = [
            connection.laddr
            for process in processes
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        async with (
            served(load("embedded"), LIMITS, key="key") as here,
            aiohttp.ClientSession(
                server.address, headers={"Authorization": "Bearer key"}
            ) as session,
        ):
            there = Client(session)
            await the_same_answers(here, there)
            await batches_form_on_both(there)
            async with aiohttp.ClientSession(server.address) as stranger:
                assert (await Client(stranger).post("/predict", {"inputs": "a"}))[0] == 401
                assert (await Client(stranger).get("/health"))[0] == 200
        assert server.stop() == 0
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert alive == []
    assert [each for each in psutil.process_iter() if belongs_to(each, short_folder)] == []
    # All of Ray but one port of each replica, which cannot be moved.
    hosts = [address.ip.removeprefix("::ffff:") for address in addresses]
    assert [host for host in hosts if not host.startswith("127.")] == ["::"] * 2
    assert server.address.startswith("http://127.0.0.1:")
    logs = [path.read_text("utf-8", "replace") for path in short_folder.rglob("*.log")]
    assert logs
    assert not any("행복" in log for log in logs)


def belongs_to(process: psutil.Process, folder: Path) -> bool:
    try:
        return any(str(folder) in word for word in process.cmdline())
    except psutil.Error:
        return False


async def the_same_answers(here: Client, there: Client) -> None:
    right = {"Authorization": "Bearer key"}
    for path, body in BODIES:
        expected = await here.post(path, body, headers=right)
        for _ in range(4):  # both replicas get their turn
            assert await there.post(path, body) == expected
    assert await there.get("/openapi.json") == await here.get("/openapi.json", headers=right)


async def batches_form_on_both(there: Client) -> None:
    """Send waves until both replicas had a fair part; Ray says which of two gets a call."""
    before = await totals(there)
    sent = 0
    while sent < 20 * len(TEXTS):
        answers = await asyncio.gather(
            *(there.post("/predict", {"inputs": text}) for text in TEXTS)
        )
        sent += len(TEXTS)
        assert {status for status, _ in answers} == {200}
        after = await totals(there)
        texts = {name: after[name][0] - before[name][0] for name in after}
        if min(texts.values()) >= 20:
            break
    else:
        pytest.fail(f"one replica is left out: {texts}")
    batches = {name: after[name][1] - before[name][1] for name in after}
    assert sum(texts.values()) == sent
    assert sum(batches.values()) <= sent / 3


async def totals(there: Client) -> dict[str, tuple[float, float]]:
    """Return how many texts and batches each of the two replicas has judged.

    Which one answers is chance, and while one of them is slow it is always the other.
    """
    found: dict[str, tuple[float, float]] = {}
    async with asyncio.timeout(SECONDS_FOR_BOTH):
        while len(found) < 2:
            for samples in await asyncio.gather(*(there.samples() for _ in range(40))):
                name = next(key for key in samples if key.startswith("nunchi_serving_queue_texts"))
                replica = name.rpartition(" ")[2]
                found[replica] = (
                    samples.get(f"nunchi_serving_batch_size_sum {replica}", 0),
                    samples.get(f"nunchi_serving_batch_size_count {replica}", 0),
                )
    return found
