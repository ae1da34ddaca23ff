"""What holds for every test."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Take what the imports made, which stays, out of the collector's sight."""
    gc.collect()
    gc.freeze()
