"""Long messages are judged sentence by sentence; short ones as they are."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

WHOLE: Final = 160
"""Longest message, in code points after normalisation, that is judged in one piece."""

LONGEST: Final = 240
"""Sentences beyond this are cut at a blank: whoever writes without full stops is read too."""

SHORTEST: Final = 12
"""A shorter sentence ("No.", "ㅠㅠ") is read with the one before: alone it says little."""

END: Final = re.compile(r"(?<=[.!?…。！？~])\s+")


def sentences(text: str) -> list[str]:
    """Return the pieces of a normalised text that are judged one by one; at least one.

    The pieces joined by blanks are the text.
    """
    if len(text) <= WHOLE:
        return [text]
    pieces: list[str] = []
    for sentence in END.split(text):
        for piece in _cut(sentence):
            if pieces and _belong(pieces[-1], piece):
                pieces[-1] += f" {piece}"
            else:
                pieces.append(piece)
    return pieces


def _belong(before: str, piece: str) -> bool:
    tiny = min(len(before), len(piece)) < SHORTEST
    return tiny and len(before) + len(piece) < LONGEST


def _cut(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    edges = [0]
    while len(sentence) - edges[-1] > LONGEST:
        blank = sentence.rfind(" ", edges[-1] + 1, edges[-1] + LONGEST)
        edges.append(blank if blank > 0 else edges[-1] + LONGEST)
    return [sentence[a:b].strip(" ") for a, b in pairwise([*edges, len(sentence)])]
