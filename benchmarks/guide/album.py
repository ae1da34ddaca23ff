"""Keeps pictures: draws what stands in the loopback Discord, and saves it small."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from PIL import Image

from bot.sandbox import Interaction, Message
from bot.sandbox.drawing import draw_messages, draw_modal
from bot.sandbox.jsontypes import JsonObject
from bot.sandbox.world import World
from guide.village import Village
from reports.fonts import FontBook
from reports.rasterise import rasterise

LARGEST: Final = 120_000
"""Bytes of a picture, at most."""

_COLOURS: Final = (256, 128, 64)
_WIDTHS: Final = (840, 760, 640)


class Enough(Exception):
    """As many pictures as were asked for are drawn."""


class Album:
    """The pictures of one walk.

    Attributes:
        drawn: What was saved, in order.
    """

    def __init__(self, folder: Path, village: Village, fonts: FontBook, most: int | None) -> None:
        self.drawn: list[Path] = []
        self._folder = folder
        self._village = village
        self._fonts = fonts
        self._most = most

    def messages(self, name: str, shown: Sequence[Message], asked: str = "") -> None:
        """Draw messages.

        Raises:
            Enough: It was the last picture that was asked for.
        """
        village = self._village
        zone = ZoneInfo(village.timezone)
        self._keep(
            name,
            draw_messages(
                shown, self._fonts, language=village.language, timezone=zone, asked=asked
            ),
        )

    def answer(self, name: str, shown: Interaction, asked: str = "") -> None:
        """Draw the answers to an interaction."""
        self.messages(name, shown.messages, asked)

    def modal(self, name: str, modal: JsonObject | None, world: World) -> None:
        """Draw a dialog."""
        assert modal is not None
        self._keep(name, draw_modal(modal, world, self._fonts, language=self._village.language))

    def _keep(self, name: str, svg: str) -> None:
        path = self._folder / f"{name}-{self._village.language}.png"
        path.write_bytes(smaller(rasterise(svg, self._fonts.files)))
        self.drawn.append(path)
        if self._most is not None and len(self.drawn) >= self._most:
            raise Enough


def smaller(png: bytes) -> bytes:
    """Return a picture with few colours, below `LARGEST` where it can be."""
    original = Image.open(io.BytesIO(png)).convert("RGB")
    saved = png
    for width in _WIDTHS:
        height = round(original.height * width / original.width)
        scaled = original.resize((width, height), Image.Resampling.LANCZOS)
        for colours in _COLOURS:
            file = io.BytesIO()
            few = scaled.quantize(
                colours, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE
            )
            few.save(file, "PNG", optimize=True)
            saved = file.getvalue()
            if len(saved) < LARGEST:
                return saved
    return saved
