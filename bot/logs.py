"""Logging: text or JSON lines in UTC, with every secret taken out of what is written.

Secrets are removed from the finished entry, not from its parts, so that they are missing from
arguments and tracebacks as well. The libraries below us write whole events, with the text of
messages, at DEBUG: they never log below INFO.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TextIO
from urllib.parse import unquote, urlsplit

from bot.settings import Settings

OURS: Final = ("bot", "classifiers", "storage", "reports")
HIDDEN: Final = "[hidden]"

# Shorter ones would tear holes into ordinary words; inside a whole address they still go.
_SHORTEST_SECRET: Final = 4
# The token in an address of an interaction lets anyone answer in the bot's name for 15 minutes.
_INTERACTION_TOKEN: Final = re.compile(r"((?:interactions|webhooks)/\d+/)[\w.~-]{20,}")

log = logging.getLogger(__name__)


class Redactor:
    """Replaces secrets in a text by ``[hidden]``."""

    def __init__(self, secrets: Iterable[str]) -> None:
        parts = {part for secret in secrets for part in _parts(secret)}
        # The longest first: a password may be a part of its address.
        ordered = sorted(parts, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        return _INTERACTION_TOKEN.sub(rf"\1{HIDDEN}", text)


def _parts(secret: str) -> Iterable[str]:
    """Yield what must not be seen of a secret: all of it, or the credentials in an address."""
    if "://" not in secret:
        if len(secret) >= _SHORTEST_SECRET:
            yield secret
        return
    credentials, at, _ = urlsplit(secret).netloc.rpartition("@")
    if not at:
        return
    yield secret
    yield f"{credentials}@"
    password = credentials.partition(":")[2]
    for form in (password, unquote(password)):
        if len(form) >= _SHORTEST_SECRET:
            yield form


class TextFormatter(logging.Formatter):
    """One line an entry, tracebacks below it."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("{time} {levelname:<7} {name}: {message}", style="{")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry without secrets."""
        record.time = _moment(record)
        return self._redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object an entry: time, level, logger, message, and the traceback if there is one."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry without secrets."""
        entry = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log entry, and every error that nobody caught, to one stream.

    Args:
        settings: Level, format, and the secrets to hide.
        stream: Where to; standard error when ``None``.
    """
    redact = Redactor(settings.secrets())
    as_json = settings.log_format == "json"
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(redact) if as_json else TextFormatter(redact))
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    log.critical("an error that nobody expected", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    # Leaving a thread on purpose is no error; Python's own hook is silent about it as well.
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
