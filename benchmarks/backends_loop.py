"""How long the event loop stalls while a backend works at its own limit.

Everything happens in one event loop, as in the bot: batches go through the bot's ``Judge``, as many
at once as the pipeline keeps ahead, and the next one begins when one ends. Meanwhile a task asks
every millisecond how late it was woken. The same is measured with nothing to do, before and after,
in the same run: a machine that others use is late by itself. For such a machine ``own`` stands
beside the figures by the clock: a lag counts for no more than the processor time that this process
spent meanwhile, which is the most that the backend can be blamed for. The bar is a 99th percentile
of 20 ms. Prints one JSON object; exits with 1 when a backend does not hold the bar by the clock.

    python benchmarks/backends_loop.py [--seconds 5] [BACKEND ...]

A BACKEND is what NUNCHI_CLASSIFIER takes; without one, ``embedded`` and ``lexicon``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count, islice
from typing import Any, Final

import numpy as np

from bot.explaining import explained
from bot.judge import Judge
from bot.pipeline import BATCHES_AHEAD
from classifiers.classifier import load

BAR: Final = 20.0
"""Milliseconds."""

EVERY: Final = 0.001
BATCH: Final = 256
"""Messages in a batch of the pipeline."""

WARM_UP: Final = 1.0
"""Seconds of work that do not count."""

SAID: Final = (
    "오늘 진짜 최고였어 ㅎㅎ 다들 고생 많았다",
    "so happy today, great work everyone!",
    "이거 왜 안 되지... 너무 짜증나 ㅠㅠ",
    "I hate this, what a terrible and exhausting day",
    "회의는 3시에 시작합니다",
    "lol",
    "와 이게 뭐야?! 깜짝 놀랐네 진짜",
    "I'm a bit worried about the exam tomorrow, can somebody explain chapter four to me again?",
)


async def main() -> int:
    """Measure every backend that is asked for; return the exit code."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("backends", nargs="*", default=["embedded", "lexicon"])
    asked.add_argument("--seconds", type=float, default=5.0)
    chosen = asked.parse_args()
    found: dict[str, Any] = {
        "bar_ms": BAR,
        "seconds": chosen.seconds,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "idle": await idle(chosen.seconds),
        "backends": {},
    }
    for backend in chosen.backends:
        found["backends"][backend] = await measured(backend, chosen.seconds)
    found["idle_after"] = await idle(chosen.seconds)
    measurements = found["backends"].values()
    held = all(each["p99_ms"] <= BAR for each in measurements)
    own = all(each["own"]["p99_ms"] <= BAR for each in measurements)
    print(json.dumps(found | {"held": held, "held_by_own": own}, indent=2))
    return 0 if held else 1


async def idle(seconds: float) -> dict[str, Any]:
    """Measure the loop with nothing to do."""
    async with lags() as seen:
        await asyncio.sleep(seconds)
    return figures(seen)


async def measured(backend: str, seconds: float) -> dict[str, Any]:
    """Measure the loop while a backend works at its own limit."""
    classifier = load(backend)
    await classifier.start()
    try:
        judge = Judge(classifier)
        await work(judge, WARM_UP)
        async with lags() as seen:
            judged, spent = await work(judge, seconds)
        return {
            "model": classifier.info.model,
            "messages_per_second": round(judged / spent),
            **figures(seen),
        }
    finally:
        await classifier.close()


async def work(judge: Judge, seconds: float) -> tuple[int, float]:
    """Keep the judge busy; return how many messages were judged, and in how many seconds."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    numbers, judged = count(), 0

    async def worker() -> None:
        nonlocal judged
        while loop.time() - begin < seconds:
            # Different texts, so that no cache answers.
            texts = [f"{SAID[n % len(SAID)]} {n}" for n in islice(numbers, BATCH)]
            verdicts = await judge.predictions(texts)
            assert None not in verdicts
            judged += len(verdicts)

    # One batch is being written while as many as the pipeline keeps ahead are with the judge.
    async with asyncio.TaskGroup() as workers:
        for _ in range(BATCHES_AHEAD + 1):
            workers.create_task(worker())
    return judged, loop.time() - begin


Lag = tuple[float, float]
"""Milliseconds by the clock, and of them what this process may be blamed for."""


@asynccontextmanager
async def lags() -> AsyncIterator[list[Lag]]:
    """Collect how much later than asked a task is woken."""
    seen: list[Lag] = []
    loop = asyncio.get_running_loop()

    async def sample() -> None:
        while True:
            before, spent = loop.time(), time.process_time()
            await asyncio.sleep(EVERY)
            late = loop.time() - before - EVERY
            seen.append((late * 1000, min(late, time.process_time() - spent) * 1000))

    task = asyncio.create_task(sample())
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def figures(seen: Sequence[Lag]) -> dict[str, Any]:
    """Return percentiles of lags in milliseconds."""
    clock, own = np.array(seen).T
    return {**percentiles(clock), "own": percentiles(own), "samples": len(seen)}


def percentiles(lags: Any) -> dict[str, float]:
    p50, p99 = np.quantile(lags, (0.5, 0.99)).tolist()
    return {"p50_ms": round(p50, 2), "p99_ms": round(p99, 2), "max_ms": round(lags.max(), 2)}


if __name__ == "__main__":
    with explained():
        code = asyncio.run(main())
    sys.exit(code)
