"""What the bot says, in the reader's language: gettext catalogues of Korean and English.

The English sentence is the key. ``mark`` names a sentence for the catalogues where it stands in a
table; everywhere else the sentence stands in the call that says it.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, Self

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot.errors import StartFailed
from reports.wording.calendar import enumerated, full_day, full_moment, number
from reports.wording.particles import attached, is_spoken_known

DOMAIN: Final = "nunchi"
FOLDER: Final = Path(__file__).parent / "locale"
ENGLISH: Final = "en"
KOREAN: Final = "ko"
LANGUAGES: Final = (KOREAN, ENGLISH)

_NAMES: Final = frozenset({Location.command_name, Location.group_name, Location.parameter_name})


_PAIRS: Final = {
    "이(가)": "이/가",
    "은(는)": "은/는",
    "을(를)": "을/를",
    "과(와)": "과/와",
    "(으)로": "으로/로",
    "(이)라": "이라/라",
}
"""How a catalogue writes a particle whose form depends on the value before it."""

_PARTICLE: Final = re.compile(
    r"\{(?P<name>\w+)\}(?P<signs>[`*]*)(?P<particle>" + "|".join(map(re.escape, _PAIRS)) + ")"
)


class CatalogueMissing(StartFailed):
    """The compiled translations are not where an installation puts them."""


def mark(msgid: str) -> str:
    """Return the sentence itself; names it for the catalogues."""
    return msgid


def language_of(locale: discord.Locale | str) -> str:
    """Return the language that we speak to somebody with this locale: ``ko`` or ``en``."""
    return KOREAN if str(locale).split("-", maxsplit=1)[0] == KOREAN else ENGLISH


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences of one language; call it with an English sentence.

    Attributes:
        language: ``ko`` or ``en``.
        translations: The compiled catalogue.
    """

    language: str
    translations: gettext.NullTranslations

    def __call__(self, msgid: str, /, **values: object) -> str:
        """Return a sentence, with ``{name}`` replaced by ``values``."""
        return self._filled(self.translations.gettext(msgid), values)

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the form that fits ``count``, which fills ``{count}`` too."""
        sentence = self.translations.ngettext(one, many, count)
        return self._filled(sentence, {"count": self.number(count), **values})

    def number(self, value: int) -> str:
        """Return a whole number with separators, such as ``1,200``."""
        return number(value, self.language)

    def day(self, day: date) -> str:
        """Return a day, such as ``23 November 2026`` or ``2026년 11월 23일``."""
        return full_day(day, self.language)

    def moment(self, local: datetime) -> str:
        """Return a moment by the clocks that it is told in, with its weekday and in 24 hours."""
        return full_moment(local, self.language)

    def list(self, parts: Sequence[str]) -> str:
        """Return parts as one enumeration, such as ``A, B and C`` or ``A, B 및 C``."""
        return enumerated(parts, self.language)

    def _filled(self, sentence: str, values: Mapping[str, object]) -> str:
        if self.language == KOREAN:
            sentence = _PARTICLE.sub(lambda found: _fitting(found, values), sentence)
        return sentence.format_map(values)

    def translated(self, msgid: str) -> str | None:
        """Return the translation as it stands, or ``None`` when there is none."""
        translation = self.translations.gettext(msgid)
        return None if translation == msgid else translation


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Every language that the bot speaks."""

    phrases: Mapping[str, Phrases]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Read the compiled catalogues.

        Raises:
            CatalogueMissing: They were never compiled.
        """
        return cls({language: _read(folder, language) for language in LANGUAGES})

    def of(self, language: str) -> Phrases:
        """Return the sentences of a language, or the English ones where we do not speak it."""
        return self.phrases[language_of(language)]

    def text(self, language: str, msgid: str, /, **values: object) -> str:
        """Return one sentence in a language."""
        return self.of(language)(msgid, **values)


@cache
def phrases_in(language: str) -> Phrases:
    """Return the sentences of a language from the installed catalogues; they are read once."""
    return Catalogues.load().of(language)


def phrases_for(interaction: discord.Interaction) -> Phrases:
    """Return the sentences in the language of the person who clicked or typed."""
    return phrases_in(language_of(interaction.locale))


class Translator(app_commands.Translator):
    """Tells Discord the Korean words for descriptions and choices; names stay English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the Korean text, or ``None`` where the English one holds."""
        if locale is not discord.Locale.korean or _is_typed_name(context):
            return None
        return phrases_in(KOREAN).translated(string.message)


def _fitting(found: re.Match[str], values: Mapping[str, object]) -> str:
    """Return a field of a Korean sentence with the particle that its value asks for."""
    word = str(values[found["name"]])
    if not is_spoken_known(word):
        return found[0]  # a Latin name: readers know both forms
    particle = attached(word, _PAIRS[found["particle"]])[len(word) :]
    return f"{{{found['name']}}}{found['signs']}{particle}"


def _is_typed_name(context: app_commands.TranslationContextTypes) -> bool:
    """Tell whether people type this: the name of a menu entry is only ever clicked."""
    return context.location in _NAMES and not isinstance(context.data, app_commands.ContextMenu)


def _read(folder: Path, language: str) -> Phrases:
    try:
        found = gettext.translation(DOMAIN, folder, [language])
    except OSError as error:
        msg = (
            f"the {language} catalogue of the bot's sentences is not compiled; "
            "install the project again with `pip install -e .`"
        )
        raise CatalogueMissing(msg) from error
    return Phrases(language, found)
