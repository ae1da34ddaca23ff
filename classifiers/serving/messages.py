"""Requests and responses, the same for every server library."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from classifiers.errors import BackendUnavailable, ClassifierError

JSON: Final = "application/json"

GIVEN_UP: Final = 499
"""What is counted where the client went away before the answer (nginx's number)."""


class ErrorType(StrEnum):
    """What kind of thing went wrong; all but the last two are those of TEI."""

    UNHEALTHY = "Unhealthy"
    BACKEND = "Backend"
    OVERLOADED = "Overloaded"
    VALIDATION = "Validation"
    TOKENIZER = "Tokenizer"
    EMPTY = "Empty"
    UNAUTHORIZED = "Unauthorized"
    NOT_FOUND = "NotFound"


@dataclass(frozen=True, slots=True)
class Request:
    """What came in.

    Attributes:
        method: In capitals.
        path: Without the query.
        headers: Found by their names in small letters.
        read: Returns the body, of at most so many bytes; raises ``body_too_large`` beyond.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    read: Callable[[int], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Response:
    """What goes out.

    Attributes:
        status: The HTTP status.
        body: As it is sent.
        content_type: Of the body.
        headers: Further ones.
        texts: How many texts it speaks of, for the log and the metrics.
        error_type: What went wrong, if anything.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    texts: int = 0
    error_type: ErrorType | None = None

    @classmethod
    def of(cls, value: object, *, texts: int = 0) -> Response:
        """Answer with a JSON value."""
        return cls(HTTPStatus.OK, as_json(value), texts=texts)


class RequestRefused(ClassifierError):
    """A request is answered with an error: ``{"error": ..., "error_type": ...}``."""

    def __init__(
        self,
        status: int,
        error_type: ErrorType,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return the answer."""
        body = as_json({"error": str(self), "error_type": str(self.error_type)})
        return Response(self.status, body, headers=self.headers, error_type=self.error_type)


def body_too_large(limit: int) -> RequestRefused:
    """Return the refusal of a body of more than ``limit`` bytes."""
    # The rest is still on its way: the connection cannot be used again.
    return RequestRefused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ErrorType.VALIDATION,
        f"the body is larger than {limit} bytes; send fewer texts a request",
        {"Connection": "close"},
    )


def cannot_listen(host: str, port: int, error: OSError) -> BackendUnavailable:
    """Return what to raise where an address cannot be taken."""
    # The words of asyncio and socket differ, those of the system do not.
    reason = os.strerror(error.errno) if error.errno else str(error)
    return BackendUnavailable(f"cannot listen on {host}:{port}: {reason}")


def client_gone() -> RequestRefused:
    """Return what is counted where the client left before its request was complete."""
    return RequestRefused(GIVEN_UP, ErrorType.VALIDATION, "the client went away")


def declared_length(headers: Mapping[str, str]) -> int:
    """Return the announced number of bytes of a body; 0 where there is none to be read."""
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else 0


def as_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
