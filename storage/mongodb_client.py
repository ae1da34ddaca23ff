"""The connection to MongoDB: which driver, which options, and what its errors mean."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from inspect import isawaitable
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from pymongo import AsyncMongoClient, ReadPreference, WriteConcern
from pymongo.errors import ConfigurationError, InvalidName, PyMongoError
from pymongo.uri_parser import parse_uri

from storage.errors import InvalidStoreUrl, StoreUnavailable
from storage.mongodb_documents import Document
from storage.mongodb_schema import Database

DEFAULT_DATABASE: Final = "nunchi"

_DEFAULTS: Final[dict[str, Any]] = {
    "appname": "nunchi",
    # Short, so that a lost server is noticed while there is still room to wait for it.
    "serverSelectionTimeoutMS": 3000,
    "connectTimeoutMS": 3000,
    # A server that took the work and never answers must not hold the caller for ever.
    "socketTimeoutMS": 30000,
}
_LONGEST_REASON: Final = 160


def connect(url: str, driver: str) -> AsyncMongoClient[Document]:
    """Return a client; nothing is sent before it is used.

    Raises:
        InvalidStoreUrl: The address cannot be understood.
    """
    given = {name.lower() for name, _ in parse_qsl(url.partition("?")[2])}
    options = {name: value for name, value in _DEFAULTS.items() if name.lower() not in given}
    with _refused_address():
        if driver == "motor":
            return _motor_client(url, options)
        return AsyncMongoClient(url, **options)


def database_of(client: AsyncMongoClient[Document]) -> Database:
    """Return the database that the address names, written durably and read where it is written."""
    return client.get_default_database(
        DEFAULT_DATABASE,
        read_preference=ReadPreference.PRIMARY,
        write_concern=WriteConcern("majority", j=True),
    )


def check_address(url: str) -> None:
    """Check an address as far as that needs no network.

    Raises:
        InvalidStoreUrl: It cannot be understood.
    """
    if url.startswith("mongodb://"):
        with _refused_address():
            parse_uri(url, validate=True, warn=False)


async def close(client: AsyncMongoClient[Document]) -> None:
    """Close a client of either driver; Motor's closes at once, with nothing to wait for."""
    closing = client.close()
    if isawaitable(closing):
        await closing


@contextlib.contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn the errors of the drivers into ``StoreUnavailable``, in one readable line."""
    try:
        yield
    except PyMongoError as error:
        msg = f"MongoDB at {place} cannot be used now: {_reason(error)}"
        raise StoreUnavailable(msg) from error


def _motor_client(url: str, options: dict[str, Any]) -> AsyncMongoClient[Document]:
    # Late, because it is an extra of its own.
    from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415

    # The two drivers offer the same methods, as far as this package uses them.
    return cast("AsyncMongoClient[Document]", AsyncIOMotorClient(url, **options))


@contextlib.contextmanager
def _refused_address() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Options such as tlsCAFile name files, which are opened here.
        named = error.filename or "a file"
        msg = f"the MongoDB address names {named}, which cannot be read: {error.strerror}"
        raise InvalidStoreUrl(msg) from None
    except (ConfigurationError, InvalidName, ValueError):
        # The driver's own words may repeat the address with its password.
        msg = (
            "the MongoDB address cannot be understood: check host, database and options, and "
            "percent-encode the special characters of name and password"
        )
        raise InvalidStoreUrl(msg) from None


def _reason(error: PyMongoError) -> str:
    """Return the first fact of an error; the drivers add their view of the whole cluster."""
    first = str(error).partition(" (configured timeouts")[0].partition(", Timeout:")[0]
    return " ".join(first.split())[:_LONGEST_REASON] or type(error).__name__
