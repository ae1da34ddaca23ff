"""``benchmarks/report_scale.py`` fills a store, reports it and prints its figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.processes import unmeasured

ROOT = Path(__file__).parents[2]


def test_the_benchmark_reports_a_real_store() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "report_scale.py"), "--messages", "2000"]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=unmeasured(), check=False
    )
    assert ended.returncode == 0, ended.stderr
    (figures,) = map(json.loads, ended.stdout.splitlines())
    assert {"messages", "data_s", "pictures_s", "loop_stall_ms", "rss_mb"} <= set(figures)
    assert figures["messages"] == 2000
    assert figures["cards"] == 6
