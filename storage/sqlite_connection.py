"""One SQLite connection in a thread of its own.

A whole transaction is one job for the thread, so a cancelled caller leaves no transaction half
done. Jobs use few, large statements: SQLite's module gives up the interpreter lock at every step,
and under a busy event loop each one waits to get it back (measured: 64 single inserts took 60
times as long as one statement of 64 rows).
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from storage import sqlite_cipher
from storage.errors import StoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")

_BUSY_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# A damaged file is a bare DatabaseError; its other subclasses speak of a mistake of ours.
_TROUBLE: Final = frozenset({"OperationalError", "DatabaseError"})
_WAL_LIMIT: Final = 16 * 1024 * 1024
_WAL_PAGES: Final = 4096
"""Pages of 4 KiB after which the log is folded into the database: as much as the log may keep."""

_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}",
    # Overwrites what is deleted: erased should mean erased. FAST leaves pages that fall free as
    # they were (measured: 692 of 902 copies of a pseudonym).
    "PRAGMA secure_delete = ON",
    f"PRAGMA journal_size_limit = {_WAL_LIMIT}",
    "PRAGMA cache_size = -8192",
)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, *, durable: bool = True) -> Iterator[None]:
    """Run the body in one write transaction: all of it is kept, or nothing.

    Args:
        connection: Whose transaction.
        durable: Wait until the disk has it. Otherwise it survives the end of the process all the
            same, but may be undone, with all that followed, when the power fails.
    """
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.rollback()


class SqliteConnection:
    """Runs jobs on one connection, one after the other, and reopens it when it was lost.

    Args:
        path: The database file.
        busy_timeout: Seconds to wait for other processes.
        prepare: Called with every fresh connection, in the thread.
        key: What the file is encrypted with; ``None`` for a plain one.
    """

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout: float,
        prepare: Callable[[sqlite3.Connection], None],
        key: bytes | None = None,
    ) -> None:
        self._path = path
        self._key = key
        self._busy_timeout = busy_timeout
        self._prepare = prepare
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nunchi-sqlite")
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None

    async def run(
        self,
        job: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run ``job(connection, ...)`` in the thread.

        Raises:
            StoreUnavailable: The database cannot be opened, is locked, or its disk fails.
        """

        def guarded() -> T:
            with self._translated():
                return job(self._connected(), *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=False)

    def _connected(self) -> sqlite3.Connection:
        inode = _inode(self._path)
        if self._inode is None:
            self._inode = inode
        if inode != self._inode:
            # Writing on would fill a file that nobody can find any more, and another file must
            # never be opened beside this one's write-ahead log.
            msg = f"the database {self._path} was moved or replaced: put it back, or restart"
            raise StoreUnavailable(msg)
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        # "rw" never creates: a database that vanished must not silently start empty.
        connection = sqlite_cipher.connect(self._path, self._key, self._busy_timeout)
        try:
            _switch_to_wal(connection, self._busy_timeout)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*sqlite_cipher.errors()):
                connection.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite_cipher.errors() as error:
            if type(error).__name__ not in _TROUBLE:
                raise
            if not _is_busy(error):
                self._drop()
            msg = f"the database {self._path} cannot be used now: {error}"
            raise StoreUnavailable(msg) from error


def _inode(path: Path) -> int:
    """Return what tells one file from another, or -1 when there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return -1


def _is_busy(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BUSY_CODES


def _switch_to_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Switch on write-ahead logging.

    SQLite does not wait for other processes here, whatever the busy timeout: two that open a new
    file at once would fail.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite_cipher.errors() as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
