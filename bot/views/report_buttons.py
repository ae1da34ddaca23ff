"""The buttons under a report; they carry its period and nothing else, so they work for ever."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.buttons import METHOD, MY_DATA
from bot.views.layout import row
from reports.monthly import Period

MY_MOOD: Final = "nunchi:my-mood"

_KEY: Final = r"(?P<key>[0-9WM-]{8,22})"
_WAY: Final = "(?P<way>[pn])"

DETAILS_PATTERN: Final = rf"nunchi:report:details:{_KEY}"
CHANNELS_PATTERN: Final = rf"nunchi:report:channels:{_KEY}"
TURN_PATTERN: Final = rf"nunchi:report:page:{_KEY}:(?P<page>\d{{1,3}}):{_WAY}"
HISTORY_PATTERN: Final = rf"nunchi:report:history:(?P<page>\d{{1,3}}):{_WAY}"


def details_id(period: Period) -> str:
    """Return the custom id of the button that shows the details of a report."""
    return f"nunchi:report:details:{period.key}"


def channels_id(period: Period) -> str:
    """Return the custom id of the button that shows the channels of a report."""
    return f"nunchi:report:channels:{period.key}"


def report_buttons(period: Period, say: Phrases) -> discord.ui.ActionRow[Any]:
    """Return the row of buttons under a public report."""
    return row(
        discord.ui.Button(
            label=say("Details"),
            custom_id=details_id(period),
            style=discord.ButtonStyle.primary,
        ),
        discord.ui.Button(label=say("Channels"), custom_id=channels_id(period)),
        discord.ui.Button(label=say("My mood"), custom_id=MY_MOOD),
        discord.ui.Button(label=say("How is this measured?"), custom_id=METHOD),
        discord.ui.Button(label=say("My data / opt out"), custom_id=MY_DATA),
    )


def detail_turns(period: Period, page: int, pages: int, say: Phrases) -> discord.ui.ActionRow[Any]:
    """Return the buttons to the page before and after, from 0, of the details of a report."""
    return _turns(f"nunchi:report:page:{period.key}", page, pages, say)


def history_turns(page: int, pages: int, say: Phrases) -> discord.ui.ActionRow[Any]:
    """Return the buttons to the page before and after, from 0, of the past reports."""
    return _turns("nunchi:report:history", page, pages, say)


def _turns(prefix: str, page: int, pages: int, say: Phrases) -> discord.ui.ActionRow[Any]:
    # The letter keeps the ids of the two apart where both are at an end.
    return row(
        discord.ui.Button(
            label=say("Previous"),
            custom_id=f"{prefix}:{max(page - 1, 0)}:p",
            disabled=page <= 0,
        ),
        discord.ui.Button(
            label=say("Next"),
            custom_id=f"{prefix}:{min(page + 1, pages)}:n",
            disabled=page >= pages - 1,
        ),
    )
