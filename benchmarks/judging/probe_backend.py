"""Starts a backend in this process, which must be fresh, and tells what that costs.

Reads a JSON list of messages from standard input, and prints one JSON object: seconds until the
backend could judge, and bytes of resident memory of this process and of its children after it
judged the messages.

    python benchmarks/judging/probe_backend.py SPECIFICATION < MESSAGES
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import psutil

from classifiers.classifier import load


async def main() -> None:
    """Print what was measured."""
    messages = json.load(sys.stdin)
    begin = time.perf_counter()
    classifier = load(sys.argv[1])
    await classifier.start()
    ready = time.perf_counter() - begin
    for start in range(0, len(messages), classifier.info.max_batch):
        await classifier.classify(messages[start : start + classifier.info.max_batch])
    process = psutil.Process()
    family = [process, *process.children(recursive=True)]
    resident = sum(each.memory_info().rss for each in family)
    model = classifier.info.model
    await classifier.close()
    print(json.dumps({"model": model, "seconds": ready, "resident": resident}))


if __name__ == "__main__":
    asyncio.run(main())
