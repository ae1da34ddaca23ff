"""The panel of `/setup` and `/settings`: a few pages in one message, each choice saved at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import discord

from bot.command_errors import permission_names
from bot.i18n import Phrases, mark
from bot.views.layout import Item, Layout, joined, listed, row, rule, text
from bot.views.times import TIME_FORMAT, WEEKDAYS, next_report, weekday_name
from storage.records import ConsentMode, GuildSettings

CHANNELS: Final = "nunchi:setup:channels"
REPORT_CHANNEL: Final = "nunchi:setup:report-channel"
LANGUAGE: Final = "nunchi:setup:language"
TIMEZONE: Final = "nunchi:setup:timezone"
WEEKDAY: Final = "nunchi:setup:weekday"
HOUR: Final = "nunchi:setup:hour"
THEME: Final = "nunchi:setup:theme"
PREVIEW: Final = "nunchi:setup:preview"
CHECK: Final = "nunchi:setup:check"
OPEN: Final = "nunchi:setup:open"

SHOWN_CHANNELS: Final = 25
"""Discord's limit of channels in one select menu; more are added with `/monitor add`."""

LISTENABLE_TYPES: Final = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
)
THEME_NAMES: Final = {"dark": mark("Dark pictures"), "light": mark("Light pictures")}
LANGUAGE_LABELS: Final = {"ko": "한국어", "en": "English"}
CONSENT_NAMES: Final = {
    ConsentMode.NOTICE: mark("Everybody, unless they opt out"),
    ConsentMode.EXPLICIT: mark("Only those who opt in"),
}
_PROBLEMS_LIMIT: Final = 2400


class Page(StrEnum):
    """The pages of the panel."""

    BASICS = "basics"
    PRIVACY = "privacy"
    EXTRAS = "extras"
    HISTORY = "history"


PAGE_NAMES: Final = {
    Page.BASICS: mark("Basics"),
    Page.PRIVACY: mark("Privacy"),
    Page.EXTRAS: mark("Extras"),
    Page.HISTORY: mark("History of changes"),
}


@dataclass(frozen=True, slots=True)
class SetupState:
    """Everything that the first page shows.

    Attributes:
        settings: What holds now.
        timezones: Label and name of each timezone on offer, at most 25.
        problems: Sentences about what is missing, each on one line.
        next_time: When the next report appears, or ``None``.
    """

    settings: GuildSettings
    timezones: Sequence[tuple[str, str]]
    problems: Sequence[str]
    next_time: datetime | None


def page_id(page: Page) -> str:
    """Return the custom id of the button that opens a page."""
    return f"nunchi:setup:page:{page.value}"


def basics_page(state: SetupState, say: Phrases) -> Layout:
    """Return the first page: what is listened to, and where and when the report appears."""
    settings = state.settings
    report = settings.report
    return panel_page(
        Page.BASICS,
        settings,
        [
            text(
                "**1. " + say("Channels to listen to") + "**",
                say("A notice is posted in each new one. No text is kept."),
            ),
            row(_listened(settings, say)),
            text(
                "**2. " + say("Weekly report") + "**",
                say("Channel, day, hour, timezone and language."),
            ),
            row(_report_channel(report.channel_id, say)),
            row(select(WEEKDAY, _weekdays(say), str(report.weekday))),
            row(select(HOUR, _hours(), str(report.hour))),
            row(select(TIMEZONE, state.timezones, settings.timezone)),
            row(select(LANGUAGE, [(v, k) for k, v in LANGUAGE_LABELS.items()], settings.language)),
            rule(),
            *_status(state, say),
        ],
        say,
    )


def panel_page(page: Page, settings: GuildSettings, items: Sequence[Item], say: Phrases) -> Layout:
    """Return a page of the panel, between its head and the buttons to the others.

    Args:
        page: Which page.
        settings: What holds now.
        items: What is on it.
        say: The reader's language.
    """
    return Layout(
        text(
            "## " + say("Set up Nunchi") + " · " + say(PAGE_NAMES[page]),
            say("Every choice is saved at once."),
            "-# " + glance(settings, say),
        ),
        *items,
        row(*(_page_button(each, say, current=each is page) for each in Page)),
        row(
            discord.ui.Button[Any](label=say("Preview the notice"), custom_id=PREVIEW),
            discord.ui.Button[Any](label=say("Check permissions"), custom_id=CHECK),
        ),
    )


def glance(settings: GuildSettings, say: Phrases) -> str:
    """Return what holds in one line."""
    report = settings.report
    when = f"{weekday_name(report.weekday, say)} {TIME_FORMAT.format(report.hour)}"
    place = f"<#{report.channel_id}>" if report.channel_id else say("no report yet")
    return joined(
        (
            say.plural("{count} channel", "{count} channels", len(settings.channels)),
            f"{place}, {when} ({settings.timezone})" if report.channel_id else place,
            say(CONSENT_NAMES[settings.consent]),
            say.plural("kept for {count} day", "kept for {count} days", settings.retention_days),
            say("{count} people or more", count=settings.minimum_group),
        )
    )


def _page_button(page: Page, say: Phrases, *, current: bool) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle.primary if current else discord.ButtonStyle.secondary
    return discord.ui.Button(
        label=say(PAGE_NAMES[page]), custom_id=page_id(page), style=style, disabled=current
    )


def _status(state: SetupState, say: Phrases) -> list[Item]:
    upcoming = next_report(state.settings, state.next_time, say)
    if not state.problems:
        return [text(say("✅ Everything is in place."), upcoming)]
    problems = listed([f"• {line}" for line in state.problems], _PROBLEMS_LIMIT, say)
    return [text("**" + say("⚠️ Still to do") + "**", *problems), text(upcoming)]


def missing_line(channel_id: int, permissions: Sequence[str], say: Phrases) -> str:
    """Return one line that says what the bot lacks in a channel."""
    if not permissions:
        return say(
            "{channel}: gone, or hidden from me. Choose another, or let me see it.",
            channel=f"<#{channel_id}>",
        )
    return say(
        "{channel}: I need {permissions}.",
        channel=f"<#{channel_id}>",
        permissions=permission_names(tuple(permissions), say),
    )


def _listened(settings: GuildSettings, say: Phrases) -> discord.ui.ChannelSelect[Any]:
    chosen = [each.channel_id for each in settings.channels[:SHOWN_CHANNELS]]
    return discord.ui.ChannelSelect(
        custom_id=CHANNELS,
        placeholder=say("Choose channels"),
        channel_types=list(LISTENABLE_TYPES),
        min_values=0,
        max_values=SHOWN_CHANNELS,
        default_values=[_default(channel_id) for channel_id in chosen],
    )


def _report_channel(channel_id: int | None, say: Phrases) -> discord.ui.ChannelSelect[Any]:
    return discord.ui.ChannelSelect(
        custom_id=REPORT_CHANNEL,
        placeholder=say("Choose where the report appears"),
        channel_types=[discord.ChannelType.text, discord.ChannelType.news],
        default_values=[] if channel_id is None else [_default(channel_id)],
    )


def _default(channel_id: int) -> discord.SelectDefaultValue:
    return discord.SelectDefaultValue(id=channel_id, type=discord.SelectDefaultValueType.channel)


def select(
    custom_id: str, choices: Sequence[tuple[str, str]], chosen: str
) -> discord.ui.Select[Any]:
    """Return a select menu of labels and values, with one of them chosen."""
    options = [
        discord.SelectOption(label=label, value=value, default=value == chosen)
        for label, value in choices
    ]
    return discord.ui.Select(custom_id=custom_id, options=options)


def _weekdays(say: Phrases) -> list[tuple[str, str]]:
    return [(say(name), str(number)) for number, name in enumerate(WEEKDAYS)]


def _hours() -> list[tuple[str, str]]:
    return [(TIME_FORMAT.format(hour), str(hour)) for hour in range(24)]
