"""Puts the golden pictures of a week on one sheet, for the documentation.

Run as a script after drawing golden pictures anew.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

from PIL import Image

from tests.reports.past_cards import GOLDEN_PAST
from tests.reports.place_samples import GOLDEN_PLACES
from tests.reports.report_samples import GOLDEN, LANGUAGES, THEMES

SHEET = Path(__file__).parents[2] / "docs/images/cards.png"
ROWS = (
    (GOLDEN, "mood"),
    (GOLDEN, "mix"),
    (GOLDEN_PLACES, "when"),
    (GOLDEN_PLACES, "where"),
    (GOLDEN_PAST, "usual"),
    (GOLDEN_PAST, "year"),
)
SIZE = (440, 280)
GAP = 10
GREY = (138, 143, 152)
COLOURS = 256
COMMON = 48


def sheet() -> Image.Image:
    """Return the sheet: a row for each card, and a column for each language and theme."""
    columns = list(product(LANGUAGES, THEMES))
    wide, tall = SIZE[0] + GAP, SIZE[1] + GAP
    whole = Image.new("RGB", (len(columns) * wide + GAP, len(ROWS) * tall + GAP), GREY)
    for row, (folder, name) in enumerate(ROWS):
        for column, (language, theme) in enumerate(columns):
            with Image.open(folder / f"{name}-{theme}-{language}.png") as picture:
                small = picture.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
            whole.paste(small, (GAP + column * wide, GAP + row * tall))
    return whole


def with_few_colours(whole: Image.Image) -> Image.Image:
    """Return the sheet with a palette: its commonest colours as they are, and others alike."""
    counted = sorted(whole.getcolors(whole.width * whole.height) or [], reverse=True)
    # The other methods lose colours of which there is little, such as those of thin lines.
    others = whole.quantize(COLOURS - COMMON, Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counted[:COMMON] for part in colour] + others)
    return whole.quantize(palette=palette, dither=Image.Dither.NONE)


if __name__ == "__main__":
    with_few_colours(sheet()).save(SHEET, optimize=True)
