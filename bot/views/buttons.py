"""Buttons that stand in several places; they work for ever."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.layout import row

MY_DATA: Final = "nunchi:optout"
NOTICE_OPT_OUT: Final = "nunchi:notice:opt-out"
NOTICE_OPT_IN: Final = "nunchi:notice:opt-in"
METHOD: Final = "nunchi:method"
EXPORT: Final = "nunchi:privacy:export"
BRIGHT: Final = "nunchi:bright"


def export_button(say: Phrases) -> discord.ui.Button[Any]:
    """Return the button that hands a member everything that is kept about them."""
    return discord.ui.Button(label=say("Export my data"), custom_id=EXPORT)


def bright_button(say: Phrases) -> discord.ui.Button[Any]:
    """Return the button to a member's choice about links to their joyful messages."""
    return discord.ui.Button(label=say("Bright moments"), custom_id=BRIGHT)


def public_buttons(say: Phrases) -> discord.ui.ActionRow[Any]:
    """Return the buttons for a member's own data and for the method."""
    return row(
        discord.ui.Button(label=say("My data / opt out"), custom_id=MY_DATA),
        discord.ui.Button(label=say("How is this measured?"), custom_id=METHOD),
    )


def notice_buttons(say: Phrases, *, explicit: bool) -> discord.ui.ActionRow[Any]:
    """Return the buttons under a notice: the decision itself first, where members agree one by one.

    Args:
        say: The server's language.
        explicit: Nobody is measured before they agree.
    """
    if explicit:
        decide = discord.ui.Button[Any](
            label=say("Opt in"), custom_id=NOTICE_OPT_IN, style=discord.ButtonStyle.primary
        )
        mine = say("My data / opt out")
    else:
        decide = discord.ui.Button[Any](label=say("Opt out"), custom_id=NOTICE_OPT_OUT)
        mine = say("My data")
    return row(
        decide,
        discord.ui.Button(label=mine, custom_id=MY_DATA),
        discord.ui.Button(label=say("How is this measured?"), custom_id=METHOD),
    )
