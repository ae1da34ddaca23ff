"""Buttons that stand in several places; they work for ever."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.layout import row

MY_DATA: Final = "nunchi:optout"
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
