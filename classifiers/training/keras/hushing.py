"""What TensorFlow writes to standard error while it loads, kept from whoever trains.

Its compiled parts announce themselves, in several lines at the first import, before they look at
any setting such as ``TF_CPP_MIN_LOG_LEVEL``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Final

STDERR: Final = 2
"""The descriptor: compiled code knows nothing of ``sys.stderr``."""


@contextmanager
def hushed() -> Iterator[None]:
    """Drop what is written to standard error meanwhile, unless it ends by an exception.

    It holds for the whole process, and so is nothing for one that does other work beside.
    """
    sys.stderr.flush()
    kept = os.dup(STDERR)
    with TemporaryFile() as told:
        os.dup2(told.fileno(), STDERR)
        failed = True
        try:
            yield
            failed = False
        finally:
            sys.stderr.flush()
            os.dup2(kept, STDERR)
            os.close(kept)
            if failed:
                told.seek(0)
                os.write(STDERR, told.read())
