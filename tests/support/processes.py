"""The environment of child processes whose lines are not worth measuring."""

from __future__ import annotations

import os

_MEASURED = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


def unmeasured() -> dict[str, str]:
    """Return the environment without what lets a child process measure coverage.

    Measuring makes a process more than twice as slow. It is in vain where the process is killed,
    since nothing is written then, and where other tests run the same lines in this process.
    """
    return {name: value for name, value in os.environ.items() if name not in _MEASURED}
