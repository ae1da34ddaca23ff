"""The letters of a page, cut out of the fonts that its pictures were measured with.

A reader's machine rarely has the font of the pictures, and another one is wider or narrower, so
that texts would run into each other. What is used of each font travels with the page.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError

from reports.fonts import Face, FontBook

RESTRICTED: Final = 0x2
"""Bit of OS/2 fsType: the maker of the font does not allow embedding (OpenType specification)."""

_TAG: Final = re.compile(r"<[^>]*>")
_LARGEST: Final = 2_000_000
"""Bytes of letters; fonts of pictures such as emoji, which every system has, are larger."""


def font_faces(text: str, fonts: FontBook) -> str:
    """Return the ``@font-face`` rules for a text; the same text gives the same rules.

    Fonts that may not be embedded are left out, and the reader's own stand in for them.
    """
    faces = [*fonts.faces, *fonts.bolds.values()]
    rules = (_rule(face, letters) for face in faces if (letters := _letters(face, text, fonts)))
    return "".join(rules)


def standalone(svg: str, fonts: FontBook) -> str:
    """Return a picture that carries its letters, for a file of its own."""
    letters = unescape(_TAG.sub(" ", svg))
    head, end, rest = svg.partition("</desc>")
    return f"{head}{end}<style>{font_faces(letters, fonts)}</style>{rest}"


def _letters(face: Face, text: str, fonts: FontBook) -> str:
    """Return the characters of a text that are drawn with a face, sorted."""
    wanted = set(unicodedata.normalize("NFC", text))
    families = {run.text: run.family for c in wanted for run in fonts.runs(c)}
    return "".join(
        sorted(c for c in wanted if families.get(c) == face.family and ord(c) in face.advances)
    )


def _rule(face: Face, letters: str) -> str:
    data = _subset(face.path, letters)
    if data is None:
        return ""
    encoded = base64.b64encode(data).decode("ascii")
    family = face.family.replace("\\", "").replace('"', "")
    weight = 700 if face.bold else 400
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};'
        f'src:url("data:font/woff;base64,{encoded}") format("woff")}}'
    )


def _subset(path: Path, letters: str) -> bytes | None:
    options = subset.Options(
        flavor="woff", layout_features=[], hinting=False, name_IDs=[0, 1, 2, 13, 14]
    )
    out = BytesIO()
    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, recalcTimestamp=False) as font:
            if font["OS/2"].fsType & RESTRICTED:
                return None
            subsetter = subset.Subsetter(options)
            subsetter.populate(text=letters)
            subsetter.subset(font)
            font.flavor = "woff"
            font.save(out)
    except (TTLibError, KeyError, subset.Subsetter.SubsettingError):
        return None
    data = out.getvalue()
    return data if len(data) <= _LARGEST else None
