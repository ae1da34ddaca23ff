"""The command line: exit codes, one-line errors, a clean stop, and nothing secret on the screen."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli import nunchi, until_stopped

PROCESS_PATIENCE = 60


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("NUNCHI_") or name == "DISCORD_TOKEN":
            monkeypatch.delenv(name)
    return tmp_path


def nunchi_says(*arguments: str, **variables: str) -> Result:
    return CliRunner(env=variables).invoke(nunchi, arguments)


def test_no_command_is_cut_short_in_a_list() -> None:
    groups = [name for name, each in nunchi.commands.items() if isinstance(each, click.Group)]
    assert "train" in groups
    for words in ([], *([name] for name in groups)):
        listed = nunchi_says(*words, "--help").output.partition("Commands:")[2].splitlines()
        assert len(listed) > 1
        assert not [line for line in listed if line.endswith("...")], words


def test_the_version_is_the_one_of_the_package() -> None:
    assert nunchi_says("--version").output == f"nunchi, version {version('nunchi-bot')}\n"


def test_help_lists_the_commands() -> None:
    text = nunchi_says("-h").output
    for command in ("run", "demo", "doctor", "health"):
        assert f"\n  {command} " in text


def test_python_m_bot_is_the_same_command(elsewhere: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--version"],
        capture_output=True,
        text=True,
        timeout=PROCESS_PATIENCE,
        check=True,
    )
    assert done.stdout.startswith("nunchi, version ")


# nunchi run


def test_without_a_token_one_line_and_78(elsewhere: Path) -> None:
    result = nunchi_says("run")
    assert result.exit_code == 78
    assert result.stderr.startswith("nunchi: DISCORD_TOKEN is not set")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["run", "health"])
def test_a_bad_setting_is_one_line_and_78(elsewhere: Path, command: str) -> None:
    result = nunchi_says(command, NUNCHI_BATCH_SIZE="3")
    assert result.exit_code == 78
    assert result.stderr.startswith("nunchi: NUNCHI_BATCH_SIZE=3 is not allowed")
    assert result.stderr.count("\n") == 1


def test_the_file_env_is_read_where_the_command_runs(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("NUNCHI_LANGUAGE=fr\n")
    assert "NUNCHI_LANGUAGE=fr" in nunchi_says("run").stderr


def test_another_file_can_be_named_and_must_exist(elsewhere: Path) -> None:
    file = elsewhere / "other.env"
    file.write_text("NUNCHI_TIMEZONE=Mars/Olympus\n")
    assert "Mars/Olympus" in nunchi_says("--env-file", str(file), "run").stderr
    missing = nunchi_says("--env-file", "absent.env", "run")
    assert missing.exit_code == 2
    assert "absent.env" in missing.stderr


@contextmanager
def waiting_process(
    *, cleanup: str = "print('stored', flush=True)"
) -> Iterator[subprocess.Popen[str]]:
    """A process that works until it is stopped, and cleans up after itself."""
    code = f"""
import asyncio
from bot.cli import until_stopped

async def work():
    print('working', flush=True)
    try:
        await asyncio.sleep(3600)
    finally:
        {cleanup}

asyncio.run(until_stopped(work()))
print('left in order', flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "working\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_in_order_with_0(number: signal.Signals) -> None:
    with waiting_process() as process:
        process.send_signal(number)
        output, errors = process.communicate(timeout=PROCESS_PATIENCE)
    assert process.returncode == 0
    assert output == "stored\nleft in order\n"
    assert errors == ""


def test_a_second_signal_ends_at_once() -> None:
    slow = "print('storing', flush=True); await asyncio.sleep(3600)"
    with waiting_process(cleanup=slow) as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.readline() == "storing\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PROCESS_PATIENCE)
    assert process.returncode == -signal.SIGTERM


async def test_work_that_ends_by_itself_ends_the_command() -> None:
    await until_stopped(asyncio.sleep(0))


async def test_an_error_of_the_work_comes_through() -> None:
    async def fail() -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        await until_stopped(fail())


async def test_a_cancellation_without_a_signal_comes_through() -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await until_stopped(give_up())


async def test_a_signal_in_this_process_cancels_the_work() -> None:
    cleaned = []

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.append(True)

    await until_stopped(work())
    assert cleaned == [True]


# nunchi demo


def spoken(number: int, text: str) -> dict[str, object]:
    return {
        "id": str(number),
        "type": "Default",
        "timestamp": f"2026-11-09T10:{number % 60:02}:00+09:00",
        "content": text,
        "author": {"id": str(number % 2), "name": f"member {number % 2}", "isBot": False},
    }


def test_an_export_is_replayed_into_a_folder(elsewhere: Path) -> None:
    export = {
        "guild": {"id": "1", "name": "Camp"},
        "channel": {"id": "2", "name": "general"},
        "messages": [spoken(10, "오늘 정말 좋다!"), spoken(11, "나도 그래 ㅋㅋ")],
    }
    (elsewhere / "export.json").write_text(json.dumps(export), encoding="utf-8")
    result = nunchi_says("demo", "--out", "shown", "--export", "export.json")
    assert result.exit_code == 0
    summary = json.loads((elsewhere / "shown" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["messages_stored"], summary["missing"], summary["duplicated"]) == (2, 0, 0)


def test_a_folder_that_cannot_be_made_is_one_line(elsewhere: Path) -> None:
    (elsewhere / "file").write_text("")
    result = nunchi_says("demo", "--out", "file/shown")
    assert result.exit_code == 69
    assert result.stderr.startswith("nunchi: the folder file/shown cannot be written to: ")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_no_export_is_one_line(elsewhere: Path) -> None:
    (elsewhere / "bad.json").write_text("{}")
    result = nunchi_says("demo", "--export", "bad.json")
    assert result.exit_code != 0
    assert result.stderr.startswith("nunchi: bad.json is no DiscordChatExporter export")
    assert result.stderr.count("\n") == 1


# nunchi doctor


def test_the_doctor_speaks_the_language_of_the_terminal(elsewhere: Path) -> None:
    bad = {"NUNCHI_LANGUAGE": "fr", "LC_ALL": "", "LC_MESSAGES": ""}
    korean = nunchi_says("doctor", LANG="ko_KR.UTF-8", **bad)
    assert "고쳐야 할 것이 1개" in korean.output
    assert korean.exit_code == 1
    assert "To be put right: 1." in nunchi_says("doctor", LANG="C.UTF-8", **bad).output
    asked = nunchi_says("doctor", "--language", "ko", LANG="en_US.UTF-8", **bad)
    assert "설정" in asked.output


def test_a_healthy_installation_gets_0(elsewhere: Path) -> None:
    result = nunchi_says("doctor", "--language", "en")
    assert "Nothing is wrong." in result.output
    assert result.exit_code == 0
    assert not (elsewhere / "data").exists()


# nunchi health


class Patient(BaseHTTPRequestHandler):
    """Answers 200 on the health path of port ``server.well``, 503 otherwise."""

    def do_GET(self) -> None:
        well = self.path == "/health" and self.server.server_name != "unwell"
        self.send_response(200 if well else 503)
        self.end_headers()
        self.wfile.write(b"ok" if well else b"")

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def answering(name: str) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Patient) as server:
        server.server_name = name
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield str(server.server_port)
        thread.join()


def test_health_of_a_bot_that_is_well(elsewhere: Path) -> None:
    with answering("well") as port:
        result = nunchi_says("health", NUNCHI_HEALTH_PORT=port, NUNCHI_HEALTH_HOST="0.0.0.0")
    assert (result.exit_code, result.output) == (0, "ok\n")


def test_health_of_a_bot_that_is_not(elsewhere: Path) -> None:
    with answering("unwell") as port:
        result = nunchi_says("health", NUNCHI_HEALTH_PORT=port)
    assert (result.exit_code, result.output) == (1, "503\n")


def test_health_of_a_bot_that_is_not_there(elsewhere: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    result = nunchi_says("health", NUNCHI_HEALTH_PORT=str(port))
    assert result.exit_code == 1
    assert result.output.startswith(f"no answer from port {port}: ")


def test_health_needs_a_port(elsewhere: Path) -> None:
    result = nunchi_says("health")
    assert result.exit_code == 78
    assert "NUNCHI_HEALTH_PORT is not set" in result.stderr
