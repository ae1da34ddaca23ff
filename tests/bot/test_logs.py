"""Logs: readable, in UTC, and without a single secret."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from bot.logs import HIDDEN, Redactor, configure
from bot.settings import Settings, load_settings

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.s3cr3t-part_of-the_token"
KEY = "pseudonym-key-pseudonym-key-pseudonym"
STORE = "mongodb://nunchi:p%40ss%20word@db.example/nunchi"
SECRETS = {"DISCORD_TOKEN": TOKEN, "NUNCHI_PSEUDONYM_KEY": KEY, "NUNCHI_STORE": STORE}


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # basicConfig closes what it replaces; the handlers of the test runner must live on.
    root.handlers[:] = []
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("bot", "classifiers", "storage", "reports"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def configured(**variables: str) -> io.StringIO:
    stream = io.StringIO()
    configure(load_settings(None, SECRETS | variables), stream)
    return stream


def test_text_is_one_line_in_utc() -> None:
    stream = configured()
    logging.getLogger("bot.pipeline").warning("queue is %d full", 7)
    line = stream.getvalue()
    assert line.endswith("Z WARNING bot.pipeline: queue is 7 full\n")
    assert line[10] == "T"
    assert line.count("\n") == 1


def test_json_is_one_object_a_line_with_the_traceback_inside() -> None:
    stream = configured(NUNCHI_LOG_FORMAT="json")
    log = logging.getLogger("storage.sqlite")
    log.info("가나다\n둘째 줄")
    try:
        raise ValueError(TOKEN)
    except ValueError:
        log.exception("failed")
    plain, failed = map(json.loads, stream.getvalue().splitlines())
    assert plain["message"] == "가나다\n둘째 줄"
    assert plain["logger"] == "storage.sqlite"
    assert plain["level"] == "INFO"
    assert plain["time"].endswith("Z")
    assert "exception" not in plain
    assert failed["exception"].endswith(f"ValueError: {HIDDEN}")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_is_ever_written(log_format: str) -> None:
    stream = configured(NUNCHI_LOG_FORMAT=log_format)
    log = logging.getLogger("bot")
    log.info("token %s", TOKEN)
    log.info("Authorization: Bot %s", TOKEN)
    log.info("key %r store %s", KEY, STORE)
    log.info("the driver prints nunchi:p%%40ss%%20word@db.example and p@ss word")
    try:
        try:
            raise OSError(STORE)
        except OSError as cause:
            raise RuntimeError(KEY) from cause
    except RuntimeError:
        log.exception("both in one traceback: %s", TOKEN)
    written = stream.getvalue()
    for secret in (TOKEN, KEY, STORE, "p@ss word", "p%40ss%20word"):
        assert secret not in written
    assert written.count(HIDDEN) >= 8
    assert "Traceback" in written


def test_the_token_of_an_interaction_is_hidden() -> None:
    redact = Redactor(())
    token = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5"
    for path in ("interactions/123", "webhooks/456"):
        line = f"POST https://discord.com/api/v10/{path}/{token}/callback has returned 204"
        assert token not in redact(line)
        assert path in redact(line)


def test_an_address_without_credentials_may_be_seen() -> None:
    redact = Redactor(["sqlite:///data/nunchi.sqlite3"])
    assert redact("opened sqlite:///data/nunchi.sqlite3") == "opened sqlite:///data/nunchi.sqlite3"


def test_a_short_password_hides_its_address_but_no_ordinary_words() -> None:
    redact = Redactor(["mongodb://u:a@db/x"])
    assert redact("a cat at u:a@db") == f"a cat at {HIDDEN}db"


def test_debug_is_for_our_own_code_only() -> None:
    stream = configured(NUNCHI_LOG_LEVEL="DEBUG")
    logging.getLogger("bot.cogs").debug("ours")
    logging.getLogger("discord.gateway").debug("the text of a message")
    logging.getLogger("discord.gateway").info("connected")
    assert "ours" in stream.getvalue()
    assert "connected" in stream.getvalue()
    assert "the text" not in stream.getvalue()


def test_a_higher_level_holds_for_everybody() -> None:
    stream = configured(NUNCHI_LOG_LEVEL="ERROR")
    logging.getLogger("discord").warning("theirs")
    logging.getLogger("bot").warning("ours")
    assert stream.getvalue() == ""


def test_configuring_again_replaces_the_first() -> None:
    first = configured()
    second = configured()
    logging.getLogger("bot").info("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


def test_an_error_in_a_thread_is_logged_without_secrets() -> None:
    stream = configured()

    def fail() -> None:
        raise RuntimeError(TOKEN)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert f"RuntimeError: {HIDDEN}" in stream.getvalue()


def test_leaving_a_thread_on_purpose_is_silent() -> None:
    stream = configured()
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    assert stream.getvalue() == ""


def test_an_error_that_ends_the_process_is_logged_without_secrets() -> None:
    code = (
        "import os; from bot.logs import configure; from bot.settings import load_settings\n"
        "configure(load_settings(None, os.environ))\n"
        "raise RuntimeError(os.environ['DISCORD_TOKEN'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=SECRETS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "CRITICAL bot.logs" in done.stderr
    assert f"RuntimeError: {HIDDEN}" in done.stderr
    assert TOKEN not in done.stderr


def test_without_secrets_nothing_is_changed() -> None:
    stream = io.StringIO()
    configure(Settings(), stream)
    logging.getLogger("bot").info("ready")
    assert stream.getvalue().endswith("bot: ready\n")


def test_a_token_that_is_none_tears_no_holes_into_sentences() -> None:
    redact = Redactor(["x"])
    assert redact("needs the extra 'mongodb'") == "needs the extra 'mongodb'"
