"""What can simply be switched on and off in `/setup`. A new feature adds one ``Switch`` here.

Its setting is a field of ``GuildSettings``, so a change is kept in the history by itself; its
name in the history stands in ``bot.views.setup_history``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.i18n import mark
from storage.checkins import CheckinSettings
from storage.records import AlertSettings, GuildSettings


@dataclass(frozen=True, slots=True)
class Switch:
    """One feature that administrators switch on and off.

    Attributes:
        key: Stands in the custom id of its button: lower case letters and ``-``.
        name: What it is called; a sentence of the catalogues.
        meaning: What it does, in one sentence; a sentence of the catalogues.
        is_on: Reads it.
        turned: Returns the settings with it on or off, at a moment.
        elsewhere: Where it is switched on, if that takes more than a click; a sentence of the
            catalogues.
    """

    key: str
    name: str
    meaning: str
    is_on: Callable[[GuildSettings], bool]
    turned: Callable[[GuildSettings, bool, datetime], GuildSettings]
    elsewhere: str | None = None


def _threads(settings: GuildSettings, on: bool, now: datetime) -> GuildSettings:
    del now
    return replace(settings, report=replace(settings.report, thread=on))


def _monthly(settings: GuildSettings, on: bool, now: datetime) -> GuildSettings:
    begun = settings.report.monthly_since or now
    return replace(settings, report=replace(settings.report, monthly_since=begun if on else None))


def _bright(settings: GuildSettings, on: bool, now: datetime) -> GuildSettings:
    del now
    return replace(settings, report=replace(settings.report, bright=on))


def _alerts(settings: GuildSettings, on: bool, now: datetime) -> GuildSettings:
    del now
    return settings if on else replace(settings, alerts=AlertSettings())


def _checkins(settings: GuildSettings, on: bool, now: datetime) -> GuildSettings:
    del now
    return settings if on else replace(settings, checkins=CheckinSettings())


def _companion(settings: GuildSettings, on: bool, now: datetime) -> GuildSettings:
    del now
    return replace(settings, companion=replace(settings.companion, talk=on))


SWITCHES: Final = (
    Switch(
        "monthly",
        mark("Monthly report"),
        mark("A report on each month, on the first day of the next."),
        lambda settings: settings.report.monthly_since is not None,
        _monthly,
    ),
    Switch(
        "thread",
        mark("Threads"),
        mark("A thread for the talk under each report."),
        lambda settings: settings.report.thread,
        _threads,
    ),
    Switch(
        "bright",
        mark("Bright moments"),
        mark("The report links to joyful messages of members who each agreed."),
        lambda settings: settings.report.bright,
        _bright,
    ),
    Switch(
        "companion",
        mark("Conversations"),
        mark("I answer members who use `/talk` or mention me, and nobody else."),
        lambda settings: settings.companion.talk,
        _companion,
    ),
    Switch(
        "checkins",
        mark("Check-ins"),
        mark("I ask members how they are, with five faces; the report tells the mean."),
        lambda settings: settings.checkins.channel_id is not None,
        _checkins,
        mark("Switch it on with `/checkin on`, which asks for the channel and the time."),
    ),
    Switch(
        "alerts",
        mark("Alerts"),
        mark("Moderators are told when the mood of a channel shifts suddenly."),
        lambda settings: settings.alerts.channel_id is not None,
        _alerts,
        mark("Switch it on with `/alerts on`, which asks for the moderators' channel."),
    ),
)
"""In the order of the panel; at most eight, by Discord's limit of components."""


def switch_called(key: str) -> Switch | None:
    """Return a switch, or ``None`` for one that there is no more."""
    return next((switch for switch in SWITCHES if switch.key == key), None)
