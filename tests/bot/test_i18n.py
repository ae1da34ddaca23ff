from __future__ import annotations

import ast
import gettext
import re
import string
from collections.abc import Iterator
from datetime import date, datetime
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
MARKERS = {"say": 1, "mark": 1, "locale_str": 1, "plural": 2}
PHRASES = {"phrases_for", "phrases_in"}
IMPORTS = re.compile(r"from bot\.i18n import|locale_str")
SOURCES = [
    path
    for path in sorted(HOME.rglob("*.py"))
    if IMPORTS.search(path.read_text(encoding="utf-8"))
    and path != HOME / "i18n.py"
    and path.relative_to(HOME).parts[0] not in {"doctor", "demo", "sandbox"}
]
"""Every module that speaks in Discord, wherever it stands; the doctor speaks in a terminal."""

Key = str | tuple[str, str]


def said_in(source: Path) -> Iterator[tuple[Key, ast.Call]]:
    """Yield every sentence that a module says, with the call that says it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = called(node)
        arguments = node.args[: MARKERS.get(name, 0)]
        literals = [each.value for each in arguments if isinstance(each, ast.Constant)]
        if literals and len(literals) == MARKERS[name]:
            yield (literals[0] if len(literals) == 1 else (literals[0], literals[1])), node


def called(node: ast.Call) -> str:
    """Return the name of a function; ``phrases_for(…)(…)`` says something as well."""
    if isinstance(node.func, ast.Call):
        return "say" if called(node.func) in PHRASES else ""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


CALLS = [(key, node) for source in SOURCES for key, node in said_in(source)]
SAID = {key for key, _ in CALLS}


def catalogue(language: str) -> Catalog:
    path = HOME / "locale" / language / "LC_MESSAGES" / "nunchi.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def forms_of(written: str | tuple[str, ...] | list[str]) -> list[str]:
    return [written] if isinstance(written, str) else list(written)


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
    """In every form: what only one form of a plural tells would be missing in the other."""
    for message in catalogue(language):
        if message.id:
            wanted = {frozenset(fields(form)) for form in forms_of(message.id)}
            assert len(wanted) == 1, message.id
            assert {frozenset(fields(form)) for form in forms_of(message.string)} == wanted


def test_every_value_of_a_sentence_is_given() -> None:
    """A sentence without one of its values would only fail once somebody is to read it."""
    for key, node in CALLS:
        if called(node) not in {"say", "plural"} or any(each.arg is None for each in node.keywords):
            continue
        given = {each.arg for each in node.keywords}
        needed = {name for form in forms_of(key) for name in fields(form)}
        assert needed == given | ({"count"} & needed), key


def test_plurals_have_as_many_forms_as_their_language() -> None:
    for language, number in (("en", 2), ("ko", 1)):
        assert catalogue(language).num_plurals == number
        for message in catalogue(language):
            if message.pluralizable:
                assert len(message.string) == number


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_set_cleanly(language: str) -> None:
    for message in catalogue(language):
        for form in forms_of(message.string) if message.id else ():
            assert form == form.strip()
            assert "  " not in form, form
            assert not re.search(r" [.,:;!?](\s|$)", form), form
            assert form.count("`") % 2 == 0, form
            assert form.count("**") % 2 == 0, form
            assert form.count("(") == form.count(")"), form


NOT_OUR_WORDS = {
    "보고서": "리포트",
    "레포트": "리포트",
    "회원님": "나, 내",
    "Nunchi": "눈치",
    "Discord": "디스코드",
    "숫자만": "수치만",
    "알리는 글": "안내문",
    "공지": "안내문",
    "옵트아웃": "측정 거부",
    "옵트인": "측정 동의",
    "습니다": "…요",
    "십시오": "…주세요",
    "고르세요": "골라 주세요",
    "DM": "다이렉트 메시지",
}
"""One word for one thing, and one tone; the right word stands behind each."""

ALLOWED = {
    "Text, announcement, forum or voice channel",
    "Waiting for its turn: others are being read.",
}


def test_korean_speaks_with_one_voice() -> None:
    for message in catalogue("ko"):
        for form in forms_of(message.string) if message.id else ():
            found = [word for word in NOT_OUR_WORDS if word in form]
            assert not found or message.id in ALLOWED, (form, found)


BOTH_FORMS = re.compile(r"(.)([`*]*)(이\(가\)|은\(는\)|을\(를\)|과\(와\)|\(으\)로|\(이\)라)")
ONE_FORM = re.compile(r"\{(\w+)\}[`*]*(을|를|이|가|은|는|과|와|으로|로|이에요|예요)(?=[ .,)]|$)")
KNOWN_SOUNDS = {"part", "held", "rate", "share"}
"""Percentages: 퍼센트 ends in a vowel."""


def test_particles_follow_the_sound_of_a_value() -> None:
    """A particle that depends on a value is written in both forms, and told in one of them."""
    for message in catalogue("ko"):
        for form in forms_of(message.string) if message.id else ():
            assert all(found[1] == "}" for found in BOTH_FORMS.finditer(form)), form
            alone = {found[1] for found in ONE_FORM.finditer(form)}
            assert alone <= KNOWN_SOUNDS, form


@pytest.mark.parametrize(
    ("emotion", "told"),
    [("기쁨", "기쁨이라고"), ("분노", "분노라고"), ("joy", "joy(이)라고")],
)
def test_a_particle_is_told_in_the_form_that_fits(emotion: str, told: str) -> None:
    say = phrases_in("ko")
    assert told in say("Thank you. Kept: you say it is {emotion}.", emotion=emotion)
    # What somebody wrote stays as it is.
    assert "{x}을(를)" in say("Thank you. Kept: you say it is {emotion}.", emotion="{x}을(를)")


def test_a_particle_looks_through_marks_and_counts() -> None:
    say = phrases_in("ko")
    sentence = "Attached pictures are read once by {model}."
    assert "`모델 3`이 한 번" in say(sentence, model="`모델 3`")
    assert "`모델 2`가 한 번" in say(sentence, model="`모델 2`")


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


def test_dates_and_enumerations() -> None:
    korean, english = phrases_in("ko"), phrases_in("en")
    assert korean.day(date(2026, 11, 23)) == "2026년 11월 23일"
    assert english.moment(datetime(2026, 11, 23, 9)) == "Monday, 23 November 2026 09:00"  # noqa: DTZ001
    assert english.list(["A", "B", "C"]) == "A, B and C"
    assert korean.number(12_000) == "12,000"


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
