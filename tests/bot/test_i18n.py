from __future__ import annotations

import ast
import gettext
import string
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import bot
from bot.i18n import (
    LANGUAGES,
    CatalogueMissing,
    Catalogues,
    language_of,
    phrases_in,
)

HOME = Path(bot.__file__).parent
SOURCES = [
    HOME / "command_errors.py",
    HOME / "unheard.py",
    *sorted((HOME / "cogs").glob("*.py")),
    *sorted((HOME / "views").glob("*.py")),
]
MARKERS = {"say": 1, "mark": 1, "locale_str": 1, "plural": 2}

Key = str | tuple[str, str]


def said_in(source: Path) -> Iterator[Key]:
    """Yield every sentence that a module says."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        arguments = node.args[: MARKERS.get(name, 0)]
        literals = [each.value for each in arguments if isinstance(each, ast.Constant)]
        if literals and len(literals) == MARKERS[name]:
            yield literals[0] if len(literals) == 1 else (literals[0], literals[1])


SAID = {key for source in SOURCES for key in said_in(source)}


def catalogue(language: str) -> Catalog:
    path = HOME / "locale" / language / "LC_MESSAGES" / "nunchi.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_what_is_said_and_nothing_else(language: str) -> None:
    assert len(SAID) > 150
    assert {message.id for message in catalogue(language) if message.id} == SAID
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    for message in catalogue(language):
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(forms), message.id
        assert not message.fuzzy or not message.id, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fill_in_the_same_values(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        assert {name for form in forms for name in fields(form)} == {
            name for form in originals for name in fields(form)
        }


def test_english_is_itself() -> None:
    assert all(message.string == message.id for message in catalogue("en") if message.id)


def test_korean_is_written_in_hangul() -> None:
    spelled_alike = {"{channel}: I need {permissions}."}
    for message in catalogue("ko"):
        text = message.string if isinstance(message.string, str) else "".join(message.string)
        if message.id and message.id not in spelled_alike:
            assert any("가" <= letter <= "힣" for letter in text), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_installed_is_what_is_written(language: str) -> None:
    installed = gettext.translation("nunchi", HOME / "locale", [language])
    for message in catalogue(language):
        if isinstance(message.id, str) and message.id:
            found = installed.gettext(message.id)
            assert found == message.string, "compile again: pip install -e ."


def test_catalogues_speak_both_languages() -> None:
    catalogues = Catalogues.load()
    assert catalogues.text("ko", "Monday") == "월요일"
    assert catalogues.text("en", "Monday") == "Monday"
    assert catalogues.text("fr", "Posted: {link}", link="x") == "Posted: x"
    assert catalogues.of("ko").translated("Monday") == "월요일"
    assert catalogues.of("ko").translated("never said") is None


def test_plurals() -> None:
    forms = ("{count} message", "{count} messages")
    assert phrases_in("en").plural(*forms, 1) == "1 message"
    assert phrases_in("en").plural(*forms, 1200) == "1,200 messages"
    assert phrases_in("ko").plural(*forms, 1200) == "메시지 1,200개"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        (discord.Locale.korean, "ko"),
        (discord.Locale.british_english, "en"),
        (discord.Locale.japanese, "en"),
        ("ko", "ko"),
        ("ko-KR", "ko"),
        ("kok", "en"),
    ],
)
def test_language_of_a_locale(locale: discord.Locale | str, language: str) -> None:
    assert language_of(locale) == language


def test_missing_catalogues_are_one_readable_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogueMissing, match=r"^the ko catalogue .* `pip install -e \.`$"):
        Catalogues.load(tmp_path)
