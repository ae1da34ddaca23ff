"""A MongoDB-compatible server for tests: ``mongod`` where it is installed, else ``nx-27017``.

``NUNCHI_TEST_MONGODB_URI`` names a server that runs already; tests that kill their server start
a child of their own all the same.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pymongo import MongoClient

URI_VARIABLE = "NUNCHI_TEST_MONGODB_URI"
START_SECONDS = 60.0
PREFIX = "nunchi_test_"


class MongoServer:
    """A server in a child process, on one port and one folder for its whole life.

    Args:
        folder: Where it keeps its data and its logs; made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._data.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "nunchi", options: str = "") -> str:
        """Return the address of a database; ``options`` is what follows the question mark."""
        return store_url(f"mongodb://127.0.0.1:{self.port}", database, options)

    def start(self) -> None:
        """Start, and return when connections are accepted."""
        with (self._folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                text = (self._folder / "output.txt").read_text("utf-8", errors="replace")
                raise RuntimeError(f"the MongoDB server did not start:\n{text[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End the server as ``kill -9`` does; harmless when it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """Kill the server and start it again on the same port and data."""
        self.kill()
        self.start()

    def _accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _command(self) -> list[str]:
        mongod = shutil.which("mongod")
        if mongod is not None:
            place = ["--dbpath", str(self._data), "--port", str(self.port)]
            return [mongod, "--bind_ip", "127.0.0.1", "--quiet", *place]
        return [
            *(sys.executable, "-m", "nx_27017.nx_27017", "--host", "127.0.0.1"),
            *("--port", str(self.port), "--data-dir", str(self._data)),
            *("--log-file", str(self._folder / "log.txt")),
            *("--pid-file", str(self._folder / "pid.txt")),
        ]


def fresh_database() -> str:
    """Return a name that no database has yet."""
    return f"{PREFIX}{secrets.token_hex(8)}"


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def store_url(server: str, database: str, options: str = "") -> str:
    """Return the address of a database on a server, whose own address may carry options."""
    base, _, own = server.partition("?")
    query = "&".join(filter(None, (own, options)))
    return f"{base.rstrip('/')}/{database}" + (f"?{query}" if query else "")


@contextmanager
def running_server(folder: Path) -> Iterator[MongoServer]:
    """Run a child server that the test may kill and restart."""
    server = MongoServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def any_server(folder: Path) -> Iterator[str]:
    """Give the address (without a database) of a server to share, started when needed."""
    running = os.environ.get(URI_VARIABLE)
    if running:
        try:
            yield running
        finally:
            _drop_test_databases(running)
        return
    with running_server(folder) as server:
        yield f"mongodb://127.0.0.1:{server.port}"


def _drop_test_databases(address: str) -> None:
    with MongoClient[dict[str, object]](address) as client:
        for name in client.list_database_names():
            if name.startswith(PREFIX):
                client.drop_database(name)
