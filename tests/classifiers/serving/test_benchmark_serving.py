"""``benchmarks/serving.py``: runs, and compares every way with the direct call."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_small_run_has_a_figure_for_every_way() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "serving.py")]
    done = subprocess.run(
        [*command, "--rounds", "1", "--lines", "200"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert len(figures["ways"]) == 5
    for way, row in figures["ways"].items():
        assert way in done.stderr
        assert row["texts_per_second"] > 0
        assert row["p50_ms"] <= row["p99_ms"]
    assert figures["ways"]["direct, one at a time"]["ratio"] == 1
    assert figures["ways"]["server, one text a request, 32 at once"]["texts_per_batch"] >= 1
