"""Timezones as people look for them: by city, by part of a name, with typing mistakes."""

from __future__ import annotations

import difflib
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from bot.command_errors import Refusal
from bot.i18n import Phrases, mark

MAX_SUGGESTIONS: Final = 25
"""Discord's limit of choices in an autocompletion."""

COMMON: Final = {
    "UTC": mark("Coordinated Universal Time"),
    "Asia/Seoul": mark("Seoul"),
    "Asia/Tokyo": mark("Tokyo"),
    "Asia/Shanghai": mark("Shanghai"),
    "Asia/Taipei": mark("Taipei"),
    "Asia/Singapore": mark("Singapore"),
    "Asia/Ho_Chi_Minh": mark("Ho Chi Minh City"),
    "Asia/Kolkata": mark("India"),
    "Asia/Dubai": mark("Dubai"),
    "Australia/Sydney": mark("Sydney"),
    "Pacific/Auckland": mark("Auckland"),
    "Europe/London": mark("London"),
    "Europe/Paris": mark("Paris"),
    "Europe/Berlin": mark("Berlin"),
    "Europe/Helsinki": mark("Helsinki"),
    "Europe/Istanbul": mark("Istanbul"),
    "Africa/Lagos": mark("Lagos"),
    "Africa/Johannesburg": mark("Johannesburg"),
    "America/New_York": mark("New York"),
    "America/Chicago": mark("Chicago"),
    "America/Denver": mark("Denver"),
    "America/Los_Angeles": mark("Los Angeles"),
    "America/Sao_Paulo": mark("São Paulo"),
    "Pacific/Honolulu": mark("Honolulu"),
}
"""One well-known name for the offsets in which most people live."""


def label_of(zone: str, now: datetime, say: Phrases) -> str:
    """Return what a person reads for a timezone, such as ``Seoul, UTC+09:00 (Asia/Seoul)``."""
    offset = now.astimezone(ZoneInfo(zone)).strftime("%z")
    shown = f"UTC{offset[:3]}:{offset[3:5]}"
    city = COMMON.get(zone)
    return f"{say(city)}, {shown} ({zone})" if city else f"{zone}, {shown}"


def suggestions(typed: str, say: Phrases) -> list[str]:
    """Return at most 25 names that fit what was typed so far, the best known first."""
    wanted = _folded(typed)
    if not wanted:
        return list(COMMON)
    common = [zone for zone in COMMON if any(wanted in name for name in _called(zone, say))]
    others = [zone for zone in _names() if wanted in _folded(zone) and zone not in COMMON]
    return [*common, *others][:MAX_SUGGESTIONS]


def resolve(typed: str, say: Phrases) -> str:
    """Return the name of the timezone that was meant.

    Raises:
        Refusal: There is none of that name; the text names the nearest ones.
    """
    wanted = _folded(typed)
    for zone in (*COMMON, *_names()):
        if wanted in _called(zone, say):
            return zone
    near = nearest(typed, say)
    if near:
        raise Refusal(
            say("I know no timezone by that name. Did you mean {names}?", names=", ".join(near))
        )
    raise Refusal(say("I know no timezone by that name. Try a city, such as Asia/Seoul."))


def nearest(typed: str, say: Phrases) -> list[str]:
    """Return up to three names that look or contain what was typed."""
    contained = suggestions(typed, say) if typed.strip() else []
    by_city = {_folded(zone.rsplit("/", maxsplit=1)[-1]): zone for zone in _names()}
    by_name = {_folded(zone): zone for zone in _names()}
    alike = difflib.get_close_matches(_folded(typed), [*by_city, *by_name], n=3, cutoff=0.7)
    found = [*contained, *({**by_name, **by_city}[name] for name in alike)]
    return list(dict.fromkeys(found))[:3]


def _called(zone: str, say: Phrases) -> set[str]:
    """Return everything that people call a timezone: its name, its city, both languages' word."""
    city = COMMON.get(zone, zone)
    return {_folded(name) for name in (zone, zone.rsplit("/", maxsplit=1)[-1], city, say(city))}


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"))


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").split())
