"""``nunchi run`` as an operator meets it: a real process against the loopback Discord."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.events import Intent
from bot.sandbox.server import Sandbox

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.s3cr3t-part_of-the_token"
PATIENCE = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def start(*arguments: str, folder: Path, **variables: str) -> Process:
    inherited = {name: value for name, value in os.environ.items() if "NUNCHI_" not in name}
    inherited.pop("DISCORD_TOKEN", None)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=inherited | variables,
        stdout=PIPE,
        stderr=PIPE,
    )


@asynccontextmanager
async def running(sandbox: Sandbox, folder: Path, **variables: str) -> AsyncIterator[Process]:
    """A bot's process; it is gone at the end, whatever happens."""
    process = await start(
        "run",
        folder=folder,
        **{"DISCORD_TOKEN": TOKEN, "NUNCHI_DISCORD_API": sandbox.base_url} | variables,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ending(process: Process) -> tuple[int, str]:
    """Wait for a process; return its exit code and what it wrote to standard error."""
    output, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert output == b""
    assert process.returncode is not None
    return process.returncode, errors.decode()


def entries(log: str) -> list[dict[str, str]]:
    """Return the log entries; the tools that measure a process may write lines of their own."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def explanation(log: str) -> str:
    """Return the one line that says why the command ended."""
    (line,) = [line for line in log.splitlines() if line.startswith("nunchi: ")]
    return line


async def test_it_connects_answers_health_and_stops_in_order(tmp_path: Path) -> None:
    port = str(free_port())
    async with (
        Sandbox(TOKEN) as sandbox,
        running(sandbox, tmp_path, NUNCHI_HEALTH_PORT=port, NUNCHI_LOG_FORMAT="json") as process,
    ):
        await sandbox.wait_ready(PATIENCE)
        for _ in range(100):
            asked = await start("health", folder=tmp_path, NUNCHI_HEALTH_PORT=port)
            if await asked.wait() == 0:
                break
        assert asked.returncode == 0
        process.send_signal(signal.SIGTERM)
        code, log = await ending(process)
    assert code == 0
    assert "Traceback" not in log
    assert TOKEN not in log
    assert {entry["level"] for entry in entries(log)} <= {"INFO", "WARNING"}
    assert entries(log) != []


async def test_a_refused_token_is_77(tmp_path: Path) -> None:
    async with Sandbox("another-token") as sandbox, running(sandbox, tmp_path) as process:
        code, log = await ending(process)
    assert code == 77
    assert explanation(log).startswith("nunchi: Discord refused the token: open https://")
    assert TOKEN not in log


async def test_an_intent_that_is_not_granted_is_76(tmp_path: Path) -> None:
    async with Sandbox(TOKEN) as sandbox:
        sandbox.granted_intents = Intent.NONE
        async with running(sandbox, tmp_path) as process:
            code, log = await ending(process)
    assert code == 76
    line = explanation(log)
    assert line.startswith("nunchi: Discord did not grant the message content intent")
    assert "Privileged Gateway Intents -> Message Content Intent" in line


async def test_a_store_that_is_not_there_is_69_and_its_password_is_not_shown(
    tmp_path: Path,
) -> None:
    url = f"mongodb://nunchi:hunter2@127.0.0.1:{free_port()}/nunchi"
    async with Sandbox(TOKEN) as sandbox, running(sandbox, tmp_path, NUNCHI_STORE=url) as process:
        code, log = await ending(process)
    assert code == 69
    assert "MongoDB" in explanation(log)
    assert "Traceback" not in log
    assert "hunter2" not in log


async def test_a_store_that_cannot_be_understood_is_78(tmp_path: Path) -> None:
    async with (
        Sandbox(TOKEN) as sandbox,
        running(sandbox, tmp_path, NUNCHI_STORE="mysql://u:hunter2@host/x") as process,
    ):
        code, log = await ending(process)
    assert code == 78
    assert "mongodb://" in explanation(log)
    assert "hunter2" not in log


async def test_an_unknown_classifier_is_78(tmp_path: Path) -> None:
    async with (
        Sandbox(TOKEN) as sandbox,
        running(sandbox, tmp_path, NUNCHI_CLASSIFIER="clairvoyant") as process,
    ):
        code, log = await ending(process)
    assert code == 78
    assert "clairvoyant" in explanation(log)
