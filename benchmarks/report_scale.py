"""What the report of a large week costs: time, a busy event loop, memory.

A SQLite store in a temporary folder is filled with one week of so many messages (and the four weeks
before with a twentieth of it each, so that there is something to compare with), then a fresh
process reports it: all data (week, baseline, channels, hours, look back), then all cards as PNG.
Prints a JSON list with one object a size: ``messages, data_s, pictures_s, loop_stall_ms`` (the
latest that the event loop was), ``loop_stall_ms_p99``, ``rss_mb`` (peak, of the whole process),
``data_cpu_s`` (what the processor spent on the data; less than ``data_s`` where others use it too),
``rss_pictures_mb`` (peak of the process that draws) and ``cards``.

    python benchmarks/report_scale.py [--messages 10000,100000,1000000] [--seed 0]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from scale.filling import fill
from scale.measuring import measure


def alone(task: Any, *arguments: object) -> Any:
    """Return what a function returns in a process that does nothing else."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(task, *arguments).result()


def measured(messages: int, seed: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'store.sqlite3'}"
        alone(fill, url, messages, seed)
        return dict(alone(measure, url))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", default="10000,100000,1000000")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sizes = [int(each) for each in given.messages.split(",")]
    print(json.dumps([measured(size, given.seed) for size in sizes], indent=1))


if __name__ == "__main__":
    main()
