"""The page of the panel that tells who changed what, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import discord

from bot.i18n import Phrases, mark
from bot.views.layout import Layout, plain, row, shortened, text
from bot.views.setup import CONSENT_NAMES, LANGUAGE_LABELS, THEME_NAMES, Page, panel_page
from bot.views.times import TIME_FORMAT, weekday_name
from reports.retro.forms import FORMS
from reports.wording.retro import form_name
from storage.audit import CHANNELS, SettingChange
from storage.records import ConsentMode, GuildSettings
from storage.retrospectives import ChannelKind

HISTORY_PAGE: Final = r"nunchi:setup:history:(?P<page>\d{1,6})"
"""The pattern of the buttons to other pages of the history."""

PER_PAGE: Final = 10
_VALUE_LIMIT: Final = 60

Words = Callable[[str, Phrases], str]


def _weekday(value: str, say: Phrases) -> str:
    return weekday_name(int(value), say)


def _hour(value: str, say: Phrases) -> str:
    del say
    return TIME_FORMAT.format(int(value))


def _channel(value: str, say: Phrases) -> str:
    del say
    return f"<#{int(value)}>"


def _moment(value: str, say: Phrases) -> str:
    del say
    return discord.utils.format_dt(datetime.fromisoformat(value), "f")


def _begun(value: str, say: Phrases) -> str:
    datetime.fromisoformat(value)
    return say("On")


def _state(value: str, say: Phrases) -> str:
    return {"true": say("On"), "false": say("Off")}[value]


def _days(value: str, say: Phrases) -> str:
    return say.plural("{count} day", "{count} days", int(value))


def _people(value: str, say: Phrases) -> str:
    return say("{count} people or more", count=int(value))


def _language(value: str, say: Phrases) -> str:
    del say
    return LANGUAGE_LABELS[value]


def _theme(value: str, say: Phrases) -> str:
    return say(THEME_NAMES[value])


def _consent(value: str, say: Phrases) -> str:
    return say(CONSENT_NAMES[ConsentMode(value)])


def _kind(value: str, say: Phrases) -> str:
    return say(KINDS[ChannelKind(value)])


def _forms(value: str, say: Phrases) -> str:
    found = (
        f"<#{int(each['channel_id'])}> {_form(str(each['form']), say)}"
        for each in json.loads(value)
    )
    return "; ".join(found)


def _form(key: str, say: Phrases) -> str:
    # A form that is known no longer is shown as it was kept.
    return form_name(key, say.language) if key in FORMS else key


def _backfill(value: str, say: Phrases) -> str:
    del say
    found = json.loads(value)
    return f"<#{int(found['channel_id'])}> ({found['since']})"


def _role(value: str, say: Phrases) -> str:
    del say
    return f"<@&{int(value)}>"


KINDS: Final = {
    ChannelKind.PLAIN: mark("listened to"),
    ChannelKind.RETROSPECTIVE: mark("listened to, for retrospectives"),
}
"""What a channel is listened to for; none stands for not at all."""

NAMES: Final[Mapping[str, tuple[str, Words | None]]] = {
    "language": (mark("Language"), _language),
    "timezone": (mark("Timezone"), None),
    "theme": (mark("Look of the report"), _theme),
    "consent": (mark("Whose messages are measured"), _consent),
    "retention_days": (mark("How long numbers are kept"), _days),
    "minimum_group": (mark("Smallest group"), _people),
    "report.channel_id": (mark("Channel of the report"), _channel),
    "report.weekday": (mark("Day of the report"), _weekday),
    "report.hour": (mark("Hour of the report"), _hour),
    "report.paused": (mark("Pause of the reports"), _state),
    "report.paused_until": (mark("No reports until"), _moment),
    "report.monthly_since": (mark("Monthly report"), _begun),
    "report.thread": (mark("Threads"), _state),
    "report.bright": (mark("Bright moments"), _state),
    "companion.talk": (mark("Conversations"), _state),
    "companion.mentions": (mark("Answers to mentions"), _state),
    "companion.country": (mark("Country of the helplines"), None),
    "checkins.channel_id": (mark("Channel of the check-ins"), _channel),
    "checkins.weekday": (mark("Day of the check-ins"), _weekday),
    "checkins.hour": (mark("Hour of the check-ins"), None),
    "recalibration": (mark("Recalibration of readings"), None),
    "recalibration.model": (mark("Recalibration of readings"), None),
    "alerts.channel_id": (mark("Channel of the alerts"), _channel),
    "alerts.quiet_until": (mark("No alerts until"), _moment),
    "backfill": (mark("History that is read, and from when on"), _backfill),
    "retro.forms": (mark("Forms of retrospectives"), _forms),
    "retro.reminder.channel_id": (mark("Channel of the reminder"), _channel),
    "retro.reminder.weekday": (mark("Day of the reminder"), _weekday),
    "retro.reminder.hour": (mark("Hour of the reminder"), None),
    "retro.reminder.minute": (mark("Minute of the reminder"), None),
    "retro.reminder.role_id": (mark("Role of the reminder"), _role),
}
"""What each setting is called, and how its values are said; others are shown as they are kept."""


def history_page(
    settings: GuildSettings,
    changes: Sequence[SettingChange],
    page: int,
    total: int,
    say: Phrases,
) -> Layout:
    """Return one page of what was changed, newest first.

    Args:
        settings: What holds now.
        changes: Those of the page.
        page: Which one, from 0.
        total: How many changes there are.
        say: The reader's language.
    """
    if not changes:
        return panel_page(Page.HISTORY, settings, [text(say("Nothing was changed yet."))], say)
    lines = [f"• {change_line(change, say)}" for change in changes]
    pages = -(-total // PER_PAGE)
    if pages == 1:
        return panel_page(Page.HISTORY, settings, [text(*lines)], say)
    where = say("Page {page} of {pages}", page=page + 1, pages=pages)
    return panel_page(
        Page.HISTORY,
        settings,
        [
            text(*lines),
            row(
                _page_button(page - 1, say("Newer"), disabled=page == 0),
                _page_button(page + 1, say("Older"), disabled=page + 1 >= pages),
            ),
            text(f"-# {where}"),
        ],
        say,
    )


def change_line(change: SettingChange, say: Phrases) -> str:
    """Return who changed what, from what, to what."""
    name, words = _named(change.setting, say)
    return say(
        "{moment}, {who}: **{setting}**: {before} → {after}",
        moment=discord.utils.format_dt(change.at, "f"),
        who=say("nobody named") if change.by is None else f"<@{change.by}>",
        setting=name,
        before=_said(change.before, words, say),
        after=_said(change.after, words, say),
    )


def _named(setting: str, say: Phrases) -> tuple[str, Words | None]:
    if setting in NAMES:
        name, words = NAMES[setting]
        return say(name), words
    place, _, rest = setting.partition(".")
    if place == CHANNELS and rest.isdecimal():
        return f"<#{rest}>", _kind
    return f"`{setting}`", None


def _said(value: str | None, words: Words | None, say: Phrases) -> str:
    if value is None:
        return "–"
    if words is not None:
        try:
            return words(value, say)
        except (KeyError, ValueError):
            pass  # of another version: shown as it is kept
    return plain(shortened(value, _VALUE_LIMIT))


def _page_button(page: int, label: str, *, disabled: bool) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=label, custom_id=f"nunchi:setup:history:{max(page, 0)}", disabled=disabled
    )
