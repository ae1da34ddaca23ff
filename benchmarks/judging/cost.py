"""What a backend costs the bot: seconds to start and memory, by fresh processes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROBE: Final = Path(__file__).with_name("probe_backend.py")
MB: Final = 1e6


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over processes.

    Attributes:
        model: The model and its version.
        start_seconds: From loading the backend until it can judge, imports included.
        resident_mb: Memory of a process with this backend and little else, in millions of bytes,
            with the processes that it started; shared pages count once for each.
    """

    model: str
    start_seconds: float
    resident_mb: float


def costs(
    specifications: Mapping[str, str], messages: Sequence[str], processes: int
) -> dict[str, Cost]:
    """Return the cost by contender, of those that are backends."""
    return {name: _cost(each, messages, processes) for name, each in specifications.items()}


def _cost(specification: str, messages: Sequence[str], processes: int) -> Cost:
    command = [sys.executable, str(PROBE), specification]
    given = json.dumps(list(messages))
    probes = []
    for _ in range(processes):
        done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
        probes.append(json.loads(done.stdout.splitlines()[-1]))
    seconds = statistics.median(probe["seconds"] for probe in probes)
    resident = statistics.median(probe["resident"] for probe in probes)
    return Cost(probes[0]["model"], seconds, resident / MB)
