"""``benchmarks/backends_loop.py`` measures any backend by its name; figures are not asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "backends_loop.py"


def test_the_lag_of_a_backend_stands_beside_that_of_an_idle_loop():
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), "--seconds", "0.3", "embedded"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    found = json.loads(done.stdout)
    measured = found["backends"]["embedded"]
    assert found["held"] is (done.returncode == 0)
    assert measured["model"].startswith("embedded@")
    assert measured["messages_per_second"] > 0
    for figures in (measured, found["idle"], found["idle_after"]):
        assert 0 <= figures["own"]["p99_ms"] <= figures["p99_ms"] <= figures["max_ms"]
