"""The period of a report, as people choose it: from a list, or typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands

from bot.cogs.answers import guild_of
from bot.cogs.listening import settings_of
from bot.command_errors import Refusal
from bot.i18n import Phrases, mark, phrases_for
from reports.errors import InvalidPeriod
from reports.monthly import DayRange, Month, Period
from reports.period import Week, zone_of
from reports.wording.stretches import period_name
from storage.records import GuildSettings

if TYPE_CHECKING:
    from bot.client import NunchiClient

LAST: Final = "last"
MAX_SUGGESTIONS: Final = 25
"""Discord's limit of choices in an autocompletion."""

_NAMED: Final = {
    LAST: mark("last week"),
    "this": mark("this week so far"),
    "days": mark("the last seven days"),
    "month": mark("last month"),
    "this-month": mark("this month so far"),
}
_SEVEN: Final = 7
_WEEKS: Final = 8
_MONTHS: Final = 12
_YEARS: Final = range(2015, 2200)
"""Nothing was written in Discord before the first; the last keeps arithmetic within dates."""

_MONTH: Final = re.compile(r"(\d{4})-M?(\d{1,2})")


def resolve(typed: str, settings: GuildSettings, now: datetime, say: Phrases) -> Period:
    """Return the period that was chosen from the list, or typed.

    Args:
        typed: A key such as ``last``, ``2026-W46`` or ``2026-M10``, a month such as ``2026-10``,
            or a name as it stands in the list.
        settings: Of the server.
        now: An aware moment.
        say: The language of who typed it.

    Raises:
        Refusal: It is no period, or one that has not begun.
    """
    wanted = _folded(typed)
    for key, name in _NAMED.items():
        if wanted in {key, _folded(name), _folded(say(name))}:
            return _named(key, settings, now)
    listed = {_folded(label): period for label, period in _recent(settings, now, say)}
    period = listed.get(wanted) or _parsed(typed.strip().upper())
    if period is None:
        raise Refusal(
            say("I do not know this period. Choose one from the list, or write a month: 2026-10.")
        )
    if period.bounds(zone_of(settings.timezone))[0] > now:
        raise Refusal(say("That period has not begun yet. Choose an earlier one."))
    return period


def last_days(days: int, settings: GuildSettings, now: datetime) -> DayRange:
    """Return so many last days."""
    return DayRange.until(now, days, zone_of(settings.timezone))


async def complete_period(
    interaction: discord.Interaction[NunchiClient], typed: str
) -> list[app_commands.Choice[str]]:
    """Offer named periods, then the last weeks and months of which something can be kept."""
    say, services = phrases_for(interaction), interaction.client.services
    settings = settings_of(guild_of(interaction), services)
    offered = [(say(name), key) for key, name in _NAMED.items()]
    recent = _recent(settings, services.clock.now(), say)
    offered += [(label, period.key) for label, period in recent]
    wanted = _folded(typed)
    fitting = [each for each in offered if wanted in _folded(" ".join(each))]
    return [app_commands.Choice(name=label, value=key) for label, key in fitting[:MAX_SUGGESTIONS]]


def _named(key: str, settings: GuildSettings, now: datetime) -> Period:
    zone = zone_of(settings.timezone)
    week, month = Week.of(now, zone), Month.of(now, zone)
    periods: dict[str, Period] = {
        LAST: week.previous(),
        "this": week,
        "days": last_days(_SEVEN, settings, now),
        "month": month.previous(),
        "this-month": month,
    }
    return periods[key]


def _recent(
    settings: GuildSettings, now: datetime, say: Phrases
) -> Iterator[tuple[str, Week | Month]]:
    """Yield the weeks and months before the last ones, with what they are called."""
    zone = zone_of(settings.timezone)
    oldest = (now - timedelta(days=settings.retention_days)).astimezone(zone).date()
    week, month = Week.of(now, zone), Month.of(now, zone)
    for count in range(2, _WEEKS + 2):
        earlier = week.previous(count)
        if _overlaps(earlier.sunday, oldest):
            yield f"{period_name(earlier, say.language)} ({earlier.key})", earlier
    for count in range(2, _MONTHS + 1):
        before = month.previous(count)
        if _overlaps(before.last, oldest):
            yield f"{period_name(before, say.language)} ({before.key})", before


def _overlaps(last: date, oldest: date) -> bool:
    return last >= oldest


def _parsed(typed: str) -> Week | Month | None:
    month = _MONTH.fullmatch(typed)
    try:
        found = Month(int(month[1]), int(month[2])) if month else Week.parse(typed)
    except InvalidPeriod:
        return None
    return found if found.year in _YEARS else None


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
