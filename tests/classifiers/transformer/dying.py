"""What a process does that the system kills for want of memory."""

from __future__ import annotations

import os


def die(_: object) -> None:
    """End this process at once."""
    os._exit(9)
