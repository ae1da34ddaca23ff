"""From the bytes of a stranger's file to an upright RGB picture, or a refusal.

The order of the checks matters: size in bytes, kind by the first bytes, size in pixels from the
header, and only then are pixels decoded. Pillow gets to use the one decoder that fits the first
bytes: the more of them can be reached, the more can be attacked.
"""

from __future__ import annotations

import logging
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from classifiers.errors import ClassifierError
from classifiers.extras import required

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

EXTRA: Final = "images"

ENOUGH: Final = 1024
"""Pixels a side that no model needs more of."""

WHITE: Final = (255, 255, 255)
"""What lies behind the transparent parts of a picture."""

BROKEN_NOTES: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    SyntaxError,
    OSError,
    struct.error,
)


class ImageRefused(ClassifierError):
    """A file is no picture of the kinds that are read, or a broken or too large one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most.

    Attributes:
        size: Bytes of the file.
        pixels: Width times height; four bytes each are needed while it is read.
    """

    size: int = 8 * 2**20
    pixels: int = 25_000_000


def kind_of(data: bytes) -> str | None:
    """Return Pillow's name for a file by its first bytes, or ``None`` where it is none we read.

    Signatures: PNG (RFC 2083), JPEG (ITU-T T.81), GIF89a, WebP (RFC 9649).
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def decode(data: bytes, limits: Limits) -> Image:
    """Return the picture, or the first frame of an animation, as it is meant to be seen.

    It is made smaller, in proportion, where a side is longer than ``ENOUGH``.

    Raises:
        ImageRefused: It is too large, of another kind, cut off or broken.
        BackendUnavailable: Pillow is not installed.
    """
    pillow: Any = required("PIL.Image", EXTRA)
    if len(data) > limits.size:
        msg = f"a picture of {len(data)} bytes is over the limit of {limits.size}"
        raise ImageRefused(msg)
    kind = kind_of(data)
    if kind is None:
        msg = "the file is none of PNG, JPEG, WebP and GIF"
        raise ImageRefused(msg)
    try:
        with pillow.open(BytesIO(data), formats=(kind,)) as image:
            _check_pixels(image.width * image.height, limits)
            # A large JPEG is read at a half, a quarter or an eighth, at no more cost than that.
            image.draft(None, (ENOUGH, ENOUGH))
            image.load()
            _turn_upright(image)
            plain = _plain(image)
            plain.thumbnail((ENOUGH, ENOUGH))
            return plain
    except ImageRefused:
        raise
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
        msg = f"the {kind} has far more than {limits.pixels} pixels"
        raise ImageRefused(msg) from error
    except Exception as error:
        # The boundary to decoders that are fed by strangers: each has errors of its own.
        msg = f"the {kind} is broken or cut off ({type(error).__name__})"
        raise ImageRefused(msg) from error


def _check_pixels(pixels: int, limits: Limits) -> None:
    if pixels > limits.pixels:
        msg = f"a picture of {pixels} pixels is over the limit of {limits.pixels}"
        raise ImageRefused(msg)


def _turn_upright(image: Image) -> None:
    """Turn a picture as its camera noted it; broken notes are not followed."""
    operations: Any = required("PIL.ImageOps", EXTRA)
    try:
        operations.exif_transpose(image, in_place=True)
    except BROKEN_NOTES as error:
        log.debug("the notes of a camera cannot be read (%s)", type(error).__name__)


def _plain(image: Image) -> Image:
    """Return a picture in RGB, whatever palette, depth or transparency it has."""
    pillow: Any = required("PIL.Image", EXTRA)
    if image.mode.startswith("I"):
        # Sixteen bits a pixel: Pillow would cut off the bright part instead of scaling.
        wide = np.asarray(image).astype(np.int64)
        image = pillow.fromarray((wide.clip(0, 0xFFFF) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        sheet = image if image.mode == "RGBA" else image.convert("RGBA")
        paper: Image = pillow.new("RGB", sheet.size, WHITE)
        paper.paste(sheet, mask=sheet.getchannel("A"))
        return paper
    return image.convert("RGB")
