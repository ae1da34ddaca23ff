"""Encryption of the SQLite file: SQLCipher, an extra; and the way there and back.

A file is either plain or encrypted as a whole: the database, its write-ahead log and its index
alike, page by page, with AES-256 and a checksum against tampering (HMAC-SHA512). Migration writes
a copy beside the file, compares the two, and puts the copy in its place by one rename.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast
from urllib.parse import quote

from storage.errors import DriverMissing, KeyUnusable, StoreInUse, StoreUnavailable
from storage.pseudonym import KEY_BYTES, sync_folder

EXTRA: Final = "encryption"

_PLAIN: Final = b"SQLite format 3\0"
_PAGE: Final = 4096
_WIPE: Final = 1 << 20


def driver(key: bytes | None) -> ModuleType:
    """Return the module that opens a file: ours for a plain one, SQLCipher's for an encrypted one.

    Raises:
        DriverMissing: SQLCipher is not installed.
    """
    if key is None:
        return sqlite3
    if find_spec("sqlcipher3") is None:
        msg = f"an encrypted store needs the extra {EXTRA!r}: pip install 'nunchi-bot[{EXTRA}]'"
        raise DriverMissing(msg)
    # Late, because it is an extra. It offers what the standard module offers.
    from sqlcipher3 import dbapi2  # noqa: PLC0415

    return cast("ModuleType", dbapi2)


def connect(path: Path, key: bytes | None, timeout: float, mode: str = "rw") -> sqlite3.Connection:
    """Return a connection to a file, which is not read yet.

    Raises:
        DriverMissing: SQLCipher is not installed.
    """
    connection: sqlite3.Connection = driver(key).connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    if key is not None:
        connection.execute(f"PRAGMA key = {_literal(key)}")
    return connection


def errors() -> tuple[type[Exception], ...]:
    """Return the errors of the modules that are there: they share names, but no ancestor."""
    if find_spec("sqlcipher3") is None:
        return (sqlite3.DatabaseError,)
    from sqlcipher3 import dbapi2  # noqa: PLC0415

    return (sqlite3.DatabaseError, dbapi2.DatabaseError)


def is_plain(path: Path) -> bool | None:
    """Tell whether a file is readable without a key; ``None`` while there is nothing in it."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_PLAIN))
    except FileNotFoundError:
        return None
    return head == _PLAIN if head else None


def check_file(path: Path, key: bytes | None) -> None:
    """Refuse a file that a key does not fit.

    Raises:
        KeyUnusable: It is encrypted and there is no key, or it is plain and there is one, or the
            key is another one.
        DriverMissing: SQLCipher is not installed.
    """
    try:
        plain = is_plain(path)
    except OSError:
        return  # opening it says why
    if plain is None:
        return
    if plain and key is not None:
        msg = (
            f"the database {path} is not encrypted, and there is a key for it: "
            "`nunchi store encrypt` encrypts it"
        )
        raise KeyUnusable(msg)
    if not plain and key is None and path.stat().st_size % _PAGE == 0:
        msg = (
            f"the database {path} is encrypted, or no database: set NUNCHI_STORE_KEY, or put "
            "store.key back into the data folder"
        )
        raise KeyUnusable(msg)
    if not plain and key is not None and not _opens(path, key):
        msg = (
            f"the key of the store does not open {path}: it is another key, or the file is damaged"
        )
        raise KeyUnusable(msg)


def _opens(path: Path, key: bytes) -> bool:
    connection = connect(path, key, 5.0)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except errors() as error:
        # Anything else (a lock, a disk) speaks for itself when the file is really opened.
        return getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_NOTADB
    finally:
        connection.close()
    return True


def convert(
    path: Path, old: bytes | None, new: bytes | None, told: Callable[[str], None] = lambda _: None
) -> int:
    """Encrypt a file, or decrypt it; return how many rows it holds.

    Until the last step the file stays as it was, and that step is one rename: whoever opens the
    path meets the whole old file or the whole new one. What the old one held is overwritten.

    Args:
        path: The database, which nobody else uses.
        old: Its key now; ``None`` while it is plain.
        new: Its key afterwards; ``None`` makes it plain.
        told: Called with the name of each step.

    Raises:
        KeyUnusable: ``old`` does not fit.
        StoreInUse: Somebody else has the file open.
        StoreUnavailable: The disk refuses, or the copy is not the same.
        DriverMissing: SQLCipher is not installed.
    """
    driver(old or new)
    check_file(path, old)
    draft = path.with_name(f".{path.name}.converted")
    for leftover in (draft, *_companions(draft)):
        leftover.unlink(missing_ok=True)
    try:
        with _translated(path):
            return _convert(path, old, new, draft, told)
    finally:
        for leftover in (draft, *_companions(draft)):
            leftover.unlink(missing_ok=True)


def _convert(
    path: Path,
    old: bytes | None,
    new: bytes | None,
    draft: Path,
    told: Callable[[str], None],
) -> int:
    with contextlib.closing(_alone(path, old or new, plain=old is None)) as source:
        told("copying")
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        source.execute(
            f"ATTACH DATABASE ? AS target KEY {_literal(new) if new else chr(39) * 2}",
            (str(draft),),
        )
        source.execute("SELECT sqlcipher_export('target')")
        version = source.execute("PRAGMA main.user_version").fetchone()[0]
        source.execute(f"PRAGMA target.user_version = {int(version)}")
        source.execute("DETACH DATABASE target")
        told("comparing")
        before, rows = _digest(source)
        with contextlib.closing(connect(draft, new, 5.0)) as copy:
            after, _ = _digest(copy)
            sound = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if before != after or sound != "ok":
            msg = f"the copy of {path} is not the same; nothing was changed"
            raise StoreUnavailable(msg)
    _sync(draft)
    told("replacing")
    with path.open("r+b") as replaced:
        draft.replace(path)
        sync_folder(path.parent)
        _wipe(replaced)
    return rows


def _alone(path: Path, key: bytes | None, *, plain: bool) -> sqlite3.Connection:
    """Return a connection through SQLCipher that nobody else has beside it, with an empty log."""
    connection: sqlite3.Connection = driver(key).connect(
        str(path), isolation_level=None, timeout=0.5
    )
    try:
        if not plain and key is not None:
            connection.execute(f"PRAGMA key = {_literal(key)}")
        # Leaving the log behind takes the file alone, and leaves no log beside the new file.
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        except errors() as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            mode = "busy"
        if mode != "delete":
            msg = f"somebody else has {path} open: stop the bot, and try again"
            raise StoreInUse(msg)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _digest(connection: sqlite3.Connection) -> tuple[str, int]:
    """Return a digest of everything in a database, and how many rows there are."""
    digest = hashlib.sha256()
    count = 0
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
    ).fetchall()
    digest.update(repr(tables).encode())
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "ORDER BY name"
    ).fetchall()
    for (name,) in names:
        # The name comes from the database itself.
        quoted = '"' + name.replace('"', '""') + '"'
        for row in connection.execute(f"SELECT * FROM {quoted}"):  # noqa: S608
            digest.update(repr(row).encode())
            count += 1
    return digest.hexdigest(), count


def _literal(key: bytes) -> str:
    """Return a key as SQLCipher takes it: as it is, without stretching it once more."""
    if len(key) != KEY_BYTES:
        msg = f"the key of the store must be {KEY_BYTES} bytes long: restore it from a backup"
        raise KeyUnusable(msg)
    return f"\"x'{key.hex()}'\""


def _companions(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _wipe(file: Any) -> None:  # noqa: ANN401 -- a binary file, of whatever class
    """Overwrite a file that has no name any more, as far as the disk lets it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    for start in range(0, size, _WIPE):
        file.write(bytes(min(_WIPE, size - start)))
    file.flush()
    os.fsync(file.fileno())


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except errors() + (OSError,) as error:  # noqa: RUF005 -- unpacked, mypy cannot follow
        msg = f"the database {path} cannot be converted now: {error}"
        raise StoreUnavailable(msg) from error
