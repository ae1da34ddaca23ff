"""What the embedded classifier costs in bytes, seconds and memory, by fresh processes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PROBE: Final = Path(__file__).with_name("probe.py")
MB: Final = 1e6


@dataclass(frozen=True, slots=True)
class Footprint:
    """Medians over processes that had imported numpy; MB are millions of bytes.

    Attributes:
        model: The model and its version.
        weights_mb: Size of the file of weights.
        load_seconds: From the first import of the backend until it can judge.
        load_cpu_seconds: The same in CPU seconds.
        import_seconds: Of these, the imports.
        resident_added_mb: Resident memory after loading and judging one batch of 64.
        resident_imports_mb: Of these, the imports.
    """

    model: str
    weights_mb: float
    load_seconds: float
    load_cpu_seconds: float
    import_seconds: float
    resident_added_mb: float
    resident_imports_mb: float


def footprint(weights: Path, messages: Sequence[str], processes: int) -> Footprint:
    """Measure, with one process after the other."""
    probes = [_probed(weights, messages) for _ in range(processes)]

    def median(step: str, column: int) -> float:
        return float(statistics.median(probe[step][column] for probe in probes))

    return Footprint(
        model=probes[0]["model"],
        weights_mb=weights.stat().st_size / MB,
        load_seconds=median("loaded", 0),
        load_cpu_seconds=median("loaded", 1),
        import_seconds=median("imported", 0),
        resident_added_mb=median("judged", 2) / MB,
        resident_imports_mb=median("imported", 2) / MB,
    )


def _probed(weights: Path, messages: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, str(PROBE), str(weights.resolve())]
    given = json.dumps(list(messages))
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
    probe: dict[str, Any] = json.loads(done.stdout)
    return probe
