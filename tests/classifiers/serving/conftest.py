"""Folders for programs that put sockets into them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Return an empty folder with a short path: that of a socket may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="n", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
