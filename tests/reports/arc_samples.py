"""Arcs for tests, and their golden pictures.

Run as a script it draws the golden pictures anew; look at them before committing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from classifiers.emotion import Emotion
from reports.fonts import FontBook
from reports.rasterise import rasterise
from reports.retro.arc import Arc, Sentence
from reports.svg.arc import arc_card

GOLDEN = Path(__file__).parent / "golden_arc"

J, S, A, H, N, F = (
    Emotion.JOY,
    Emotion.SADNESS,
    Emotion.ANGER,
    Emotion.HURT,
    Emotion.NEUTRAL,
    Emotion.FEAR,
)


def fixed_arc() -> Arc:
    """Return a 4L post that falls and rises."""
    told = (
        ("liked", 0.82, J),
        ("liked", 0.64, J),
        ("liked", 0.71, J),
        ("learned", 0.04, N),
        ("learned", 0.31, J),
        ("lacked", -0.42, S),
        ("lacked", -0.78, A),
        ("lacked", -0.55, H),
        ("lacked", -0.2, S),
        ("longed_for", -0.1, F),
        ("longed_for", 0.48, J),
    )
    return Arc.of("4l", [Sentence(*each) for each in told])


def long_arc() -> Arc:
    """Return a post of many sentences, sections and names that do not fit at full size."""
    sections = ("did", "learned", "difficult", "feeling", "next", "shortfall", "good")
    told = [
        Sentence(section, ((number * 37) % 19 - 9) / 10, (J, S, A, H, N, F)[number % 6])
        for number, section in enumerate(each for each in sections for _ in range(14))
    ]
    return Arc.of("til", told)


def golden_arcs(fonts: FontBook) -> Iterator[tuple[Path, bytes]]:
    """Yield the file and the picture of each language and theme."""
    for language, theme in product(("ko", "en"), ("dark", "light")):
        card = arc_card(fixed_arc(), theme=theme, language=language, fonts=fonts)
        yield GOLDEN / f"arc-{language}-{theme}.png", rasterise(card.svg, fonts.files)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    FONTS = FontBook.load(system=False)
    for path, picture in golden_arcs(FONTS):
        path.write_bytes(picture)
