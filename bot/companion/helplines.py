"""Whom to call, country by country, and which country it is.

Numbers with their sources and the day on which they were checked stand in ``data/helplines.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from bot.companion.errors import DataBroken

TABLE: Final = "data/helplines.toml"
DIRECTORY: Final = "https://findahelpline.com"
"""Checked helplines of more than a hundred countries."""

NO_COUNTRY: Final = frozenset({"UTC", "Etc/UTC", "Etc/GMT", "GMT"})
BY_LOCALE: Final = {
    "ko": "KR",
    "ja": "JP",
    "de": "DE",
    "fr": "FR",
    "nl": "NL",
    "hi": "IN",
    "es-ES": "ES",
    "en-GB": "GB",
}
"""Countries of Discord's locales. English (US) is what Discord sets for everybody: it tells
nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that answers.

    Attributes:
        number: As one dials it in the country.
        names: What it is, by language: ``ko`` and ``en``.
    """

    number: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Country:
    """The help of a country.

    Attributes:
        code: ISO 3166-1.
        lines: The most important first.
        emergency: The number where a life is in danger right now.
        source: Who runs the first line.
    """

    code: str
    lines: tuple[Line, ...]
    emergency: str
    source: str


@dataclass(frozen=True, slots=True)
class Helplines:
    """Every country that we know lines of."""

    countries: Mapping[str, Country]
    checked: date

    def of(self, code: str | None) -> Country | None:
        """Return the help of a country, if we know it."""
        return None if code is None else self.countries.get(code)


@dataclass(frozen=True, slots=True)
class Where:
    """What is known of where somebody is; the surest first.

    Attributes:
        chosen: What the administrators said.
        timezone: Of the server, an IANA name.
        locales: Discord's locales of the server and of the person.
        language: ``ko`` or ``en``: what they wrote in.
    """

    chosen: str | None = None
    timezone: str = "UTC"
    locales: tuple[str, ...] = ()
    language: str = "en"


@cache
def shipped() -> Helplines:
    """Return the helplines that are shipped.

    Raises:
        DataBroken: The table cannot be used.
    """
    return read_helplines(files("bot.companion").joinpath(TABLE).read_text("utf-8"))


def read_helplines(table: str) -> Helplines:
    """Read a table of helplines.

    Raises:
        DataBroken: Something is missing.
    """
    try:
        data = tomllib.loads(table)
        countries = (_country(each) for each in data["country"])
        return Helplines({each.code: each for each in countries}, data["checked"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        msg = f"the helplines cannot be used: {error}"
        raise DataBroken(msg) from error


def _country(data: Mapping[str, Any]) -> Country:
    lines = tuple(
        Line(each["number"], {"ko": each["ko"], "en": each["en"]}) for each in data["lines"]
    )
    return Country(data["code"], lines, data["emergency"], data["source"])


def country_of(where: Where) -> str | None:
    """Return the country that somebody is most probably in, or ``None``."""
    if where.chosen is not None:
        return where.chosen
    by_timezone = countries_of_timezones().get(where.timezone)
    if by_timezone is not None and where.timezone not in NO_COUNTRY:
        return by_timezone
    for locale in where.locales:
        if locale in BY_LOCALE:
            return BY_LOCALE[locale]
    return "KR" if where.language == "ko" else None


@cache
def countries_of_timezones() -> Mapping[str, str]:
    """Return the country of each timezone, from the IANA database."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and line[0] != "#")
    return {row[2]: row[0] for row in rows}
