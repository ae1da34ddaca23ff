"""The work of the picture process. Imports next to nothing, so that the process starts fast."""

from __future__ import annotations

import signal
from collections.abc import Sequence

import resvg_py


def prepare() -> None:
    """Leave Ctrl-C to the parent, which closes the process in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def rasterise(svg: str, font_files: Sequence[str]) -> bytes:
    """Return a PNG of an SVG, drawn with the given fonts and no others.

    Raises:
        ValueError: It is no SVG.
    """
    return resvg_py.svg_to_bytes(
        svg_string=svg, skip_system_fonts=True, font_files=list(font_files)
    )
