"""Texts a second and latency of ``nunchi serve``, against calling the classifier directly.

One process is the server, this one is the client; both judge the same lines of the chat corpus, in
turn, in the same run. Every line is judged once a way, so that nothing is remembered. Figures are
medians over the rounds, ratios those to the direct call in the same round.

    python benchmarks/serving.py [--backend embedded] [--rounds 3] [--lines 2000] [--seconds 120]
    python benchmarks/serving.py --ray 2        # also on Ray Serve with two replicas (extra ray)

Prints a table on standard error and one JSON object. No more rounds are begun after --seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import aiohttp
import numpy as np
import psutil

from classifiers.classifier import Classifier, load
from classifiers.training.datasets.source import read_source

WARM_UP = 256
BATCH = 64
AT_ONCE = 32
Figures = dict[str, float]


def lines_of_chat(count: int) -> list[str]:
    """Return different lines, Korean and English in turn."""
    parts = [
        [each.text for each in read_source(f"chat:{language}:train")] for language in ("ko", "en")
    ]
    mixed = [text for pair in zip(*parts, strict=False) for text in pair]
    if len(mixed) < count:
        sys.exit(f"the corpus has {len(mixed)} lines, {count} are needed: ask for fewer")
    return mixed[:count]


@contextmanager
def server(*options: str) -> Iterator[tuple[str, psutil.Process]]:
    """Run ``nunchi serve`` and yield its address and its process."""
    command = [sys.executable, "-m", "bot", "serve", "--no-access-log", *options]
    root = str(Path(__file__).resolve().parents[1])
    environ = {**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
    # Not in the repository: its .env is none of this program's business.
    with (
        tempfile.TemporaryDirectory(prefix="n") as folder,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environ, cwd=folder
        ) as process,
    ):
        assert process.stdout is not None
        found = re.fullmatch(r"serving on (http://\S+)\n", process.stdout.readline())
        try:
            if found is None:
                sys.exit("the server did not start")
            yield found[1], psutil.Process(process.pid)
        finally:
            process.terminate()


async def timed(
    work: Callable[[Sequence[str]], Awaitable[None]],
    parts: Sequence[Sequence[str]],
    at_once: int,
    cpu: Callable[[], float],
) -> Figures:
    """Hand over the parts, so many at once, and measure; ``cpu`` tells seconds used so far."""
    waiting = iter(parts)
    delays: list[float] = []

    async def one_by_one() -> None:
        for part in waiting:
            before = time.perf_counter()
            await work(part)
            delays.append(time.perf_counter() - before)

    used = cpu()
    started = time.perf_counter()
    await asyncio.gather(*(one_by_one() for _ in range(at_once)))
    seconds = time.perf_counter() - started
    p50, p99 = np.percentile(delays, (50, 99)).tolist()
    return {
        "texts_per_second": sum(map(len, parts)) / seconds,
        "requests_per_second": len(parts) / seconds,
        "p50_ms": p50 * 1000,
        "p99_ms": p99 * 1000,
        "cpu_us_per_text": (cpu() - used) * 1e6 / sum(map(len, parts)),
    }


def asker(session: aiohttp.ClientSession) -> Callable[[Sequence[str]], Awaitable[None]]:
    async def ask(texts: Sequence[str]) -> None:
        body = {"inputs": [[text] for text in texts]}
        async with session.post("/predict", json=body) as answer:
            answer.raise_for_status()
            assert len(await answer.json()) == len(texts)

    return ask


async def mean_batch(session: aiohttp.ClientSession) -> tuple[float, float]:
    async with session.get("/metrics") as answer:
        text = await answer.text()
    total, count = (
        float(line.rpartition(" ")[2])
        for name in ("sum", "count")
        for line in text.splitlines()
        if line.startswith(f"nunchi_serving_batch_size_{name}")
    )
    return total, count


def cut(lines: Sequence[str], size: int) -> list[Sequence[str]]:
    return [lines[at : at + size] for at in range(0, len(lines), size)]


async def over_http(
    name: str, address: str, process: psutil.Process, lines: Sequence[str]
) -> dict[str, Figures]:
    """Measure a server in three ways; each gets a third of the lines."""
    third = len(lines) // 3
    parts = cut(lines, third)
    cpu = partial(seconds_of, process)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(address, connector=connector) as session:
        ask = asker(session)
        alone = await timed(ask, cut(parts[0], 1), 1, cpu)
        texts, batches = await mean_batch(session)
        crowd = await timed(ask, cut(parts[1], 1), AT_ONCE, cpu)
        after_texts, after_batches = await mean_batch(session)
        if after_batches > batches:
            crowd["texts_per_batch"] = (after_texts - texts) / (after_batches - batches)
        bulk = await timed(ask, cut(parts[2], BATCH), 4, cpu)
    return {
        f"{name}, one text a request, one at a time": alone,
        f"{name}, one text a request, {AT_ONCE} at once": crowd,
        f"{name}, {BATCH} texts a request, 4 at once": bulk,
    }


async def directly(classifier: Classifier, lines: Sequence[str]) -> dict[str, Figures]:
    """Measure the classifier in this process, as the bot awaits it."""

    async def judge(texts: Sequence[str]) -> None:
        await classifier.classify(texts)

    half = len(lines) // 2
    return {
        "direct, one at a time": await timed(judge, cut(lines[:half], 1), 1, time.process_time),
        f"direct, batches of {BATCH}": await timed(
            judge, cut(lines[half:], BATCH), 1, time.process_time
        ),
    }


def seconds_of(process: psutil.Process) -> float:
    """Return the processor time of a process and all that it started."""
    times = [each.cpu_times() for each in [process, *process.children(recursive=True)]]
    return sum(each.user + each.system for each in times)


def megabytes(process: psutil.Process) -> float:
    everyone = [process, *process.children(recursive=True)]
    return sum(each.memory_info().rss for each in everyone) / 1e6


async def measure(options: argparse.Namespace) -> dict[str, object]:
    rounds: list[dict[str, Figures]] = []
    needed = WARM_UP + options.rounds * options.lines
    lines = lines_of_chat(needed)
    until = time.monotonic() + options.seconds
    with ExitStack() as stack:
        servers = {}
        more = ("--backend", options.backend, "--max-wait-ms", str(options.max_wait_ms))
        servers["server"] = stack.enter_context(server("--port", "0", *more))
        if options.ray:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = str(listener.getsockname()[1])
            ray = ("--engine", "ray", "--replicas", str(options.ray), "--port", port)
            servers["ray"] = stack.enter_context(server(*ray, *more))
        classifier = load(options.backend)
        await classifier.start()
        await classifier.classify(lines[: classifier.info.max_batch])
        for address, _ in servers.values():
            async with aiohttp.ClientSession(address) as session:
                for part in cut(lines[:WARM_UP], BATCH):
                    await asker(session)(part)
        for number in range(options.rounds):
            if time.monotonic() > until:
                break
            part = lines[WARM_UP + number * options.lines :][: options.lines]
            figures = await directly(classifier, part)
            for name, (address, process) in servers.items():
                figures |= await over_http(name, address, process, part)
            rounds.append(figures)
        await classifier.close()
        memory = {name: megabytes(process) for name, (_, process) in servers.items()}
    return summary(rounds, memory) | {"backend": options.backend, "cores": os.cpu_count()}


def summary(rounds: Sequence[dict[str, Figures]], memory: Figures) -> dict[str, object]:
    """Return medians over the rounds, and the ratios to the direct call of the same kind."""
    alone, batched = "direct, one at a time", f"direct, batches of {BATCH}"
    rows = {}
    for way in rounds[0]:
        row = {
            name: round(statistics.median(each[way][name] for each in rounds), 2)
            for name in rounds[0][way]
        }
        reference = alone if way.endswith("one at a time") else batched
        for name, figure in (("ratio", "texts_per_second"), ("cpu_ratio", "cpu_us_per_text")):
            ratios = [each[way][figure] / each[reference][figure] for each in rounds]
            row[name] = round(statistics.median(ratios), 3)
        rows[way] = row
    return {
        "ways": rows,
        "resident_mb": {name: round(value) for name, value in memory.items()},
        "rounds": len(rounds),
    }


def show(figures: dict[str, object]) -> None:
    ways = figures["ways"]
    assert isinstance(ways, dict)
    print(
        f"{'':<46}{'texts/s':>9}{'ratio':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>9}",
        file=sys.stderr,
    )
    for way, row in ways.items():
        numbers = f"{row['texts_per_second']:>9.0f}{row['ratio']:>9.3f}"
        numbers += f"{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}"
        numbers += f"{row['cpu_us_per_text']:>9.0f}{row['cpu_ratio']:>9.2f}"
        print(f"{way:<46}{numbers}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the inference server.")
    parser.add_argument("--backend", default="embedded")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=3000, help="of a round")
    parser.add_argument("--seconds", type=float, default=120, help="no round begins after that")
    parser.add_argument("--max-wait-ms", type=float, default=0)
    parser.add_argument("--ray", type=int, default=0, metavar="REPLICAS")
    figures = asyncio.run(measure(parser.parse_args()))
    show(figures)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
