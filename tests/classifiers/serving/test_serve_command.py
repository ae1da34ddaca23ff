"""``nunchi serve``: starts, answers, stops, and says in one line what it cannot do."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from pathlib import Path

import aiohttp
import click
import pytest
import yaml
from click.testing import CliRunner, Result

from bot.cli import nunchi
from bot.serving_commands import serve
from tests.classifiers.serving.command import COMMAND, started
from tests.classifiers.serving.running import Client

KEY = "open-sesame-1234567890"
REPOSITORY = Path(__file__).parents[3]


def says(*arguments: str) -> Result:
    return CliRunner().invoke(nunchi, ["serve", *arguments])


async def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    options = ["--port", "0", "--api-key-env", "DOOR", "--max-wait-ms", "10000", "--max-texts", "2"]
    with started(tmp_path, *options, environ={"DOOR": KEY}) as server:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession(server.address, headers=headers) as session:
            async with session.get("/info") as answer:
                assert (await answer.json())["max_client_batch_size"] == 2
            # It waits ten seconds for others, unless the server is told to stop.
            busy = asyncio.create_task(session.post("/predict", json={"inputs": "정말 행복해"}))
            await Client(session).until("queue_texts", 1)
            assert await asyncio.to_thread(server.stop) == 0
            async with await busy as answer:
                assert answer.status == 200
                assert (await answer.json())[0]["label"] == "joy"
    log = server.log.read_text()
    assert "/predict 200 1 texts" in log
    assert "행복" not in log
    assert KEY not in log


async def test_it_serves_any_backend_without_a_line_a_request(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0", "--backend", "lexicon", "--no-access-log") as server:
        async with (
            aiohttp.ClientSession(server.address) as session,
            session.post("/classify", json={"texts": ["I love it"]}) as answer,
        ):
            (verdict,) = (await answer.json())["predictions"]
        assert server.stop() == 0
    assert verdict["model"].startswith("lexicon@")
    assert server.log.read_text() == ""


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for engine in ("aiohttp", "ray"):
            done = subprocess.run(
                [*COMMAND, "--port", port, "--engine", engine],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "NUNCHI_LOG_LEVEL": "ERROR"},
            )
            assert done.returncode == 69
            assert done.stdout == ""
            said = f"nunchi: cannot listen on 127.0.0.1:{port}: Address already in use\n"
            assert done.stderr == said


def test_a_cluster_that_does_not_answer_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    result = says("--engine", "ray", "--ray-address", address)
    assert result.exit_code == 69
    assert result.stderr == f"nunchi: no cluster of Ray answers at {address}\n"


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (["--replicas", "2"], "need --engine ray"),
        (["--ray-address", "auto"], "need --engine ray"),
        (["--engine", "ray", "--port", "0"], "choose one with --port"),
        (["--engine", "ray", "--replicas", "3", "--max-replicas", "2"], "below --replicas"),
        (["--api-key-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE is empty"),
        (["--max-queue", "10"], "raise the queue"),
        (["--backend", "nonsense"], "no classifier is called 'nonsense'"),
        (["--backend", "embedded?weight=x"], "weight"),
        (["--engine", "ray", "--backend", "nonsense"], "no classifier is called 'nonsense'"),
    ],
)
def test_options_that_cannot_work_are_refused(options: list[str], advice: str) -> None:
    result = says(*options)
    assert result.exit_code == 78
    assert advice in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_compose_file_says_what_the_command_understands() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker" / "serve.compose.yaml").read_text("utf-8"))
    services = compose["services"].values()
    commands = [each["command"] for each in services if "serve" in each.get("command", [])]
    assert len(commands) == 2
    for command in commands:
        context = serve.make_context("serve", command[1:], parent=click.Context(nunchi))
        assert context.params["host"] == "0.0.0.0"
    for service in services:
        assert set(service["networks"]) <= set(compose["networks"])
