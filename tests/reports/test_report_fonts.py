"""Which fonts are found, what they draw, and how wide it comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import given
from hypothesis import strategies as st

from reports import fonts as fonts_module
from reports.errors import FontMissing
from reports.fonts import FAUX_BOLD, FontBook
from reports.rasterise import rasterise
from reports.svg.canvas import Canvas, Style
from reports.svg.theme import LIGHT

BUNDLED = FontBook.load(system=False)


def write_font(
    path: Path,
    family: str,
    characters: str,
    *,
    weight: int = 400,
    em: int = 600,
    named: bool = True,
) -> None:
    """Write a font in which every character is a box of its own width."""
    glyphs = [".notdef", *(f"u{ord(character):05X}" for character in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({ord(c): f"u{ord(c):05X}" for c in characters})
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    pen.lineTo((50, 700))
    pen.lineTo((em - 50, 700))
    pen.lineTo((em - 50, 0))
    pen.closePath()
    builder.setupGlyf(dict.fromkeys(glyphs, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (em, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    style = "Bold" if weight >= 600 else "Regular"
    names = {"familyName": family, "styleName": style}
    postscript = {"psName": f"{family}-{style}".replace(" ", "")} if named else {}
    builder.setupNameTable(names | postscript)
    builder.setupOS2(sTypoAscender=800, usWeightClass=weight)
    builder.setupPost()
    builder.save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(*fonts: tuple[str, str, int]) -> Path:
        for index, (family, characters, weight) in enumerate(fonts):
            write_font(tmp_path / f"{index}.ttf", family, characters, weight=weight)
        return tmp_path

    return make


def test_the_bundled_font_has_korean_and_latin() -> None:
    assert BUNDLED.family == "Noto Sans KR"
    assert len(BUNDLED.faces) == 1
    assert BUNDLED.ink("가")
    assert BUNDLED.ink("A")
    assert BUNDLED.ink("−")
    assert not BUNDLED.ink(" ")
    assert not BUNDLED.ink("😀")


def test_text_is_made_drawable() -> None:
    assert BUNDLED.drawable("  스터디\n\t모임  ") == "스터디 모임"
    assert BUNDLED.drawable("a\u202eb\u200d\x00\ufeffc") == "abc"
    assert BUNDLED.drawable("🎉 파티 🎉") == "파티"
    assert BUNDLED.drawable("\u1112\u1161\u11ab") == "한"
    assert BUNDLED.drawable("\ud83d") == ""
    assert BUNDLED.drawable("🎉") == ""


@pytest.mark.no_cover
@given(st.text(max_size=80))
def test_drawable_text_stays_so_and_fits(text: str) -> None:
    drawable = BUNDLED.drawable(text)
    assert BUNDLED.drawable(drawable) == drawable
    fitted = BUNDLED.fitted(drawable, 26, 200)
    assert BUNDLED.width(fitted, 26) <= 200
    assert drawable.startswith(fitted.removesuffix("…"))


def test_widths_are_those_of_the_renderer() -> None:
    """Nothing is drawn to the right of where a text is measured to end."""
    text, size = "Mood 기분 지수 +0.12", 40
    width = BUNDLED.width(text, size, bold=True)
    canvas = Canvas(BUNDLED, LIGHT, "", "")
    canvas.text(0, 50, text, Style(size, "#000000", bold=True))
    for left, ink in ((width + 1, False), (width - size * 0.4, True)):
        cover = f'<rect width="{left}" height="80" fill="#FFFFFF"/></svg>'
        picture = canvas.svg().replace("</svg>", cover)
        blank = Canvas(BUNDLED, LIGHT, "", "").svg()
        assert (rasterise(picture, BUNDLED.files) != rasterise(blank, BUNDLED.files)) == ink


def test_ellipsis_when_there_is_no_room_at_all() -> None:
    assert BUNDLED.fitted("abc", 20, 5) == ""
    assert BUNDLED.fitted("abc def", 20, BUNDLED.width("abc …", 20)) == "abc…"


def test_a_folder_comes_first(folder: Callable[..., Path]) -> None:
    book = FontBook.load(folder(("Test Sans", "가나다A0 ", 400)), system=False)
    assert book.family == "Test Sans"
    assert book.width("가A", 10) == pytest.approx(12)
    assert [(run.text, run.family) for run in book.runs("가B나")] == [
        ("가", "Test Sans"),
        ("B", "Noto Sans KR"),
        ("나", "Test Sans"),
    ]
    assert book.ink("가")


def test_a_folder_without_korean_only_helps_out(folder: Callable[..., Path]) -> None:
    book = FontBook.load(folder(("Test Latin", "AB0", 400)), system=False)
    assert book.family == "Noto Sans KR"
    assert len(book.files) == 2


def test_bold_is_a_face_where_there_is_one(folder: Callable[..., Path]) -> None:
    fonts = ("Test Sans", "가A0", 400), ("Test Sans", "가", 700)
    book = FontBook.load(folder(*fonts), system=False)
    assert book.has_bold("Test Sans")
    assert book.width("가", 10, bold=True) == pytest.approx(6)
    assert book.width("A", 10, bold=True) == pytest.approx(6 + 10 * FAUX_BOLD / 2)
    canvas = Canvas(book, LIGHT, "", "")
    canvas.text(0, 50, "가B", Style(40, "#000000", bold=True))
    assert 'font-weight="700">가' in canvas.svg()
    assert 'font-family="Noto Sans KR" stroke=' in canvas.svg()
    assert not BUNDLED.has_bold("Noto Sans KR")


def test_emoji_come_from_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emoji = tmp_path / "emoji.ttf"
    write_font(emoji, "Test Emoji", "🎉😀", em=1200)
    monkeypatch.setattr(fonts_module, "EMOJI_FILES", (tmp_path / "missing.ttf", emoji))
    book = FontBook.load()
    assert book.drawable("🎉 파티") == "🎉 파티"
    assert book.ink("🎉")
    assert book.width("🎉", 10) == pytest.approx(12)
    assert FontBook.load(system=False).drawable("🎉") == ""


def test_a_missing_folder_and_one_without_fonts(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="does not exist"):
        FontBook.load(tmp_path / "nowhere")
    (tmp_path / "broken.ttf").write_bytes(b"this is no font")
    with pytest.raises(FontMissing, match="holds no font"):
        FontBook.load(tmp_path)


def test_a_broken_file_among_good_ones_does_no_harm(folder: Callable[..., Path]) -> None:
    path = folder(("Test Sans", "가A0", 400))
    (path / "broken.otf").write_bytes(b"\x00" * 50)
    (path / "notes.txt").write_text("no font either")
    assert FontBook.load(path, system=False).family == "Test Sans"


def test_a_font_that_the_renderer_skips_is_not_used(folder: Callable[..., Path]) -> None:
    path = folder(("Test Sans", "ΑΒ", 400))
    write_font(path / "unnamed.ttf", "Test Unnamed", "가A0", named=False)
    book = FontBook.load(path, system=False)
    assert [face.family for face in book.faces] == ["Noto Sans KR", "Test Sans"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("#🎮-게임방", "#게임방"),
        ("#채널-13-🎈-talk", "#채널-13-talk"),
        ("#👩\u200d👩\u200d👧-family", "#family"),
        ("#잡담-🎉✨", "#잡담"),
        ("#🔥│chat", "#chat"),
        ("Study 🎉 Hall", "Study Hall"),
        ("#🎉✨", "#"),
        ("#a--b", "#a--b"),
        ("ab🎉cd", "abcd"),
    ],
)
def test_what_joined_a_sign_without_a_font_goes_with_it(name: str, told: str) -> None:
    assert BUNDLED.drawable(name) == told
