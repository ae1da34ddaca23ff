"""What the tests look at: networks trained in one process, and loaded again in another.

TensorFlow needs seconds to start and half a gigabyte, so that it never runs in the process of the
tests.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from classifiers.keras.trust import KEY_NAME

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@dataclass(frozen=True)
class Workshop:
    """The folder that the two scripts wrote into; see them for what lies there."""

    folder: Path

    @property
    def key(self) -> Path:
        """The key that the bundles are signed with."""
        return self.folder / "home" / KEY_NAME

    def bundle(self, name: str) -> Path:
        """Return the place of a bundle."""
        return self.folder / "bundles" / name

    def written(self, name: str) -> Any:
        """Return what a script wrote down."""
        return json.loads((self.folder / name).read_text("utf-8"))


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Train and load everything, once for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "keras-workshop"
    with (shared / "keras-workshop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            folder.mkdir(exist_ok=True)
            for script in ("train_everything.py", "load_everything.py"):
                run_script(HERE / script, folder, folder / "home")
            (folder / "done").touch()
    return Workshop(folder)


def run_script(script: Path, argument: Path, home: Path) -> str:
    """Run a script of this folder in a process of its own and return what it printed."""
    environment = {**os.environ, "NUNCHI_DATA_DIR": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), str(argument)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=800
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout
