"""A short storm: random interactions find nothing wrong. The long one is a benchmark."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.processes import unmeasured

ROOT = Path(__file__).parents[2]
COUNT = 700


def test_random_interactions_find_no_error_and_no_wrong_permission() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "benchmarks/interactions.py",
            "--interactions",
            str(COUNT),
            "--seed",
            "7",
        ],
        cwd=ROOT,
        env=unmeasured(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stdout, done.stderr
    figures = json.loads(done.stdout)
    assert figures["wrong"] == []
    assert figures["interactions"] >= COUNT
    assert figures["changes"] > 0
    assert {"command", "click", "forged_click", "double_click"} <= set(figures["acts"])
    assert done.returncode == 0
