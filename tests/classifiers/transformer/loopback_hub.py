"""A model hub on this machine that speaks as much of the real one's HTTP as a download needs."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class LoopbackHub:
    """Serves the files of one folder as the model ``tiny/model``."""

    folder: Path
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of a request."""
        self.asked.append(path)
        place = path.partition("?")[0]
        if place.startswith(("/api/models/tiny/gated/", "/tiny/gated/")):
            return 403, {"X-Error-Code": "GatedRepo"}, b""
        if place.startswith("/api/models/tiny/model/revision/"):
            return self._revision(place.rpartition("/")[2])
        if place.startswith("/api/models/tiny/model/tree/"):
            return 200, {"Content-Type": "application/json"}, self._tree()
        if place.startswith(f"/tiny/model/resolve/{COMMIT}/"):
            return self._file(place.partition(COMMIT)[2][1:])
        return 404, {"X-Error-Code": "RepoNotFound"}, b""

    def _revision(self, name: str) -> tuple[int, dict[str, str], bytes]:
        if name not in {"main", COMMIT}:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        body = json.dumps({"id": "tiny/model", "modelId": "tiny/model", "sha": COMMIT})
        return 200, {"Content-Type": "application/json"}, body.encode()

    def _tree(self) -> bytes:
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        rows = [
            {
                "type": "file",
                "path": path.relative_to(self.folder).as_posix(),
                "size": path.stat().st_size,
                "oid": _etag(path),
            }
            for path in files
        ]
        return json.dumps(rows).encode()

    def _file(self, name: str) -> tuple[int, dict[str, str], bytes]:
        path = self.folder / name
        if not path.is_file():
            return 404, {"X-Error-Code": "EntryNotFound"}, b""
        return 200, {"ETag": f'"{_etag(path)}"', "X-Repo-Commit": COMMIT}, path.read_bytes()


@contextmanager
def loopback_hub(folder: Path) -> Iterator[LoopbackHub]:
    """Serve a folder on 127.0.0.1 until the block ends."""
    hub = LoopbackHub(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = hub.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()


def _etag(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()
