"""Files of strangers: what is read, how it comes out, and what is refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from classifiers.images.decoding import ImageRefused, Limits, decode, kind_of
from tests.support.tiny_vit import file_of, picture

KINDS = ("PNG", "JPEG", "WEBP", "GIF")
RED, BLUE = (220, 20, 30), (20, 40, 200)
ORIENTATION = 0x0112


def near(seen: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return bool(np.abs(np.subtract(seen, wanted)).max() <= 6)


def decoded(data: bytes, **limits: int) -> Image.Image:
    return decode(data, Limits(**limits))


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(ImageRefused) as caught:
        decoded(data, **limits)
    return str(caught.value)


def noise(width: int, height: int) -> Image.Image:
    """Return a picture that no format can make small, the same every time."""
    grains = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(grains)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds a handful of bytes."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(64))
    chunks = [
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (header, body, b"IEND")
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_whatever_it_is_called(kind: str) -> None:
    data = picture(RED, kind)
    image = decoded(data)
    assert kind_of(data) == kind
    assert (image.mode, image.size) == ("RGB", (40, 30))
    assert near(image.getpixel((20, 15)), RED)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "PDF", "TGA"])
def test_other_kinds_are_refused_before_pillow_sees_them(kind: str) -> None:
    assert refusal(picture(RED, kind)) == "the file is none of PNG, JPEG, WebP and GIF"


@pytest.mark.parametrize("data", [b"", b"GIF", b"RIFF....WAVE", b"<svg/>", b"hello" * 100])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert "none of PNG" in refusal(data)


def test_a_file_that_only_begins_like_a_picture_is_refused() -> None:
    for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\x10\0\0\0WEBP"):
        assert "broken or cut off" in refusal(start + b"\0" * 40)


def test_one_kind_in_the_clothes_of_another_is_refused() -> None:
    jpeg = picture(RED, "JPEG")
    assert "broken" in refusal(b"\x89PNG\r\n\x1a\n" + jpeg[8:])


def test_the_size_of_the_file_is_limited() -> None:
    data = picture(RED)
    assert decoded(data, size=len(data)).size == (40, 30)
    assert refusal(data, size=len(data) - 1) == (
        f"a picture of {len(data)} bytes is over the limit of {len(data) - 1}"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_pixels_are_limited(kind: str) -> None:
    assert decoded(picture(RED, kind), pixels=1200).size == (40, 30)
    assert "of 1200 pixels is over the limit of 1199" in refusal(picture(RED, kind), pixels=1199)


@pytest.mark.parametrize("side", [8_000, 10_000, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    """From 9500 pixels a side on Pillow warns, from 13400 on it refuses by itself."""
    assert "pixels" in refusal(png_header(side, side))


def test_a_bomb_of_text_is_refused() -> None:
    image = Image.new("RGB", (4, 4))
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("note", "a" * 40_000_000, zip=True)
    data = file_of(image, pnginfo=notes)
    assert len(data) < 100_000
    assert "broken" in refusal(data)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_is_refused(kind: str) -> None:
    data = file_of(noise(64, 64), kind)
    for part in (0.1, 0.5, 0.8):
        assert "broken" in refusal(data[: int(len(data) * part)])


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_is_broken_in_a_file_is_a_refusal_at_worst(kind: str, data: st.DataObject) -> None:
    whole = bytearray(file_of(noise(24, 20), kind))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=6)):
        whole[place] = data.draw(st.integers(0, 255))
    try:
        image = decoded(bytes(whole))
    except ImageRefused:
        return
    assert image.mode == "RGB"


def test_of_an_animation_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (20, 20), shade) for shade in (RED, BLUE, BLUE)]
    for kind in ("GIF", "WEBP", "PNG"):
        data = file_of(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        assert near(decoded(data).getpixel((10, 10)), RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_as_the_camera_noted(kind: str) -> None:
    image = Image.new("RGB", (40, 20), BLUE)
    image.paste(RED, (0, 0, 20, 20))  # red on the left; turned right it is on top
    notes = Image.Exif()
    notes[ORIENTATION] = 6
    turned = decoded(file_of(image, kind, exif=notes.tobytes()))
    assert turned.size == (20, 40)
    assert near(turned.getpixel((10, 5)), RED)
    assert near(turned.getpixel((10, 35)), BLUE)


# Pillow warns of it.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_broken_notes_of_a_camera_do_not_hide_the_picture() -> None:
    data = picture(RED, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fnonsense")
    assert decoded(data).size == (40, 30)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "I;16"])
def test_every_mode_comes_out_in_colour(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((20, 20), 128 * 257, dtype=np.uint16))
    else:
        image = Image.new("RGB", (20, 20), (128, 128, 128))
        image = image.quantize(4) if mode == "P" else image.convert(mode)
    seen = decoded(file_of(image))
    assert seen.mode == "RGB"
    assert near(seen.getpixel((5, 5)), (128, 128, 128))


def test_a_photograph_is_read_no_larger_than_needed() -> None:
    for kind in ("JPEG", "PNG"):
        seen = decoded(picture(RED, kind, (2000, 1500)))
        assert seen.size == (1024, 768)
        assert near(seen.getpixel((5, 5)), RED)


def test_a_print_in_four_inks_comes_out_in_colour() -> None:
    seen = decoded(file_of(Image.new("RGB", (20, 20), RED).convert("CMYK"), "JPEG"))
    assert near(seen.getpixel((5, 5)), RED)


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, 10, 20))
    for image in (clear, clear.convert("LA"), clear.quantize(8)):
        seen = decoded(file_of(image))
        assert seen.getpixel((15, 5)) == (255, 255, 255)
        assert seen.getpixel((5, 5)) != (255, 255, 255)
    assert decoded(file_of(clear, "WEBP", lossless=True)).getpixel((15, 5)) == (255, 255, 255)


def test_a_palette_with_one_transparent_colour() -> None:
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, *RED])
    image.paste(0, (0, 0, 10, 20))
    buffer = BytesIO()
    image.save(buffer, "GIF", transparency=0)
    seen = decoded(buffer.getvalue())
    assert seen.getpixel((2, 2)) == (255, 255, 255)
    assert near(seen.getpixel((15, 15)), RED)
