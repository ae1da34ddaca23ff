"""``nunchi serve`` as a process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "bot", "serve"]


@dataclass
class Running:
    """A server that has said where it listens."""

    process: subprocess.Popen[str]
    address: str
    log: Path

    def stop(self, seconds: float = 90) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.terminate()
        return self.process.wait(seconds)


@contextmanager
def started(
    folder: Path, *options: str, environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Start a server and wait until it listens; in the end it is gone."""
    log = folder / "serve.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*COMMAND, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **(environ or {})},
        )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            line = process.stdout.readline()
            found = re.fullmatch(r"serving on (http://\S+)\n", line)
            assert found, f"{line}{log.read_text()}"
            yield Running(process, found[1], log)
        finally:
            # Gently first: a cluster that it started ends with it.
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
