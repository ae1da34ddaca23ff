"""Measures the contenders and prints the figures."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from classifiers.embedded.backend import SHIPPED
from classifiers.errors import ClassifierError
from classifiers.evaluation import Evaluation, PackageMissing
from classifiers.training.chat import load_chat
from classifiers.training.datasets import Example
from classifiers.training.datasets.source import read_source
from judging.contenders import VADER, Contender, everyone
from judging.cost import costs
from judging.footprint import Footprint, footprint
from judging.presentation import Result, as_json, as_text
from judging.quality import ratings
from judging.speed import SIZES, speeds

CHAT: Final = ("chat:ko", "chat:en")
BEFORE: Final = 256
"""Lines of the corpus' dev part that are judged before the time is taken."""

PROCESSES: Final = 7
"""Fresh processes that load the weights."""

STARTS: Final = 3
"""Fresh processes that start each backend."""

QUICK_LINES: Final = 32
QUICK_PART: Final = 20
"""With ``--quick`` the others learn from one line of the corpus in so many."""


def main() -> None:
    options = _options()
    try:
        result = _measured(options)
    except ClassifierError as error:
        sys.exit(str(error))
    print(json.dumps(as_json(result), indent=1) if options.json else as_text(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare classifiers: messages a second of one core, and macro-F1."
    )
    parser.add_argument(
        "--data", action="append", default=[], help="more labelled lines, FILE.tsv; may be repeated"
    )
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="of the embedded classifier")
    parser.add_argument(
        "--backend", action="append", default=[], help="one more backend; may be repeated"
    )
    parser.add_argument("--repeat", type=_count, default=5, help="how often the time is taken")
    parser.add_argument("--lines", type=_count, default=2000, help="timed at most, drawn from all")
    parser.add_argument("--quick", action="store_true", help="to see that it works; tells no speed")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if options.quick:
        options.repeat, options.lines = 1, QUICK_LINES
    return options


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _measured(options: argparse.Namespace) -> Result:
    sets = {name: read_source(name) for name in (*CHAT, *options.data)}
    lines = _drawn([each.text for examples in sets.values() for each in examples], options.lines)
    _note("learning from the chat corpus")
    train = load_chat(split="train")[:: QUICK_PART if options.quick else 1]
    contenders, missing = everyone(options.weights, train, options.backend)
    _note("rating verdicts")
    quality, unrated = _quality(contenders, sets)
    _note(f"judging {len(lines)} lines, {options.repeat} times each")
    dev = _drawn([each.text for each in load_chat(split="dev")], min(BEFORE, options.lines))
    speed = speeds(contenders, lines, before=dev, repetitions=options.repeat, reference=VADER)
    _note("loading the weights")
    processes = 1 if options.quick else PROCESSES
    first = lines[: SIZES["in_batches"]]
    embedded, unloaded = _footprint(options.weights, first, processes)
    backends = {
        each.name: each.specification for each in contenders if each.specification is not None
    }
    cost = costs(backends, first, 1 if options.quick else STARTS) if embedded else {}
    sizes = {name: len(examples) for name, examples in sets.items()}
    skipped = (*missing, *unrated, *unloaded)
    return Result(len(lines), options.repeat, sizes, speed, quality, cost, embedded, skipped)


def _quality(
    contenders: Sequence[Contender], sets: Mapping[str, Sequence[Example]]
) -> tuple[dict[str, dict[str, Evaluation]], list[str]]:
    try:
        return asyncio.run(ratings(contenders, sets)), []
    except PackageMissing as error:
        return {}, [f"macro-F1: {error}"]


def _footprint(
    weights: Path, messages: Sequence[str], processes: int
) -> tuple[Footprint | None, list[str]]:
    if find_spec("psutil") is None:
        return None, ["load time, memory: skipped without psutil: pip install 'nunchi-bot[dev]'"]
    return footprint(weights, messages, processes), []


def _drawn(texts: Sequence[str], most: int) -> list[str]:
    """Return texts in an order of chance, so that a batch is as mixed as a chat."""
    return random.Random(0).sample(texts, min(most, len(texts)))


def _note(doing: str) -> None:
    print(f"{doing} ...", file=sys.stderr, flush=True)
