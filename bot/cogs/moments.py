"""Days and times that commands offer while somebody types."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands

from bot.cogs.answers import guild_of
from bot.cogs.listening import settings_of
from bot.i18n import mark, phrases_for
from reports.period import zone_of

if TYPE_CHECKING:
    from bot.client import NunchiClient

MAX_SUGGESTIONS: Final = 25
"""Discord's limit of choices in an autocompletion."""

_PAUSES: Final = {
    1: mark("in one week"),
    2: mark("in two weeks"),
    3: mark("in three weeks"),
    4: mark("in four weeks"),
    8: mark("in eight weeks"),
}
_TIMES: Final = (
    *(f"{hour:02d}:00" for hour in range(24)),
    *(f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (15, 30, 45)),
)


async def complete_first_day(
    interaction: discord.Interaction[NunchiClient], typed: str
) -> list[app_commands.Choice[str]]:
    """Offer days some weeks ahead, by the server's calendar."""
    say, services = phrases_for(interaction), interaction.client.services
    zone = zone_of(settings_of(guild_of(interaction), services).timezone)
    today = services.clock.now().astimezone(zone).date()
    days = {today + timedelta(weeks=weeks): name for weeks, name in _PAUSES.items()}
    choices = [
        app_commands.Choice(name=f"{say(name)} ({say.day(day)})", value=day.isoformat())
        for day, name in days.items()
    ]
    wanted = typed.strip().casefold()
    return [each for each in choices if wanted in f"{each.name} {each.value}".casefold()]


async def complete_time(
    interaction: discord.Interaction[NunchiClient], typed: str
) -> list[app_commands.Choice[str]]:
    """Offer whole hours, and the quarters of an hour once one is typed."""
    del interaction
    wanted = typed.strip()
    fitting = [time for time in _TIMES if time.startswith((wanted, f"0{wanted}"))]
    return [app_commands.Choice(name=time, value=time) for time in fitting[:MAX_SUGGESTIONS]]
