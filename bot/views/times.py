"""Days and hours, in words and in the guild's own timezone."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import discord

from bot.i18n import Phrases, mark
from storage.records import GuildSettings

WEEKDAYS: Final = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)
TIME_FORMAT: Final = "{:02d}:00"


def weekday_name(weekday: int, say: Phrases) -> str:
    """Return the name of a weekday; 0 is Monday."""
    return say(WEEKDAYS[weekday])


def next_report(settings: GuildSettings, moment: datetime | None, say: Phrases) -> str:
    """Return the sentence that says when and where the next report appears."""
    if settings.report.paused:
        return say("The weekly report is paused.")
    if moment is None or settings.report.channel_id is None:
        return say("No weekly report is planned yet: choose a channel for it.")
    return say(
        "Next report: {local} ({timezone}) in {channel}. For you that is {moment}.",
        local=local_time(moment, settings.timezone, say),
        timezone=settings.timezone,
        channel=f"<#{settings.report.channel_id}>",
        moment=discord.utils.format_dt(moment, "F"),
    )


def local_time(moment: datetime, timezone: str, say: Phrases) -> str:
    """Return a moment by the clocks of a timezone: ``Monday 23 November 2026 09:00``."""
    return say.moment(moment.astimezone(ZoneInfo(timezone)))
