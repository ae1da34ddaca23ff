"""Spawned worker processes that end with their parent, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait


def spawned_worker(prepare: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """Return a pool of one spawned process; it is started by the first job.

    A pool's process waits for jobs for ever when its parent was killed; this one does not.

    Args:
        prepare: Called first in the process; importable by name.
    """
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(prepare,))


def _begin(prepare: Callable[[], None] | None) -> None:
    _end_with_parent()
    if prepare is not None:
        prepare()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True)
        watch.start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
