"""Loads the embedded classifier in this process, which must be fresh, and tells what that costs.

Reads a JSON list of messages from standard input, and prints one JSON object: seconds, CPU seconds
and bytes of resident memory beyond those of a process that imported numpy, after importing the
backend, after loading the weights, and after judging the messages in one batch.

    python benchmarks/judging/probe.py WEIGHTS < MESSAGES
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import psutil


def main() -> None:
    """Print what was measured."""
    messages, weights = json.load(sys.stdin), Path(sys.argv[1])
    before = _now()
    backend = importlib.import_module("classifiers.embedded")
    imported = _now()
    predictor = backend.EmbeddedPredictor(weights)
    loaded = _now()
    predictions = predictor.predict(messages)
    judged = _now()
    steps = {"imported": imported, "loaded": loaded, "judged": judged}
    spent = {
        name: [now - then for now, then in zip(step, before, strict=True)]
        for name, step in steps.items()
    }
    print(json.dumps({"model": predictions[0].model, "numpy": np.__version__, **spent}))


def _now() -> tuple[float, float, float]:
    return time.perf_counter(), time.process_time(), float(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main()
