"""The question before what is kept is kept for a shorter time."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.layout import Layout, row, text
from bot.views.setup import Page, page_id

SHORTER: Final = r"nunchi:setup:retention:(?P<days>[0-9]{1,4})"
"""The pattern of the button that keeps what is kept for some days only."""


def _confirm_id(days: int) -> str:
    return f"nunchi:setup:retention:{days}"


def confirm_shorter(days: int, say: Phrases) -> Layout:
    """Return the question.

    Args:
        days: For how long numbers would be kept.
        say: The reader's language.
    """
    shorten: discord.ui.Button[Any] = discord.ui.Button(
        label=say("Delete what is older"),
        custom_id=_confirm_id(days),
        style=discord.ButtonStyle.danger,
    )
    back: discord.ui.Button[Any] = discord.ui.Button(
        label=say("Cancel"), custom_id=page_id(Page.PRIVACY)
    )
    return Layout(
        text(
            "### "
            + say.plural(
                "Keep numbers for {count} day only?", "Keep numbers for {count} days only?", days
            )
        ),
        text(
            "• " + say("This server has older ones. They are deleted within a day, for good."),
            "• " + say("So is what is older in the history of changes, and in the feedback."),
            "• " + say("Reports that were posted stay where they are."),
        ),
        row(shorten, back),
    )
