"""Which fonts pictures are drawn with, and how wide text comes out.

A renderer drops text silently when a family is unknown, and draws a box for a glyph that is
missing. So families are only ever named after looking into the files, text is cut into runs by
what each font can draw, and characters that no font has are left out.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from fontTools.ttLib import TTFont, TTLibError
from pylopdf_fonts_ko import sans_path

from reports.errors import FontMissing
from reports.rasterise import rasterise

SUFFIXES: Final = frozenset({".ttf", ".otf", ".ttc"})
EMOJI_FILES: Final = (
    Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"),
    Path("/usr/share/fonts/noto/NotoColorEmoji.ttf"),
    Path("/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf"),
    Path("/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf"),
)
"""Where Debian, Arch and Fedora keep the emoji font."""

BOLD_WEIGHT: Final = 600
FAUX_BOLD: Final = 0.036
"""Where a family has no bold face, letters get an outline of this many em."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_LEFT_OUT: Final = "\0"
_JOINTS: Final = r"[-–—_·・:|│┃~ ]*"
_JOINED: Final = re.compile(
    rf"(?P<before>{_JOINTS}){_LEFT_OUT}(?:{_JOINTS}{_LEFT_OUT})*(?P<after>{_JOINTS})"
)
_SAMPLE: Final = "가A0"
_PROBES: Final = "가A0漢😀"


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One font file.

    Attributes:
        family: The name that pictures refer to it by.
        path: The file.
        weight: 400 is regular, 700 bold.
        advances: Code point -> advance width in em, of every character it can draw.
    """

    family: str
    path: Path
    weight: int
    advances: Mapping[int, float]

    @classmethod
    def read(cls, path: Path) -> Face:
        """Read a font file.

        Raises:
            FontMissing: It is no font.
        """
        try:
            with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
                em = float(font["head"].unitsPerEm)
                widths = font["hmtx"].metrics
                advances = {
                    code: widths[glyph][0] / em for code, glyph in font.getBestCmap().items()
                }
                family = font["name"].getBestFamilyName()
                return cls(family, path, font["OS/2"].usWeightClass, advances)
        except (TTLibError, OSError, KeyError, AttributeError) as error:
            msg = f"{path.name} is not a font that can be used"
            raise FontMissing(msg) from error

    @property
    def bold(self) -> bool:
        """Return whether the face is a bold one."""
        return self.weight >= BOLD_WEIGHT

    def inks(self) -> bool:
        """Return whether the renderer gets ink out of the face; it skips files it dislikes."""
        known = [character for character in _PROBES if self.draws(character)]
        probes = known or [chr(code) for code in sorted(self.advances)[-3:]]
        blank = rasterise(_probe([Run(" ", self.family)]), [str(self.path)])
        pictures = (rasterise(_probe([Run(c, self.family)]), [str(self.path)]) for c in probes)
        return any(picture != blank for picture in pictures)

    def draws(self, text: str) -> bool:
        """Return whether the face has every character of ``text``."""
        return all(ord(character) in self.advances for character in text)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one family."""

    text: str
    family: str


@dataclass(frozen=True)
class FontBook:
    """The faces to draw with, best first; the first one has Korean and Latin letters.

    Attributes:
        faces: Regular faces; each draws what those before it cannot.
        bolds: Bold faces by family.
    """

    faces: tuple[Face, ...]
    bolds: Mapping[str, Face]

    @classmethod
    def load(cls, directory: Path | None = None, *, system: bool = True) -> FontBook:
        """Find fonts; takes some 0.2 s a file, so do it once.

        Args:
            directory: Fonts to prefer to the bundled Noto Sans KR; searched with subdirectories.
            system: Also use the system's emoji font, where there is one.

        Raises:
            FontMissing: ``directory`` does not exist or holds no font.
        """
        chosen = _faces_of(directory) if directory is not None else []
        emoji = [path for path in EMOJI_FILES if path.is_file()][:1] if system else []
        found = [*chosen, Face.read(sans_path()), *_readable(emoji)]
        regular = sorted(
            (face for face in found if not face.bold), key=lambda face: not face.draws(_SAMPLE)
        )
        return cls(tuple(regular), {face.family: face for face in found if face.bold})

    @property
    def family(self) -> str:
        """Return the family of the first face."""
        return self.faces[0].family

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Return the paths of all faces, for the renderer."""
        return tuple(str(face.path) for face in (*self.faces, *self.bolds.values()))

    @cached_property
    def _advances(self) -> dict[str, float]:
        """The advances of the characters that were measured so far, in the regular faces."""
        return {}

    @cached_property
    def _bold_advances(self) -> dict[str, float]:
        """The same in the bold faces."""
        return {}

    def drawable(self, text: str) -> str:
        """Return ``text`` on one line, without what is invisible and what no font has.

        What joined something that is left out goes with it: ``🎮-games`` is ``games``.
        """
        composed = " ".join(unicodedata.normalize("NFC", text).split())
        kept = (c for c in composed if unicodedata.category(c) not in _INVISIBLE)
        marked = "".join(c if self._face(c) is not None else _LEFT_OUT for c in kept)
        return " ".join(_JOINED.sub(_joint, marked).split())

    def runs(self, text: str) -> tuple[Run, ...]:
        """Cut drawable text into runs of one family each."""
        groups = groupby(text, key=lambda character: self._face(character) or self.faces[0])
        return tuple(Run("".join(characters), face.family) for face, characters in groups)

    def has_bold(self, family: str) -> bool:
        """Return whether a family has a bold face of its own."""
        return family in self.bolds

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide drawable text comes out at most, in the unit of ``size``.

        Kerning, which almost always tightens, is left out.
        """
        known = self._bold_advances if bold else self._advances
        for character in text:
            if character not in known:
                known[character] = self._advance(character, bold=bold)
        return size * sum(map(known.__getitem__, text))

    def fitted(self, text: str, size: float, room: float, *, bold: bool = False) -> str:
        """Return drawable text, ellipsised where it is wider than ``room``."""
        if self.width(text, size, bold=bold) <= room:
            return text

        def shortened(length: int) -> str:
            return text[:length].rstrip() + "…"

        # The first length that is too wide; the one before it is the longest that fits.
        lengths = range(1, len(text))
        wide = bisect_right(
            lengths, room, key=lambda length: self.width(shortened(length), size, bold=bold)
        )
        return shortened(lengths[wide - 1]) if wide else ""

    def ink(self, text: str) -> bool:
        """Return whether rasterising ``text`` leaves ink and no box for a missing glyph.

        Takes some 50 ms: for checks at start.
        """
        if self.drawable(text) != text:
            return False
        blank = rasterise(_probe(self.runs(" ")), self.files)
        return rasterise(_probe(self.runs(text)), self.files) != blank

    def _face(self, character: str) -> Face | None:
        code = ord(character)
        return next((face for face in self.faces if code in face.advances), None)

    def _advance(self, character: str, *, bold: bool) -> float:
        face = self._face(character) or self.faces[0]
        code = ord(character)
        if not bold:
            return face.advances.get(code, 1.0)
        heavy = self.bolds.get(face.family)
        if heavy is not None and code in heavy.advances:
            return heavy.advances[code]
        return face.advances.get(code, 1.0) + FAUX_BOLD / 2


def _joint(found: re.Match[str]) -> str:
    """Return what stays between two parts of a text when something between them is left out."""
    text = found.string
    inside = text[: found.start()].strip("#") and text[found.end() :]
    return found["before"][:1] or found["after"][:1] if inside else ""


def _probe(runs: Iterable[Run]) -> str:
    spans = "".join(
        f"<tspan font-family={quoteattr(run.family)}>{escape(run.text)}</tspan>" for run in runs
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">'
        f'<text x="8" y="48" font-size="40">{spans}</text></svg>'
    )


def _faces_of(directory: Path) -> list[Face]:
    if not directory.is_dir():
        msg = f"the font folder {directory} does not exist"
        raise FontMissing(msg)
    paths = sorted(path for path in directory.rglob("*") if path.suffix.lower() in SUFFIXES)
    faces = list(_readable(paths))
    if not faces:
        msg = f"the font folder {directory} holds no font (.ttf, .otf, .ttc)"
        raise FontMissing(msg)
    return faces


def _readable(paths: Iterable[Path]) -> Iterable[Face]:
    """Yield the faces that can be used; a broken file among good ones does no harm."""
    for path in paths:
        try:
            face = Face.read(path)
        except FontMissing:
            continue
        if face.inks():
            yield face
