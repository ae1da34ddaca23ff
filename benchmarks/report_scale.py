"""What the report of a large week costs: time, a busy event loop, memory.

A SQLite store in a temporary folder is filled with one week of so many messages by 2 000 people
in 25 channels, with 5 % as many in each of the four weeks before and 3 % in each of the 48 before
those, numbered as Discord numbers them. A fresh process then makes the report. Prints one JSON
object a size, each on a line:

- ``messages``: of the reported week.
- ``data_s``: wall time of ``reports.weekly.compute``: the week with its hours and channels, the
  baseline, and the look back over a year. Without the look ahead, which needs the extra
  ``forecast`` and takes some seconds of a process of its own.
- ``pictures_s``: wall time of making the SVG of all six cards and of drawing them as PNG, one after
  the other, in a worker process that has drawn before.
- ``loop_stall_ms``: during both, a task of the event loop sleeps for a millisecond again and again;
  this is the most by which it was late. ``loop_stall_ms_p99`` is the 99th percentile.
- ``rss_mb``: the most memory that was resident in the process until then, as the kernel says,
  interpreter and libraries included; ``rss_pictures_mb`` is that of the worker.
- ``data_cpu_s``: what the processor spent on the data in all threads. Where other programs run,
  it tells more than ``data_s``.
- ``cards``: how many there were.
- ``bright_s``: looking for bright moments (off by default), which reads the week once more.

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
    for size in sizes:
        print(json.dumps(measured(size, given.seed)), flush=True)


if __name__ == "__main__":
    main()
