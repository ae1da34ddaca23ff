"""From the address of a store to the store."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from storage.errors import DriverMissing, InvalidStoreUrl
from storage.sqlite import SqliteStore
from storage.store import Store

DRIVERS: Final = ("pymongo", "motor")
"""What ``?driver=`` of a MongoDB address may say; the first is the default."""

_DRIVER: Final = "driver="
_EXTRAS: Final = {"pymongo": "mongodb", "motor": "motor"}
_USERINFO: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", re.DOTALL)
_LOOPBACK: Final = re.compile(r"(localhost|127(\.[0-9]+){3}|\[::1\]|.*%2f.*\.sock)(:[0-9]+)?")
_SECRET_OPTION: Final = re.compile(
    r"((?:password|authmechanismproperties)[^=&]*=)[^&]*", re.IGNORECASE
)


def open_store(url: str, *, key: bytes | None = None) -> Store:
    """Return the store at an address, not connected yet: use it with ``async with``.

    Args:
        url: ``sqlite:///relative.sqlite3``, ``sqlite:////absolute.sqlite3``,
            ``mongodb://host/database`` or ``mongodb+srv://...``; the last two take
            ``?driver=motor`` beside MongoDB's own options.
        key: What an embedded store is encrypted with; a server encrypts by itself.

    Raises:
        InvalidStoreUrl: The address cannot be understood.
        DriverMissing: The store needs an extra that is not installed.
    """
    scheme = url.partition(":")[0].lower()
    if scheme == "sqlite":
        return SqliteStore(_sqlite_path(url), key=key)
    if scheme in {"mongodb", "mongodb+srv"}:
        return _mongodb_store(url)
    msg = f"{redact(url)!r} is no store: use sqlite:///file.sqlite3 or mongodb://host/database"
    raise InvalidStoreUrl(msg)


def file_of(url: str) -> Path | None:
    """Return the file of a store that is one file; ``None`` for the address of a server.

    Raises:
        InvalidStoreUrl: The address cannot be understood.
    """
    return _sqlite_path(url) if url.partition(":")[0].lower() == "sqlite" else None


def is_exposed(url: str) -> bool:
    """Tell whether records would travel to another machine in the clear.

    Args:
        url: Address of a store.
    """
    scheme, _, rest = url.partition("://")
    if scheme.lower() != "mongodb":
        return False  # a file, or an address for which TLS is the default
    hosts = rest.partition("/")[0].partition("?")[0].rpartition("@")[2].lower()
    options = {part.lower() for part in rest.partition("?")[2].split("&")}
    encrypted = not options.isdisjoint({"tls=true", "ssl=true"})
    local = all(_LOOPBACK.fullmatch(host) for host in hosts.split(","))
    return not encrypted and not local


def redact(url: str) -> str:
    """Return the address without anything secret, for people and logs."""
    return _SECRET_OPTION.sub(r"\1***", _USERINFO.sub(r"\1***@", url, count=1))


def _sqlite_path(url: str) -> Path:
    parts = urlsplit(url)
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or parts.query or path in {"", ":memory:"} or path.endswith("/"):
        msg = f"{redact(url)!r} names no file: use sqlite:///folder/file.sqlite3"
        raise InvalidStoreUrl(msg)
    return Path(path)


def _mongodb_store(url: str) -> Store:
    address, driver = _without_driver(url)
    if find_spec(driver) is None:
        extra = _EXTRAS[driver]
        msg = f"MongoDB needs the extra {extra!r}: pip install 'nunchi-bot[{extra}]'"
        raise DriverMissing(msg)
    # Late, because the extra may be missing.
    from storage.mongodb import MongoStore  # noqa: PLC0415

    return MongoStore(address, driver=driver)


def _without_driver(url: str) -> tuple[str, str]:
    """Split our own option off: MongoDB's drivers warn about options that they do not know."""
    base, _, query = url.partition("?")
    scheme, _, rest = base.partition(":")
    given = query.split("&") if query else []
    drivers = [option.partition("=")[2] for option in given if option.startswith(_DRIVER)]
    driver = drivers[0] if drivers else DRIVERS[0]
    if driver not in DRIVERS:
        msg = f"driver={driver} is not known: use {' or '.join(DRIVERS)}"
        raise InvalidStoreUrl(msg)
    others = "&".join(option for option in given if not option.startswith(_DRIVER))
    return f"{scheme.lower()}:{rest}" + (f"?{others}" if others else ""), driver
