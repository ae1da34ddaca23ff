"""A worker must not outlive a parent that was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from classifiers.worker import spawned_worker

PARENT = """
import time
from classifiers.worker import spawned_worker
import os

if __name__ == "__main__":
    print(spawned_worker().submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_jobs_run_in_another_process() -> None:
    with spawned_worker() as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


def test_a_worker_ends_when_its_parent_is_killed(tmp_path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        assert worker.is_running()
        parent.kill()
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail("the worker lives on without its parent")
